//! A number's health over time: what has happened to it, and when it may come back by itself.

use jiff::{SignedDuration, Timestamp};

use super::{Number, OutReason};
use crate::reaction::AfterNumber;

/// Changes that are kept.
pub const KEPT_CHANGES: usize = 20;
/// First and longest time until a number that was taken out is checked.
const FIRST_CHECK_S: u32 = 30 * 60;
const LONGEST_CHECK_S: u32 = 6 * 3_600;
/// Taken out again within this, it waits twice as long as before.
const RELAPSE_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// A check that began so long ago was lost: it is made again.
pub const CHECK_LEASE: SignedDuration = SignedDuration::from_secs(120);

/// What happened to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It rests.
    Cooling,
    /// It was taken out.
    Out,
    /// It is in use again.
    Back,
    /// An admin paused it.
    Paused,
    /// An admin let it go on.
    Resumed,
}

impl What {
    const ALL: [Self; 5] = [
        Self::Cooling,
        Self::Out,
        Self::Back,
        Self::Paused,
        Self::Resumed,
    ];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cooling => "cooling",
            Self::Out => "out",
            Self::Back => "back",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == word)
    }
}

/// A change of a number's health. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthChange {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// Why: an outcome's label, an [`OutReason`], or who did it (`admin`, `check`, `gateway`).
    pub why: String,
}

/// The part of a number's health that a fault of the gateway's own must not leave changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HealthMark {
    /// Failures in a row.
    pub failure_streak: u32,
    /// Rest after failures.
    pub cool_until: Option<Timestamp>,
    /// When it was last taken out.
    pub last_out: Option<Timestamp>,
    /// Wait until the last check, seconds.
    pub check_wait_s: u32,
}

/// What is remembered of a number's health.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthRecord {
    /// Counts changes: a change holds only for the revision it was decided from.
    pub revision: u64,
    /// When it was last taken out.
    pub last_out: Option<Timestamp>,
    /// How long it waits for its check, seconds.
    pub check_wait_s: u32,
    /// From when its key is to be checked; none if only a person brings it back.
    pub check_at: Option<Timestamp>,
    /// The last changes, oldest first, at most [`KEPT_CHANGES`].
    pub changes: Vec<HealthChange>,
}

impl HealthRecord {
    /// After a request. `why` is the outcome's label; a number that was well and stays well
    /// changes nothing.
    #[must_use]
    pub fn after(&self, after: AfterNumber, why: &str, at: Timestamp) -> Option<Self> {
        match after {
            AfterNumber::Unharmed => None,
            AfterNumber::Healthy => Some(self.with(What::Back, why, at)),
            AfterNumber::Cools { .. } => Some(self.with(What::Cooling, why, at)),
            AfterNumber::Out { reason, .. } => Some(self.out(reason, at)),
        }
    }

    fn out(&self, reason: OutReason, at: Timestamp) -> Self {
        let is_relapse = self
            .last_out
            .is_some_and(|last| at.duration_since(last) <= RELAPSE_WITHIN);
        let check_wait_s = if is_relapse {
            self.longer_wait_s()
        } else {
            FIRST_CHECK_S
        };
        // Where a redirect leads is for a person to judge.
        let is_checked = reason != OutReason::Redirected;
        Self {
            last_out: Some(at),
            check_wait_s,
            check_at: is_checked.then(|| after(at, check_wait_s)),
            ..self.with(What::Out, reason.as_str(), at)
        }
    }

    /// The check failed: the next is later.
    #[must_use]
    pub fn still_out(&self, at: Timestamp) -> Self {
        let check_wait_s = self.longer_wait_s();
        Self {
            revision: self.revision + 1,
            check_wait_s,
            check_at: Some(after(at, check_wait_s)),
            ..self.clone()
        }
    }

    /// It is in use again.
    #[must_use]
    pub fn back(&self, why: &str, at: Timestamp) -> Self {
        Self {
            check_at: None,
            ..self.with(What::Back, why, at)
        }
    }

    /// The next revision with one more change.
    #[must_use]
    pub fn with(&self, what: What, why: &str, at: Timestamp) -> Self {
        let mut changes = self.changes.clone();
        changes.push(HealthChange {
            at,
            what,
            why: why.to_owned(),
        });
        changes.drain(..changes.len().saturating_sub(KEPT_CHANGES));
        Self {
            revision: self.revision + 1,
            changes,
            ..self.clone()
        }
    }

    fn longer_wait_s(&self) -> u32 {
        self.check_wait_s
            .saturating_mul(2)
            .clamp(FIRST_CHECK_S, LONGEST_CHECK_S)
    }
}

/// Where a number stands, for whoever looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has not sent yet.
    New,
    /// It is being warmed up.
    Warming,
    /// It sends.
    Active,
    /// It rests until then.
    Cooling(Timestamp),
    /// It was taken out; the reason of an older release may be unknown.
    Out(Option<OutReason>),
    /// An admin paused it.
    Paused,
}

