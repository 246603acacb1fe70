//! Lanes of the due index: where a row stands while it waits, and while it is being sent.

use std::fmt;

use crate::message::Class;

/// Name of a lane with its shard, `welcome#0`. Index key of the due index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(String);

impl Lane {
    /// Rows of a class that may be sent one by one.
    #[must_use]
    pub fn of(class: Class) -> Self {
        Self(format!("{}#0", class.as_str()))
    }

    /// Alerts that wait for their sequence number.
    #[must_use]
    pub fn waiting_sequence() -> Self {
        Self("waiting_sequence#0".to_owned())
    }

    /// Welcomes above the ceiling, by the end of their use (requirement L8).
    #[must_use]
    pub fn held() -> Self {
        Self("held#0".to_owned())
    }

    /// Claimed rows, by the end of their lease.
    #[must_use]
    pub fn sending() -> Self {
        Self("sending#0".to_owned())
    }

    /// The key value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
