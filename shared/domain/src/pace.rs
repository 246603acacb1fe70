//! The pace of one number: whose turn it is, when it is free, and how much it has sent.
//!
//! One turn sends at most one message, and a number has at most one turn; so at most one request
//! is in flight per number. The pace item in the store is this value; every change of phase is a
//! conditional write, and the fence (armed → held) is what lets only one worker through.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::ids::{NumberId, Token};
use crate::number::{Health, Limits, Number};
use crate::reserve::Reserve;
use crate::warm_up;
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
pub(crate) const COUNTED: SignedDuration =
    SignedDuration::from_secs(3_600 + START_WITHIN.as_secs() + 1);

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
    /// The day on which its last warm-up after idleness began, WIB.
    pub ramp_since: Option<Date>,
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

    /// The sends that count now.
    pub(crate) fn counted(&self, now: Timestamp) -> &[i64] {
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
            ramp_since: None,
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
        if warm_up::is_idle(self.last_used_at, now) {
            next.ramp_since = Some(wib_day(now));
        }
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

/// How long a number waits that may send nothing of its caps because all of them is reserved.
const REVIEW: SignedDuration = SignedDuration::from_mins(15);

/// The one rule about caps and health, for dispatcher and turn alike. It says nothing of the
/// gap (that is `next_free_at`) and nothing of sending hours (those are the message's).
/// `reserve` is what this message must leave free: nothing, but for broadcasts.
#[must_use]
pub fn may_send(number: &Number, pace: &Pace, reserve: Reserve, now: Timestamp) -> MaySend {
    // The earliest moment, moved on by each rule in turn: rest, day, hour.
    let rested = match number.health(now) {
        Health::Out => return MaySend::No,
        Health::CoolingUntil(until) => until,
        Health::Usable => now,
    };
    let daily = reserve.of_day(daily_cap(number, pace, rested));
    let hourly = reserve.of_hour(u32::from(number.limits.hourly_cap()));
    if daily == 0 || hourly == 0 {
        let review = now.max(rested).saturating_add(REVIEW);
        return MaySend::From(review.unwrap_or(Timestamp::MAX));
    }
    let new_day = if pace.sent_today(rested) >= daily {
        next_wib_day(rested)
    } else {
        rested
    };
    let cap = usize::try_from(hourly).unwrap_or(usize::MAX);
    let counted = pace.history.counted(new_day);
    let holding = counted
        .len()
        .checked_sub(cap)
        .and_then(|at| counted.get(at));
    let free = holding.map_or(new_day, |oldest| {
        Timestamp::from_second(oldest + COUNTED.as_secs() + 1).unwrap_or(Timestamp::MAX)
    });
    let free = not_over_midnight(free.max(now));
    if free > now {
        MaySend::From(free)
    } else {
        MaySend::Now
    }
}

/// A permit counts for the day on which it is written, and its request may start
/// [`START_WITHIN`] later: in the last seconds before midnight nobody could tell for which day it
/// would count, and a day that begins with a request of the day before would hold one too many.
fn not_over_midnight(at: Timestamp) -> Timestamp {
    let starts = at.saturating_add(START_WITHIN + SignedDuration::from_secs(1));
    if starts.is_ok_and(|starts| wib_day(starts) == wib_day(at)) {
        at
    } else {
        next_wib_day(at)
    }
}

/// Messages the number may send on the day of `at`, WIB: its daily cap, or less while it warms up.
#[must_use]
pub fn daily_cap(number: &Number, pace: &Pace, at: Timestamp) -> u32 {
    let cap = number.limits.daily_cap();
    match warm_up::allowance(number, pace, at) {
        Some(allowance) => cap.min(allowance),
        None => cap,
    }
}

#[cfg(test)]
mod tests;