impl Number {
    /// Where it stands. `has_sent` and `is_warming` come from its pace and its warm-up.
    #[must_use]
    pub fn stage(&self, has_sent: bool, is_warming: bool, now: Timestamp) -> Stage {
        if !self.is_active {
            return Stage::Out(self.out_reason);
        }
        if self.paused {
            return Stage::Paused;
        }
        match self.cool_until {
            Some(until) if until > now => Stage::Cooling(until),
            _ if !has_sent => Stage::New,
            _ if is_warming => Stage::Warming,
            _ => Stage::Active,
        }
    }

    /// Whether its key is to be checked now, to bring it back.
    #[must_use]
    pub fn check_due(&self, now: Timestamp) -> bool {
        self.waits_for_check().is_some_and(|at| at <= now)
    }

    /// When its key is to be checked; none if it is in use or only a person brings it back.
    #[must_use]
    pub fn waits_for_check(&self) -> Option<Timestamp> {
        if self.is_active || self.paused {
            return None;
        }
        self.record.check_at
    }

    /// What a fault of the gateway's own must not leave changed.
    #[must_use]
    pub fn mark(&self) -> HealthMark {
        HealthMark {
            failure_streak: self.failure_streak,
            cool_until: self.cool_until,
            last_out: self.record.last_out,
            check_wait_s: self.record.check_wait_s,
        }
    }
}

fn after(at: Timestamp, seconds: u32) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::NumberId;
    use crate::number::Limits;
    use uuid::Uuid;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + minute * 60).unwrap()
    }

    fn out(record: &HealthRecord, minute: i64) -> HealthRecord {
        let after = AfterNumber::Out {
            reason: OutReason::KeyInvalid,
            streak: 1,
        };
        record.after(after, "key_invalid", at(minute)).unwrap()
    }

    fn waits(record: &HealthRecord, since: i64) -> i64 {
        let check_at = record.check_at.unwrap();
        check_at.duration_since(at(since)).as_mins()
    }

    #[test]
    fn each_relapse_within_a_day_doubles_the_wait_up_to_six_hours() {
        let mut record = HealthRecord::default();
        let mut minute = 0;
        for expected in [30, 60, 120, 240, 360, 360] {
            record = out(&record, minute);
            assert_eq!(waits(&record, minute), expected);
            record = record.back("check", at(minute + expected));
            assert_eq!(record.check_at, None);
            minute += expected + 10;
        }
        let next_day = out(&record, minute + 25 * 60);
        assert_eq!(waits(&next_day, minute + 25 * 60), 30);
    }

    #[test]
    fn a_failed_check_waits_longer() {
        let record = out(&HealthRecord::default(), 0).still_out(at(30));
        assert_eq!(waits(&record, 30), 60);
        assert_eq!(record.revision, 2);
    }

    #[test]
    fn a_redirect_is_never_checked() {
        let after = AfterNumber::Out {
            reason: OutReason::Redirected,
            streak: 1,
        };
        let record = HealthRecord::default().after(after, "redirected", at(0));
        assert_eq!(record.unwrap().check_at, None);
    }

    #[test]
    fn twenty_changes_are_kept() {
        let record = (0..30).fold(HealthRecord::default(), |record, n| {
            record.with(What::Cooling, "not_sent", at(n))
        });
        assert_eq!(record.changes.len(), KEPT_CHANGES);
        assert_eq!(record.changes[0].at, at(10));
        assert_eq!(record.revision, 30);
    }

    #[test]
    fn the_worst_that_is_true_is_the_stage() {
        let number = Number {
            id: NumberId(Uuid::from_u128(1)),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: at(0),
            limits: Limits::DEFAULT,
            failure_streak: 0,
            cool_until: None,
            record: HealthRecord::default(),
        };
        assert_eq!(number.stage(false, true, at(1)), Stage::New);
        assert_eq!(number.stage(true, true, at(1)), Stage::Warming);
        assert_eq!(number.stage(true, false, at(1)), Stage::Active);
        let cooling = Number {
            cool_until: Some(at(2)),
            ..number
        };
        assert_eq!(cooling.stage(true, false, at(1)), Stage::Cooling(at(2)));
        assert_eq!(cooling.stage(true, false, at(2)), Stage::Active);
        let paused = Number {
            paused: true,
            ..cooling
        };
        assert_eq!(paused.stage(true, false, at(1)), Stage::Paused);
        let out = Number {
            is_active: false,
            out_reason: Some(OutReason::KeyInvalid),
            record: out(&HealthRecord::default(), 0),
            ..paused
        };
        let stage = Stage::Out(Some(OutReason::KeyInvalid));
        assert_eq!(out.stage(true, false, at(1)), stage);
        assert!(!out.check_due(at(60)), "an admin paused it");
        let unpaused = Number {
            paused: false,
            ..out
        };
        assert!(unpaused.check_due(at(30)) && !unpaused.check_due(at(29)));
    }
}
