//! What an admin types about an event, read into types or refused field by field (requirement E1).

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use url::{Host, Url};

use crate::audience::{Audience, AudienceInput};
use crate::form::FieldErrors;
use crate::text::single_line;
use crate::zone::wib;

/// Most characters of a title.
pub const TITLE_MAX: usize = 120;
/// Most characters of a description.
pub const DESCRIPTION_MAX: usize = 2_000;
/// Shortest event, minutes.
pub const DURATION_MIN: u16 = 15;
/// Longest event, minutes.
pub const DURATION_MAX: u16 = 480;
/// Minutes that an event lasts unless somebody says otherwise.
pub const DURATION_DEFAULT: u16 = 120;
/// Most characters of an address.
const ADDRESS_MAX: usize = 500;

/// The fields as they come; what is missing stays as it is, or has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventForm {
    /// Title.
    pub title: Option<String>,
    /// When it begins: `2026-11-29 19:30` in WIB, or a time with its offset from UTC.
    pub start_time: Option<String>,
    /// Where it takes place.
    pub zoom_link: Option<String>,
    /// Minutes.
    pub duration_min: Option<i64>,
    /// What it is about; an empty one takes it away.
    pub description: Option<String>,
    /// Address of a picture; an empty one takes it away.
    pub image: Option<String>,
    /// Whom its messages are for, if not its registrants and whoever has not joined yet; a kind
    /// that is empty or `default` brings these back.
    pub audience: Option<AudienceInput>,
}

/// What an admin says about an event, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDetails {
    pub(super) title: String,
    pub(super) start_time: Timestamp,
    pub(super) zoom_link: String,
    pub(super) duration_min: u16,
    pub(super) description: Option<String>,
    pub(super) image: Option<String>,
    pub(super) audience: Option<Audience>,
}

impl EventDetails {
    /// When it begins.
    #[must_use]
    pub fn start_time(&self) -> Timestamp {
        self.start_time
    }
}

impl EventForm {
    /// The same form, filled in from another event but for its time.
    #[must_use]
    pub fn like(self, other: &EventDetails) -> Self {
        Self {
            title: self.title.or_else(|| Some(other.title.clone())),
            start_time: self.start_time,
            zoom_link: self.zoom_link.or_else(|| Some(other.zoom_link.clone())),
            duration_min: self.duration_min.or(Some(i64::from(other.duration_min))),
            description: self.description.or_else(|| other.description.clone()),
            image: self.image.or_else(|| other.image.clone()),
            audience: self.audience,
        }
    }

    /// Reads the form; `present` is what it changes. An event may keep a time that has passed, but
    /// none is moved there: nobody could come, and whom to remind would be anybody's guess.
    ///
    /// # Errors
    /// [`FieldErrors`] with an Indonesian text for each field that is missing or wrong.
    pub fn check(
        self,
        present: Option<&EventDetails>,
        now: Timestamp,
    ) -> Result<EventDetails, FieldErrors> {
        let mut errors = FieldErrors::default();
        let title = match self.title {
            None => present.map(|kept| kept.title.clone()),
            Some(raw) => title(&raw, &mut errors),
        };
        let start_time = match self.start_time {
            None => present.map(|kept| kept.start_time),
            Some(raw) => {
                let kept = present.map(|kept| kept.start_time);
                start_time(&raw, kept, now, &mut errors)
            }
        };
        let zoom_link = match self.zoom_link {
            None => present.map(|kept| kept.zoom_link.clone()),
            Some(raw) => address("zoom_link", &raw, &mut errors),
        };
        let kept = present.map_or(DURATION_DEFAULT, |kept| kept.duration_min);
        let duration_min = match self.duration_min.map(u16::try_from) {
            None => kept,
            Some(Ok(minutes)) if (DURATION_MIN..=DURATION_MAX).contains(&minutes) => minutes,
            Some(_) => {
                let text = format!("Lama acara {DURATION_MIN} sampai {DURATION_MAX} menit.");
                errors.push("duration_min", &text);
                kept
            }
        };
        let description = match self.description {
            None => present.and_then(|kept| kept.description.clone()),
            Some(raw) => description(&raw, &mut errors),
        };
        let image = match self.image {
            None => present.and_then(|kept| kept.image.clone()),
            Some(raw) if raw.trim().is_empty() => None,
            Some(raw) => address("image", &raw, &mut errors),
        };
        let audience = match self.audience {
            None => present.and_then(|kept| kept.audience.clone()),
            Some(input) => audience(&input, &mut errors),
        };
        for (field, missing, text) in [
            ("title", title.is_none(), "Isi judul acara."),
            (
                "start_time",
                start_time.is_none(),
                "Isi tanggal dan jam acara.",
            ),
            ("zoom_link", zoom_link.is_none(), "Isi tautan Zoom."),
        ] {
            if missing {
                errors.push(field, text);
            }
        }
        match (title, start_time, zoom_link) {
            (Some(title), Some(start_time), Some(zoom_link)) if errors.is_empty() => {
                Ok(EventDetails {
                    title,
                    start_time,
                    zoom_link,
                    duration_min,
                    description,
                    image,
                    audience,
                })
            }
            _ => Err(errors),
        }
    }
}

