//! Who must not be written to, and since when.

use jiff::Timestamp;

use crate::phone::may_hold_a_number;
use crate::text::single_line;

/// Longest reason, characters.
const REASON_LENGTH: usize = 200;

/// Whether a number may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It never asked to stop.
    Free,
    /// It asked to stop.
    Stopped,
    /// It asked to stop, and has registered again since: an admin decides (requirement I4).
    Asked,
    /// An admin lifted the stop.
    Lifted,
}

impl Standing {
    /// As it is stored; nothing is stored of one that is free.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Stopped => "stopped",
            Self::Asked => "asked",
            Self::Lifted => "lifted",
        }
    }

    /// Reads [`Standing::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Stopped, Self::Asked, Self::Lifted]
            .into_iter()
            .find(|standing| standing.as_str() == word)
    }

    /// Whether nothing may be sent.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        matches!(self, Self::Stopped | Self::Asked)
    }
}

/// What is stored of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// Where it stands.
    pub standing: Standing,
    /// Since when, UTC; the beginning of time for one that is free.
    pub changed_at: Timestamp,
}

impl Suppression {
    /// Of a number about which nothing is stored.
    pub const FREE: Self = Self {
        standing: Standing::Free,
        changed_at: Timestamp::MIN,
    };

    /// Whether a message with a cause of that moment must not go. A lifted stop lets only new
    /// messages through: those that waited while it held stay unsent (requirement I4).
    #[must_use]
    pub fn forbids(&self, cause_at: Timestamp) -> bool {
        match self.standing {
            Standing::Free => false,
            Standing::Stopped | Standing::Asked => true,
            Standing::Lifted => cause_at <= self.changed_at,
        }
    }

    /// Of two numbers of one person the one that forbids a message with a cause of that moment, if
    /// one does.
    #[must_use]
    pub fn stricter(self, other: Self, cause_at: Timestamp) -> Self {
        if self.forbids(cause_at) { self } else { other }
    }
}

/// Why an admin stops or lifts, in one line; kept with the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// One line of 1 to 200 characters without a phone number, which would be kept in clear.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let line = single_line(text);
        // As it came too: the API's document knows of no cleaning.
        let fits = [text, &line]
            .into_iter()
            .all(|text| (1..=REASON_LENGTH).contains(&text.chars().count()));
        (fits && !may_hold_a_number(&line)).then_some(Self(line))
    }

    /// The line.
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

    use super::*;

    #[test]
    fn a_lifted_stop_lets_only_newer_messages_through() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let lifted_at = at("2026-11-24T03:00:00Z");
        let of = |standing| Suppression {
            standing,
            changed_at: lifted_at,
        };
        let (before, after) = (at("2026-11-24T02:59:59Z"), at("2026-11-24T03:00:01Z"));
        assert!(of(Standing::Lifted).forbids(before));
        assert!(of(Standing::Lifted).forbids(lifted_at));
        assert!(!of(Standing::Lifted).forbids(after));
        for standing in [Standing::Stopped, Standing::Asked] {
            assert!(standing.is_stopped());
            assert!(of(standing).forbids(before) && of(standing).forbids(after));
        }
        assert!(!Suppression::FREE.forbids(before));
        assert!(!Standing::Lifted.is_stopped() && !Standing::Free.is_stopped());
    }

    #[test]
    fn a_standing_reads_as_it_is_stored() {
        for standing in [Standing::Stopped, Standing::Asked, Standing::Lifted] {
            assert_eq!(Standing::parse(standing.as_str()), Some(standing));
        }
        assert_eq!(Standing::parse(Standing::Free.as_str()), None);
    }

    #[test]
    fn a_reason_is_a_line_without_a_number() {
        let reason = Reason::parse("  Diminta lewat\n telepon 24/11 ").unwrap();
        assert_eq!(reason.as_str(), "Diminta lewat telepon 24/11");
        let padded = format!(" {}", "x".repeat(200));
        for bad in [
            "",
            "  \n ",
            "telepon 0812-1000-0001",
            &"x".repeat(201),
            &padded,
        ] {
            assert_eq!(Reason::parse(bad), None, "{bad}");
        }
    }
}
