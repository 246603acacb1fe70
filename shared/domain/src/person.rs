//! What a participant says about themselves: form of address, name, city, profession.
//!
//! These texts go into WhatsApp messages, pages and CSV files, so whatever could be formatting,
//! a link, mark-up or a formula there is refused at the door.

mod rules;
mod short_name;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicode_normalization::char::is_combining_mark;

pub(crate) use short_name::is_title;

use crate::time_text::Zone;

/// How a participant is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sapaan {
    /// For a man.
    Bapak,
    /// For a woman.
    Ibu,
}

impl Sapaan {
    /// Reads `Bapak` or `Ibu` in any case.
    ///
    /// # Errors
    /// [`FieldError`] for anything else.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        match crate::text::single_line(raw).to_lowercase().as_str() {
            "bapak" => Ok(Self::Bapak),
            "ibu" => Ok(Self::Ibu),
            _ => Err(FieldError {
                label: "Sapaan",
                problem: Problem::Choice,
            }),
        }
    }

    /// As it is stored and stands in messages: `Bapak` or `Ibu`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bapak => "Bapak",
            Self::Ibu => "Ibu",
        }
    }
}

impl FromStr for Sapaan {
    type Err = FieldError;
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        Self::parse(raw)
    }
}

/// What is wrong with a text. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{label}: {problem:?}")]
pub struct FieldError {
    /// The field's name in the form, in Indonesian.
    pub label: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// The kinds of [`FieldError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing visible in it.
    Empty,
    /// Longer than this many characters.
    TooLong(usize),
    /// No letter in it.
    NoLetter,
    /// Begins like a spreadsheet formula.
    Formula,
    /// A web address.
    Link,
    /// A telephone number: these fields are not encrypted one by one.
    Number,
    /// Emoji, control characters, mark-up, WhatsApp formatting, other symbols.
    Character,
    /// Not one of the choices.
    Choice,
}

impl FieldError {
    /// What the visitor reads beside the field, in Indonesian.
    #[must_use]
    pub fn message(self) -> String {
        let label = self.label;
        match self.problem {
            Problem::Empty => format!("Isi {} Anda.", label.to_lowercase()),
            Problem::TooLong(max) => format!("{label} paling panjang {max} huruf."),
            Problem::NoLetter => format!("{label} harus berisi huruf."),
            Problem::Formula => format!("{label} tidak boleh diawali tanda =, +, - atau @."),
            Problem::Link => format!("{label} tidak boleh berisi alamat web."),
            Problem::Number => format!("{label} tidak boleh berisi nomor telepon."),
            Problem::Character => {
                format!("{label} hanya boleh berisi huruf, angka, dan tanda baca biasa.")
            }
            Problem::Choice => "Pilih Bapak atau Ibu.".to_owned(),
        }
    }
}

macro_rules! plain_text {
    ($(#[$doc:meta])* $name:ident, $label:literal, $max:literal) => {
        $(#[$doc])*
        ///
        /// NFC, one line, single spaces, without invisible characters. `Debug` shows only the
        /// length.
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Most characters after clean-up: ", stringify!($max), ".")]
            pub const MAX_CHARS: usize = $max;

            /// Cleans and checks what was typed. Reading an accepted text again gives the same.
            ///
            /// # Errors
            /// [`FieldError`] with the first thing to correct.
            pub fn parse(raw: &str) -> Result<Self, FieldError> {
                rules::plain_text(raw, Self::MAX_CHARS)
                    .map(Self)
                    .map_err(|problem| FieldError { label: $label, problem })
            }

            /// The cleaned text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = FieldError;
            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                Self::parse(raw)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} chars)"), self.0.chars().count())
            }
        }
    };
}

plain_text! {
    /// A participant's name, titles included; one word is a full name.
    PersonName, "Nama", 100
}
plain_text! {
    /// A city or regency, as the participant writes it.
    City, "Kota", 60
}
plain_text! {
    /// A profession, as the participant writes it.
    Profession, "Profesi", 80
}

impl PersonName {
    /// `Budi S.`: the first given name and the initial of the last, without titles, degrees
    /// and initials (requirement L3, for whoever has no right to the name). A single name stays.
    #[must_use]
    pub fn shortened(&self) -> String {
        short_name::shorten(&self.0)
    }
}

/// Words that only say what kind of place it is.
const PLACE_KINDS: [&str; 3] = ["kota", "kabupaten", "kab"];

/// Whether a word, in lower case, only says what kind of place it is.
pub(crate) fn is_place_kind(word: &str) -> bool {
    PLACE_KINDS.contains(&word)
}

impl City {
    /// The key under which writings of one place meet: lower case, without punctuation and
    /// without the words “kota”, “kabupaten”, “kab.” wherever they stand; so “Kota Bogor”,
    /// “Kab.Bogor”, “Bogor (Kota)” and “bogor” are one (requirement A1, `city_key`). A place that
    /// has no other word keeps it.
    #[must_use]
    pub fn key(&self) -> String {
        key_of(&words_of(&self.0))
    }

    /// Whether a [`City::key`] is that of a place in the official list; the others may be misspelt, and
    /// an admin brings them together (requirement A1).
    #[must_use]
    pub fn is_listed(key: &str) -> bool {
        crate::place::is_listed(key)
    }

    /// The zone whose clocks the place keeps, by the official list of regencies and cities;
    /// `None` for what is not in it, or is the name of two places in two zones (requirement N4).
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        crate::place::zone(&self.0)
    }
}

/// Words in lower case, without punctuation.
pub(crate) fn words_of(place: &str) -> Vec<String> {
    let lower = place.to_lowercase().replace(['\'', '’', '‘'], "");
    lower
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words without those that only say what kind of place it is, unless there is no other.
pub(crate) fn key_of(words: &[String]) -> String {
    let names: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !is_place_kind(word))
        .collect();
    if names.is_empty() {
        words.join(" ")
    } else {
        names.join(" ")
    }
}
