//! What came in and could not be acted on: it waits for an admin (requirement I2).

use jiff::SignedDuration;

/// Items that are settled are kept this long for questions, without what came, then deleted by TTL.
pub const KEEP_SETTLED: SignedDuration = SignedDuration::from_hours(24 * 90);
/// What is kept of a payload, bytes.
pub const MOST_RAW: usize = 8 * 1024;
/// Payloads of one number a day, WIB, that are kept although nobody can read them.
pub const UNREADABLE_A_DAY: u32 = 50;

/// Why something waits for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxKind {
    /// Somebody asked to stop, and their number is not known.
    StopUnresolved,
    /// Somebody said that the number is not theirs, and which it is is not known.
    WrongNumberUnresolved,
    /// A payload of an unknown form.
    Unreadable,
}

impl InboxKind {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::StopUnresolved,
        Self::WrongNumberUnresolved,
        Self::Unreadable,
    ];

    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopUnresolved => "stop_unresolved",
            Self::WrongNumberUnresolved => "wrong_number_unresolved",
            Self::Unreadable => "unreadable",
        }
    }

    /// Reads [`InboxKind::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Where an item of the inbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InboxState {
    /// It waits for an admin.
    Open,
    /// An admin said whose it is, and it was acted on.
    Resolved,
    /// An admin decided that there is nothing to do.
    Dismissed,
}

impl InboxState {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

/// The id of an item: a keyed hash of what it was made from, so that the same payload waits once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InboxId(String);

impl InboxId {
    /// 1 to 64 characters of base64url and the dot; `None` for anything else.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(known);
        fits.then(|| Self(id.to_owned()))
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use super::{InboxId, InboxKind};

    #[test]
    fn kinds_read_as_they_are_stored() {
        for kind in InboxKind::ALL {
            assert_eq!(InboxKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(InboxKind::parse("other"), None);
    }

    #[test]
    fn an_id_is_short_and_has_no_other_characters() {
        assert!(InboxId::parse("1.AbC-_9").is_some());
        for bad in ["", "a b", "a/b", &"x".repeat(65)] {
            assert_eq!(InboxId::parse(bad), None, "{bad}");
        }
    }
}
