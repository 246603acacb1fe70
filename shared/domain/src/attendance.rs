//! Who came to an event (requirement E3): what is known and what follows from it. None of it changes
//! whether somebody has joined the programme.

mod columns;
mod decode;
mod error;
mod matching;
mod names;
mod report;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use error::ReportError;
pub use matching::{By, Matched, Present, Registrant, Review, Why, match_attendees};
pub use report::{Attendee, MAX_BYTES, MAX_ROWS, read_report};

/// Whether somebody came to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// They came.
    Came,
    /// They did not.
    Missed,
    /// Nothing tells.
    Unknown,
}

impl Attendance {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Came, Self::Missed, Self::Unknown];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Missed => "missed",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// What is known about one person and one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// What an admin entered.
    pub by_hand: Option<bool>,
    /// Found in the imported report.
    pub in_report: bool,
    /// A report of the event was imported.
    pub report_imported: bool,
    /// Opened the join link.
    pub clicked: bool,
}

impl Evidence {
    /// What follows: an admin's entry counts most, then the report, then the click. Whoever opened
    /// the link but is not in the report may have come under another name, so nothing tells.
    #[must_use]
    pub fn attendance(self) -> Attendance {
        match self {
            Self {
                by_hand: Some(true),
                ..
            } => Attendance::Came,
            Self {
                by_hand: Some(false),
                ..
            } => Attendance::Missed,
            Self {
                in_report: true, ..
            } => Attendance::Came,
            Self {
                report_imported: true,
                clicked,
                ..
            } => {
                if clicked {
                    Attendance::Unknown
                } else {
                    Attendance::Missed
                }
            }
            Self { clicked: true, .. } => Attendance::Came,
            Self { .. } => Attendance::Unknown,
        }
    }
}

#[cfg(test)]
mod evidence_tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn stored_words_read_back() {
        for attendance in Attendance::ALL {
            assert_eq!(Attendance::parse(attendance.as_str()), Some(attendance));
            let stored = serde_json::to_string(&attendance).unwrap();
            assert_eq!(stored, format!("\"{}\"", attendance.as_str()));
        }
    }

    #[test]
    fn what_an_admin_says_counts_most_then_the_report_then_the_click() {
        let is = |by_hand, report_imported, in_report, clicked| {
            Evidence {
                by_hand,
                in_report,
                report_imported,
                clicked,
            }
            .attendance()
        };
        for (evidence, attendance) in [
            (is(Some(true), true, false, false), Attendance::Came),
            (is(Some(false), true, true, true), Attendance::Missed),
            (is(None, true, true, false), Attendance::Came),
            (is(None, true, false, true), Attendance::Unknown),
            (is(None, true, false, false), Attendance::Missed),
            (is(None, false, false, true), Attendance::Came),
            (is(None, false, false, false), Attendance::Unknown),
        ] {
            assert_eq!(evidence, attendance);
        }
    }
}
