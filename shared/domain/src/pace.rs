//! The pace of one number: whose turn it is, when it is free, and how much it has sent.
//!
//! One turn sends at most one message, and a number has at most one turn; so at most one request
//! is in flight per number. The pace item in the store is this value; every change of phase is a
//! conditional write, and the fence (armed → held) is what lets only one worker through.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::ids::{NumberId, Token};
use crate::number::{Health, Limits, Number};
use crate::zone::{next_wib_day, wib_day};

/// A held turn is taken from its worker after this: longer than a function may run (30 s), which
/// is longer than a request may take (15 s).
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// No request starts later than this after its claim.
pub const START_WITHIN: SignedDuration = SignedDuration::from_secs(5);

/// No request takes longer than this; the gateway client's timeout is at most 20 s.
pub const REQUEST_AT_MOST: SignedDuration = SignedDuration::from_secs(20);

/// How far ahead the dispatcher arms numbers.
pub const HORIZON: SignedDuration = SignedDuration::from_secs(120);

/// An armed turn so late is sent again, under the same turn number.
pub const LATE: SignedDuration = SignedDuration::from_secs(30);

/// A send is counted for this long. An hour, and the time that may lie between its permit and
/// the start of its request, so that no 60 minutes at the receiver hold more than the cap.
const COUNTED: SignedDuration = SignedDuration::from_secs(3_600 + START_WITHIN.as_secs() + 1);

/// What a number is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No turn is out.
    Idle,
    /// A turn is on its way and may be taken from `due` on.
    Armed {
        /// Earliest moment.
        due: Timestamp,
    },
    /// A worker has the turn.
    Held {
        /// Whose.
        token: Token,
        /// Until when.
        lease_end: Timestamp,
    },
}

/// State of one number's turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Whose pace.
    pub number_id: NumberId,
    /// What it is doing.
    pub phase: Phase,
    /// Number of the last turn that was armed.
    pub turn: u64,
    /// End of the last request plus the gap.
    pub next_free_at: Timestamp,
    /// When it last sent.
    pub last_used_at: Option<Timestamp>,
    /// When it sent in the last hour.
    pub history: History,
    /// The day that `day_count` counts, WIB.
    pub day: Date,
    /// Messages on that day.
    pub day_count: u32,
}

/// Moments of sending in the last hour, whole seconds since 1970, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History(Vec<i64>);

/// The packed history could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("packed history has an odd number of bytes")]
pub struct HistoryError;

impl History {
    /// Packs as a base (seconds since 1970) and two bytes for each offset from it.
    #[must_use]
    pub fn pack(&self) -> (i64, Vec<u8>) {
        let base = self.0.first().copied().unwrap_or(0);
        let bytes = self
            .0
            .iter()
            .filter_map(|s| u16::try_from(s - base).ok())
            .flat_map(u16::to_be_bytes)
            .collect();
        (base, bytes)
    }

    /// Reads what [`History::pack`] wrote.
    ///
    /// # Errors
    /// [`HistoryError`] if a byte is missing.
    pub fn unpack(base: i64, bytes: &[u8]) -> Result<Self, HistoryError> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(HistoryError);
        }
        Ok(Self(
            pairs
                .iter()
                .map(|pair| base + i64::from(u16::from_be_bytes(*pair)))
                .collect(),
        ))
    }

    fn forget_before(&mut self, now: Timestamp) {
        let oldest = now.as_second() - COUNTED.as_secs();
        self.0.retain(|s| *s > oldest);
    }

    fn counted(&self, now: Timestamp) -> &[i64] {
        let oldest = now.as_second() - COUNTED.as_secs();
        let first = self.0.partition_point(|s| *s <= oldest);
        self.0.get(first..).unwrap_or(&[])
    }

    fn push(&mut self, now: Timestamp) {
        // Time that steps back is recorded as standing still: the order must hold.
        let second = self
            .0
            .last()
            .map_or(now.as_second(), |l| now.as_second().max(*l));
        self.0.push(second);
    }

    /// How many sends count now.
    #[must_use]
    pub fn len(&self, now: Timestamp) -> usize {
        self.counted(now).len()
    }
}

/// Whether a number may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaySend {
    /// Now.
    Now,
    /// Not before then.
    From(Timestamp),
    /// Not until a person changes something.
    No,
}

impl Pace {
    /// A number that has never sent.
    #[must_use]
    pub fn new(number_id: NumberId, now: Timestamp) -> Self {
        Self {
            number_id,
            phase: Phase::Idle,
            turn: 0,
            next_free_at: now,
            last_used_at: None,
            history: History::default(),
            day: wib_day(now),
            day_count: 0,
        }
    }

    /// Messages on the day of `now`, WIB.
    #[must_use]
    pub fn sent_today(&self, now: Timestamp) -> u32 {
        if self.day == wib_day(now) {
            self.day_count
        } else {
            0
        }
    }

