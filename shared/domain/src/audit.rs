//! What is kept of a change that a person made (requirement A8): who, when, what, and which fields.
//! Never what was in them; what a colleague may do and what is stopped are names of their own.

use jiff::Timestamp;
use uuid::Uuid;

use crate::ids::AdminId;

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// Somebody in the panel.
    Admin(AdminId),
    /// The system itself: a first start, or the command line of one machine.
    System,
}

impl Author {
    /// As it is stored: the id, or `system`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Admin(id) => id.to_string(),
            Self::System => "system".to_owned(),
        }
    }

    /// Reads [`Author::word`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "system" => Some(Self::System),
            id => id.parse().ok().map(Self::Admin),
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Random.
    pub id: Uuid,
    /// When, UTC.
    pub at: Timestamp,
    /// Who.
    pub author: Author,
    /// What was done: `numbers.add`, `settings.change`.
    pub action: String,
    /// To what: an id, or the name of what there is one of.
    pub subject: String,
    /// Names of the fields that were given, in order: `label`, `role=viewer`, `stopped.broadcast`.
    pub fields: Vec<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_author_reads_as_it_is_stored() {
        for author in [Author::System, Author::Admin(AdminId(Uuid::from_u128(7)))] {
            assert_eq!(Author::parse(&author.word()), Some(author));
        }
        assert_eq!(Author::parse("somebody"), None);
    }
}