fn title(raw: &str, errors: &mut FieldErrors) -> Option<String> {
    let title = single_line(raw);
    if title.chars().count() > TITLE_MAX {
        errors.push("title", &format!("Paling panjang {TITLE_MAX} huruf."));
        return None;
    }
    (!title.is_empty()).then_some(title)
}

fn start_time(
    raw: &str,
    kept: Option<Timestamp>,
    now: Timestamp,
    errors: &mut FieldErrors,
) -> Option<Timestamp> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let exact = raw.parse::<Timestamp>().ok();
    let Some(start) = exact.or_else(|| {
        let civil: DateTime = raw.parse().ok()?;
        Some(civil.to_zoned(wib()).ok()?.timestamp())
    }) else {
        let text = "Tulis tanggal dan jam seperti 2026-11-29 19:30 (WIB).";
        errors.push("start_time", text);
        return None;
    };
    if start <= now && kept != Some(start) {
        errors.push("start_time", "Waktu acara sudah lewat.");
        return None;
    }
    Some(start)
}

/// A web address that a browser opens encrypted, on any host: meetings move.
fn address(field: &str, raw: &str, errors: &mut FieldErrors) -> Option<String> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let fits = raw.chars().count() <= ADDRESS_MAX && !raw.contains(char::is_whitespace);
    let url = Url::parse(raw).ok().filter(|url| {
        let named = matches!(url.host(), Some(Host::Domain(host)) if host.contains('.'));
        fits && named && url.scheme() == "https" && url.username().is_empty()
    });
    let Some(url) = url else {
        let text = "Tulis alamat lengkap yang diawali https://, seperti https://zoom.us/j/123.";
        errors.push(field, text);
        return None;
    };
    Some(url.into())
}

fn description(raw: &str, errors: &mut FieldErrors) -> Option<String> {
    let lines: Vec<String> = raw.lines().map(single_line).collect();
    let text = lines.join("\n").trim().to_owned();
    if text.chars().count() > DESCRIPTION_MAX {
        let error = format!("Paling panjang {DESCRIPTION_MAX} huruf.");
        errors.push("description", &error);
        return None;
    }
    (!text.is_empty()).then_some(text)
}

fn audience(input: &AudienceInput, errors: &mut FieldErrors) -> Option<Audience> {
    if matches!(input.kind.trim(), "" | "default") {
        return None;
    }
    match Audience::parse(input) {
        Ok(audience) => Some(audience),
        Err(wrong) => {
            for (field, text) in wrong.iter() {
                errors.push(&format!("audience.{field}"), text);
            }
            None
        }
    }
}