    /// The pace with one more send at `now`: what a permit writes. Until the outcome is recorded
    /// the number counts as free only when the longest request and the longest gap are over, so
    /// that the gap holds even if nobody records it.
    #[must_use]
    pub fn with_send(&self, now: Timestamp, limits: &Limits) -> Self {
        let longest_gap = SignedDuration::from_secs(i64::from(limits.gap_max_s()));
        let mut next = self.clone();
        next.next_free_at = now
            .saturating_add(START_WITHIN + REQUEST_AT_MOST + longest_gap)
            .unwrap_or(Timestamp::MAX);
        next.history.forget_before(now);
        next.history.push(now);
        next.day_count = self.sent_today(now) + 1;
        next.day = wib_day(now);
        next.last_used_at = Some(now);
        next
    }
}

/// The one rule about caps and health, for dispatcher and turn alike. It says nothing of the
/// gap (that is `next_free_at`) and nothing of sending hours (those are the message's).
#[must_use]
pub fn may_send(number: &Number, pace: &Pace, now: Timestamp) -> MaySend {
    // The earliest moment, moved on by each rule in turn: rest, day, hour.
    let rested = match number.health(now) {
        Health::Out => return MaySend::No,
        Health::CoolingUntil(until) => until,
        Health::Usable => now,
    };
    let new_day = if pace.sent_today(rested) >= number.limits.daily_cap() {
        next_wib_day(rested)
    } else {
        rested
    };
    let cap = usize::from(number.limits.hourly_cap());
    let counted = pace.history.counted(new_day);
    let holding = counted
        .len()
        .checked_sub(cap)
        .and_then(|at| counted.get(at));
    let free = holding.map_or(new_day, |oldest| {
        Timestamp::from_second(oldest + COUNTED.as_secs() + 1).unwrap_or(Timestamp::MAX)
    });
    if free > now {
        MaySend::From(free)
    } else {
        MaySend::Now
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn number(hourly: u16, daily: u32) -> Number {
        Number {
            id: NumberId(Uuid::from_u128(7)),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: Timestamp::UNIX_EPOCH,
            limits: Limits::new(2, 5, hourly, daily).unwrap(),
            failure_streak: 0,
            cool_until: None,
            record: crate::number::HealthRecord::default(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    proptest! {
        /// A number that sends as soon as it may never exceeds its caps, in any hour, on any day.
        #[test]
        fn caps_hold_for_a_greedy_number(
            hourly in 1u16..40,
            daily in 1u32..200,
            gaps in proptest::collection::vec(0i64..400, 1..400),
        ) {
            let number = number(hourly, daily);
            let mut pace = Pace::new(number.id, at(0));
            let mut now = at(0);
            let mut sent: Vec<Timestamp> = Vec::new();
            for gap in gaps {
                now = now.saturating_add(SignedDuration::from_secs(gap)).unwrap();
                match may_send(&number, &pace, now) {
                    MaySend::Now => {
                        pace = pace.with_send(now, &number.limits);
                        sent.push(now);
                    }
                    MaySend::From(then) => {
                        prop_assert!(then > now);
                        prop_assert_eq!(may_send(&number, &pace, then), MaySend::Now);
                        now = then;
                    }
                    MaySend::No => prop_assert!(false, "a healthy number is never refused for good"),
                }
                let (base, bytes) = pace.history.pack();
                prop_assert_eq!(&History::unpack(base, &bytes).unwrap(), &pace.history);
            }
            for (i, first) in sent.iter().enumerate() {
                let hour = sent[i..].iter().take_while(|t| t.duration_since(*first) <= SignedDuration::from_hours(1)).count();
                prop_assert!(hour <= usize::from(hourly));
                let day = sent.iter().filter(|t| wib_day(**t) == wib_day(*first)).count();
                prop_assert!(day <= daily as usize);
            }
        }
    }

    #[test]
    fn a_number_out_paused_or_cooling_says_so() {
        let pace = Pace::new(NumberId(Uuid::from_u128(7)), at(0));
        let out = Number {
            is_active: false,
            ..number(10, 10)
        };
        let paused = Number {
            paused: true,
            ..number(10, 10)
        };
        let cooling = Number {
            cool_until: Some(at(30)),
            ..number(10, 10)
        };
        assert_eq!(may_send(&out, &pace, at(0)), MaySend::No);
        assert_eq!(may_send(&paused, &pace, at(0)), MaySend::No);
        assert_eq!(may_send(&cooling, &pace, at(0)), MaySend::From(at(30)));
        assert_eq!(may_send(&cooling, &pace, at(30)), MaySend::Now);
    }

    #[test]
    fn the_daily_count_starts_again_at_midnight_in_wib() {
        let number = number(600, 1);
        let evening: Timestamp = "2026-11-30T16:59:59Z".parse().unwrap();
        let midnight: Timestamp = "2026-11-30T17:00:00Z".parse().unwrap();
        let pace = Pace::new(number.id, evening).with_send(evening, &number.limits);
        assert_eq!(may_send(&number, &pace, evening), MaySend::From(midnight));
        assert_eq!(may_send(&number, &pace, midnight), MaySend::Now);
    }

    #[test]
    fn an_odd_history_is_an_error() {
        assert_eq!(History::unpack(0, &[1, 2, 3]), Err(HistoryError));
    }
}
