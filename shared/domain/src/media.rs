//! Pictures and PDFs that go along with a broadcast (requirement E5).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::MediaId;

/// The largest file, bytes: 5 MB as people count them.
pub const MOST_BYTES: usize = 5 * 1_024 * 1_024;
/// What stands before a file's name in its address and in the store.
pub const FOLDER: &str = "media";

/// What a file is, by what it contains; its name says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MediaKind {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A PDF document.
    Pdf,
}

impl MediaKind {
    /// All kinds: what WhatsApp shows as a picture or a document without more ado.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Pdf];

    /// What every file of this kind begins with.
    fn beginning(self) -> &'static [u8] {
        match self {
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
            Self::Pdf => b"%PDF-",
        }
    }

    /// Ending of its name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Its `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// Says what a whole file is.
    ///
    /// # Errors
    /// [`MediaError`] if it is empty, too large, or nothing that is sent.
    pub fn of(file: &[u8]) -> Result<Self, MediaError> {
        size_fits(file.len())?;
        let begins = |kind: &Self| file.starts_with(kind.beginning());
        Self::ALL.into_iter().find(begins).ok_or(MediaError::Kind)
    }
}

/// Whether a file of so many bytes can be sent along.
///
/// # Errors
/// [`MediaError`].
pub fn size_fits(bytes: usize) -> Result<(), MediaError> {
    match bytes {
        0 => Err(MediaError::Empty),
        1..=MOST_BYTES => Ok(()),
        _ => Err(MediaError::TooLarge),
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MediaError {
    /// It has no content.
    #[error("an empty file")]
    Empty,
    /// It has more than [`MOST_BYTES`].
    #[error("a file of more than {MOST_BYTES} bytes")]
    TooLarge,
    /// It is neither of the kinds.
    #[error("neither JPEG, PNG nor PDF")]
    Kind,
}

impl MediaError {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Berkas ini kosong.",
            Self::TooLarge => "Berkas paling besar 5 MB.",
            Self::Kind => "Berkas harus berupa gambar JPEG atau PNG, atau dokumen PDF.",
        }
    }
}

/// A file that was taken: `6f0d…61f1.jpg`. Its id is random and stands nowhere but with the
/// broadcast, so nobody finds it who was not sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaName {
    /// Which upload it came with.
    pub id: MediaId,
    /// What it is.
    pub kind: MediaKind,
}

/// Text that is not the name of a file of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the name of an uploaded file")]
pub struct MediaNameError;

impl MediaNameError {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(self) -> &'static str {
        "Lampiran harus berkas yang diunggah di sini, bukan alamat lain."
    }
}

impl MediaName {
    /// Where anybody who knows it can fetch it: `https://www.webdonasi.com/media/6f0d…61f1.jpg`.
    #[must_use]
    pub fn url(&self, site_host: &str) -> String {
        format!("https://{site_host}/{FOLDER}/{self}")
    }
}

impl fmt::Display for MediaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id.0.simple(), self.kind.ending())
    }
}

impl FromStr for MediaName {
    type Err = MediaNameError;

    /// Reads a name exactly as [`MediaName`] writes it: each file has one address.
    fn from_str(text: &str) -> Result<Self, MediaNameError> {
        let (id, ending) = text.split_once('.').ok_or(MediaNameError)?;
        let mut kinds = MediaKind::ALL.into_iter();
        let kind = kinds.find(|kind| kind.ending() == ending);
        let name = Self {
            id: id.parse().map_err(|_| MediaNameError)?,
            kind: kind.ok_or(MediaNameError)?,
        };
        (name.to_string() == text)
            .then_some(name)
            .ok_or(MediaNameError)
    }
}

impl TryFrom<String> for MediaName {
    type Error = MediaNameError;
    fn try_from(text: String) -> Result<Self, MediaNameError> {
        text.parse()
    }
}

impl From<MediaName> for String {
    fn from(name: MediaName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_what_it_contains_whatever_it_is_called() {
        for (file, kind) in [
            (&b"\xff\xd8\xff\xe0 JFIF"[..], Ok(MediaKind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0", Ok(MediaKind::Png)),
            (b"%PDF-1.7\n", Ok(MediaKind::Pdf)),
            (b"", Err(MediaError::Empty)),
            (b"\xff\xd8", Err(MediaError::Kind)),
            (b"\x89PNG\n", Err(MediaError::Kind)),
            (b"GIF89a", Err(MediaError::Kind)),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'>",
                Err(MediaError::Kind),
            ),
            (b"<html>%PDF-1.7", Err(MediaError::Kind)),
            (b"MZ\x90\0", Err(MediaError::Kind)),
        ] {
            assert_eq!(MediaKind::of(file), kind, "{file:?}");
        }
    }

    #[test]
    fn five_megabytes_are_taken_and_one_byte_more_is_not() {
        let mut file = b"%PDF-".to_vec();
        file.resize(MOST_BYTES, b' ');
        assert_eq!(MediaKind::of(&file), Ok(MediaKind::Pdf));
        file.push(b' ');
        assert_eq!(MediaKind::of(&file), Err(MediaError::TooLarge));
    }

    #[test]
    fn a_name_is_written_in_one_way() {
        let name = "6f0d2f6455a44ad48f4c54a1c66e61f1.jpg";
        let read: MediaName = name.parse().unwrap();
        assert_eq!(read.to_string(), name);
        let url = format!("https://www.webdonasi.com/media/{name}");
        assert_eq!(read.url("www.webdonasi.com"), url);
        for wrong in [
            "",
            "x.jpg",
            "6f0d2f6455a44ad48f4c54a1c66e61f1",
            "6f0d2f6455a44ad48f4c54a1c66e61f1.gif",
            "6f0d2f6455a44ad48f4c54a1c66e61f1.JPG",
            "6F0D2F6455A44AD48F4C54A1C66E61F1.jpg",
            "6f0d2f64-55a4-4ad4-8f4c-54a1c66e61f1.jpg",
            "../6f0d2f6455a44ad48f4c54a1c66e61f1.jpg",
            "https://evil.example/6f0d2f6455a44ad48f4c54a1c66e61f1.jpg",
        ] {
            assert_eq!(wrong.parse::<MediaName>(), Err(MediaNameError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_reads_as_a_name_is_one(text in "\\PC{0,60}|[0-9a-f]{32}\\.(jpg|png|pdf|gif)") {
            if let Ok(name) = text.parse::<MediaName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
