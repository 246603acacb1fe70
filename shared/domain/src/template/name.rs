//! Which text: a system message's own, or one of any number of named broadcasts (requirement N3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::system::BROADCAST;
use super::{Placeholder, SystemTemplate};

/// What stands before a broadcast's own name.
const BROADCAST_PREFIX: &str = "broadcast/";

/// The broadcasts that a new system has: the two texts of the brief.
const SHIPPED: [(&str, &str); 2] = [
    (
        "kabar-baik",
        include_str!("../../templates/broadcast/kabar-baik.txt"),
    ),
    (
        "ajak-teman",
        include_str!("../../templates/broadcast/ajak-teman.txt"),
    ),
];

/// The name of a template: `welcome`, `broadcast/kabar-baik`. Versions are stored under it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TemplateName {
    /// A message of the system; its active version is sent.
    System(SystemTemplate),
    /// A broadcast's; whoever sends one chooses.
    Broadcast(Slug),
}

/// A broadcast template's own name: 1 to 40 of `a`–`z`, `0`–`9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Text that names no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TemplateNameError {
    /// Neither a system message nor below `broadcast/`.
    #[error("no message of this name")]
    Unknown,
    /// Below `broadcast/`, but not 1 to 40 of `a`–`z`, `0`–`9`, `-`.
    #[error("not the name of a broadcast template")]
    Slug,
}

impl TemplateNameError {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Unknown => "Template ini tidak ada.",
            Self::Slug => {
                "Nama template terdiri dari 1–40 huruf kecil a–z, angka, atau tanda hubung (-)."
            }
        }
    }
}

impl Slug {
    /// Most characters.
    pub const MAX_CHARS: usize = 40;

    /// Reads a broadcast template's own name.
    ///
    /// # Errors
    /// [`TemplateNameError::Slug`] if it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, TemplateNameError> {
        let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if (1..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TemplateNameError::Slug)
        }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TemplateName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`TemplateNameError`] for anything else than a system message or a broadcast's name.
    pub fn parse(text: &str) -> Result<Self, TemplateNameError> {
        match text.strip_prefix(BROADCAST_PREFIX) {
            Some(slug) => Slug::parse(slug).map(Self::Broadcast),
            None => SystemTemplate::from_name(text)
                .map(Self::System)
                .ok_or(TemplateNameError::Unknown),
        }
    }

    /// Everything that has a shipped text: the system's messages and the brief's broadcasts.
    pub fn all_shipped() -> impl Iterator<Item = Self> {
        SystemTemplate::ALL.into_iter().map(Self::System).chain(
            SHIPPED
                .iter()
                .map(|(slug, _)| Self::Broadcast(Slug((*slug).to_owned()))),
        )
    }

    /// The text that a new system has under this name.
    #[must_use]
    pub fn shipped_text(&self) -> Option<&'static str> {
        match self {
            Self::System(system) => Some(system.text()),
            Self::Broadcast(slug) => SHIPPED
                .iter()
                .find_map(|(name, text)| (*name == slug.0).then_some(*text)),
        }
    }

    /// What a text of this name may ask for.
    #[must_use]
    pub fn placeholders(&self) -> &'static [Placeholder] {
        match self {
            Self::System(system) => system.placeholders(),
            Self::Broadcast(_) => BROADCAST,
        }
    }

    /// Whether its texts are to say how to stop (requirement N3).
    #[must_use]
    pub fn says_how_to_stop(&self) -> bool {
        matches!(
            self,
            Self::Broadcast(_) | Self::System(SystemTemplate::Welcome | SystemTemplate::Link)
        )
    }
}

impl fmt::Display for TemplateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(system) => f.write_str(system.name()),
            Self::Broadcast(slug) => write!(f, "{BROADCAST_PREFIX}{}", slug.0),
        }
    }
}

impl FromStr for TemplateName {
    type Err = TemplateNameError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for TemplateName {
    type Error = TemplateNameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<TemplateName> for String {
    fn from(name: TemplateName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::template::Template;

    #[test]
    fn names_read_back_also_as_stored() {
        for name in TemplateName::all_shipped() {
            assert_eq!(TemplateName::parse(&name.to_string()).as_ref(), Ok(&name));
            let stored = serde_json::to_string(&name).unwrap();
            assert_eq!(stored, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<TemplateName>(&stored).unwrap(), name);
        }
        let longest = format!("broadcast/{}", "a".repeat(40));
        for good in ["broadcast/a", "broadcast/promo-2026", longest.as_str()] {
            assert_eq!(TemplateName::parse(good).unwrap().to_string(), good);
        }
        assert!(serde_json::from_str::<TemplateName>("\"broadcast\"").is_err());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let too_long = format!("broadcast/{}", "a".repeat(41));
        for (bad, error) in [
            ("", TemplateNameError::Unknown),
            ("wellcome", TemplateNameError::Unknown),
            ("Welcome", TemplateNameError::Unknown),
            ("broadcast", TemplateNameError::Unknown),
            ("broadcast/", TemplateNameError::Slug),
            ("broadcast/A", TemplateNameError::Slug),
            ("broadcast/a b", TemplateNameError::Slug),
            ("broadcast/a_b", TemplateNameError::Slug),
            ("broadcast/a/b", TemplateNameError::Slug),
            ("broadcast/é", TemplateNameError::Slug),
            (too_long.as_str(), TemplateNameError::Slug),
        ] {
            assert_eq!(TemplateName::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn every_shipped_text_parses_and_welcome_and_broadcasts_end_with_stop() {
        for name in TemplateName::all_shipped() {
            let text = name.shipped_text().unwrap();
            assert!(Template::parse(text, name.placeholders()).is_ok(), "{name}");
            assert_eq!(
                text.trim_end().ends_with("\nBalas STOP untuk berhenti."),
                name.says_how_to_stop(),
                "{name}"
            );
        }
        let own = TemplateName::parse("broadcast/promo").unwrap();
        assert_eq!(own.shipped_text(), None);
        assert!(own.placeholders().contains(&Placeholder::Topic));
    }
}
