//! Where a page of a list ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ParticipantId;

/// A place in the order of a list, the newest first: everybody from here on has been shown, and who
/// stands behind it has not. The serialised form travels in a cursor; it names nobody but by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Mark {
    /// Among all, by the moment of registration: this participant, or the beginning of this moment.
    Registered {
        /// When, UTC, in whole milliseconds.
        at: Timestamp,
        /// Whom of that moment.
        id: Option<ParticipantId>,
    },
    /// Among those whom one referrer invited: this place.
    Place(u64),
}
