//! A Zoom session.

use jiff::Timestamp;

use crate::ids::EventId;

/// An event that is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Random id.
    pub id: EventId,
    /// Title as messages show it.
    pub title: String,
    /// When it begins, UTC.
    pub start_time: Timestamp,
    /// Where it takes place.
    pub zoom_link: String,
}
