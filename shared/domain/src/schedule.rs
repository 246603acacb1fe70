//! Jobs that begin at one moment: what they are, how they are named, and whether a scheduler can
//! still take them.

use std::fmt;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::zone::wib;

/// The shortest time ahead at which a schedule is made. EventBridge Scheduler starts a job some
/// time within its minute, and one whose moment has passed is never started at all.
pub const LEAST_LEAD: SignedDuration = SignedDuration::from_secs(60);

/// The longest name that EventBridge Scheduler takes, in characters.
const LONGEST_NAME: usize = 64;

/// What begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Reminders of an event.
    Reminder,
    /// Follow-ups after an event.
    FollowUp,
}

impl JobKind {
    /// As it stands in names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::FollowUp => "follow-up",
        }
    }
}

/// What is handed back when the moment comes: ids and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Job {
    /// What begins.
    pub kind: JobKind,
    /// Of which event or campaign.
    pub id: Uuid,
}

impl Job {
    /// The name of the job's own schedule. The same job always has the same, so that planning it
    /// again replaces the schedule.
    #[must_use]
    pub fn name(&self) -> ScheduleName {
        ScheduleName(format!("{}-{}", self.kind.as_str(), self.id))
    }
}

/// The name of a schedule, or the beginning of several names: 1 to 64 letters, digits, `-`, `_`
/// and `.`, which is what EventBridge Scheduler takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduleName(String);

/// Text that is no name of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a schedule's name has 1 to 64 letters, digits, '-', '_' and '.'")]
pub struct ScheduleNameError;

impl ScheduleName {
    /// A name from text.
    ///
    /// # Errors
    /// [`ScheduleNameError`] if it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, ScheduleNameError> {
        let fits = (1..=LONGEST_NAME).contains(&text.len());
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if fits && text.bytes().all(is_known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ScheduleNameError)
        }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScheduleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a job comes to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A schedule begins it then; a full second, never before the moment that was asked for.
    Scheduled(Timestamp),
    /// It is too near, or over, for a schedule: whoever plans it runs it in its place.
    Inline,
}

/// Decides whether a job that is due at `at` can have a schedule.
#[must_use]
pub fn start(at: Timestamp, now: Timestamp) -> Start {
    if at.duration_since(now) < LEAST_LEAD {
        return Start::Inline;
    }
    let up = TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Ceil);
    Start::Scheduled(at.round(up).unwrap_or(at))
}

/// What is done once a day is done at this hour, WIB: nobody is written to then.
const DAILY_HOUR: i8 = 3;

/// A look at the clock by whoever comes by every minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daily {
    /// This is the minute.
    pub is_due: bool,
    /// When the next such minute begins.
    pub next: Timestamp,
}

/// Whether what is done once a day is due at `now`, and when it is due next.
#[must_use]
pub fn daily(now: Timestamp) -> Daily {
    let day = SignedDuration::from_hours(24);
    let local = now.to_zoned(wib());
    let begins = |date: jiff::civil::Date| {
        let moment = date.at(DAILY_HOUR, 0, 0, 0).to_zoned(wib());
        moment.map_or(Timestamp::MAX, |moment| moment.timestamp())
    };
    let today = begins(local.date());
    Daily {
        is_due: today <= now && now.duration_since(today) < SignedDuration::from_mins(1),
        next: if now < today {
            today
        } else {
            today.saturating_add(day).unwrap_or(Timestamp::MAX)
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_what_is_a_minute_ahead_has_a_schedule() {
        let now: Timestamp = "2026-11-29T12:29:00.000Z".parse().unwrap();
        let at = |text: &str| start(text.parse().unwrap(), now);
        for near in [
            "2026-11-28T12:30:00Z",
            "2026-11-29T12:29:00Z",
            "2026-11-29T12:29:59.999Z",
        ] {
            assert_eq!(at(near), Start::Inline, "{near}");
        }
        for (asked, begins) in [
            ("2026-11-29T12:30:00Z", "2026-11-29T12:30:00Z"),
            ("2026-11-29T12:30:00.001Z", "2026-11-29T12:30:01Z"),
            ("2027-11-29T12:30:00Z", "2027-11-29T12:30:00Z"),
        ] {
            assert_eq!(at(asked), Start::Scheduled(begins.parse().unwrap()));
        }
    }

    #[test]
    fn once_a_day_is_one_minute_of_the_night() {
        for (now, is_due, next) in [
            ("2026-11-28T19:59:59Z", false, "2026-11-28T20:00:00Z"),
            ("2026-11-28T20:00:00Z", true, "2026-11-29T20:00:00Z"),
            ("2026-11-28T20:00:59.999Z", true, "2026-11-29T20:00:00Z"),
            ("2026-11-28T20:01:00Z", false, "2026-11-29T20:00:00Z"),
        ] {
            let next = next.parse().unwrap();
            assert_eq!(daily(now.parse().unwrap()), Daily { is_due, next }, "{now}");
        }
    }

    #[test]
    fn a_name_is_what_the_scheduler_takes() {
        let longest = "a".repeat(64);
        for good in ["a", "A-b_c.9", longest.as_str()] {
            assert_eq!(ScheduleName::parse(good).unwrap().as_str(), good);
        }
        let too_long = "a".repeat(65);
        for bad in ["", "a b", "a/b", "a#b", "é", "0812+", too_long.as_str()] {
            assert_eq!(ScheduleName::parse(bad), Err(ScheduleNameError), "{bad}");
        }
    }

    #[test]
    fn a_job_names_its_schedule_after_its_id() {
        for (kind, beginning) in [
            (JobKind::Reminder, "reminder-"),
            (JobKind::FollowUp, "follow-up-"),
        ] {
            let id = Uuid::from_u128(7);
            let name = Job { kind, id }.name();
            assert_eq!(ScheduleName::parse(name.as_str()), Ok(name.clone()));
            assert_eq!(name.to_string(), format!("{beginning}{id}"));
        }
    }
}
