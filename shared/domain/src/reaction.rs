//! What follows from a request's outcome, for the message and for the number that sent it.
//!
//! The rule behind every line: whatever may have been accepted is never sent again by itself,
//! and whatever was surely not accepted is not lost.

use jiff::{SignedDuration, Timestamp};

use crate::message::Failure;
use crate::number::OutReason;
use crate::outcome::Outcome;

/// Requests per message before it is given up (requirement S5).
pub const MAX_TRIES: u32 = 5;
/// First and longest wait between tries (requirement S5).
const FIRST_WAIT_S: i64 = 30;
const LONGEST_WAIT_S: i64 = 3_600;
/// Failures in a row after which a number is taken out.
pub const STREAK_OUT: u32 = 5;
/// First and longest rest of a number after a failure.
const FIRST_REST_S: i64 = 30;
const LONGEST_REST_S: i64 = 900;

/// What becomes of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterMessage {
    /// `sent/accepted`.
    Sent,
    /// Back to its lane.
    Again {
        /// Not before this moment.
        not_before: Timestamp,
        /// Whether the try counts towards [`MAX_TRIES`].
        counts: bool,
    },
    /// `failed`, with its reason.
    Failed(Failure),
}

/// What becomes of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterNumber {
    /// It works: its streak of failures ends.
    Healthy,
    /// The outcome says nothing about it.
    Unharmed,
    /// It rests; if it had a streak it is one longer.
    Cools {
        /// Until when.
        until: Timestamp,
        /// Failures in a row, this one included.
        streak: u32,
    },
    /// It is taken out (`is_active = false`).
    Out {
        /// Why.
        reason: OutReason,
        /// Failures in a row, this one included.
        streak: u32,
    },
}

/// What is known when the outcome arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Tries that counted, this one not included.
    pub attempts: u32,
    /// The message is useless after this.
    pub expires_at: Timestamp,
    /// The number's failures in a row before this request.
    pub streak: u32,
}

/// Decides. `random` is any value and spreads retries.
#[must_use]
pub fn react(
    outcome: Outcome,
    tried: Tried,
    now: Timestamp,
    random: u64,
) -> (AfterMessage, AfterNumber) {
    let streak = tried.streak.saturating_add(1);
    let out = |reason| AfterNumber::Out { reason, streak };
    let again = |wait| again(tried, now, wait);
    match outcome {
        Outcome::Accepted => (AfterMessage::Sent, AfterNumber::Healthy),
        Outcome::NotSent => (at_once(tried, now), stumble(streak, now)),
        Outcome::KeyInvalid { .. } => (at_once(tried, now), out(OutReason::KeyInvalid)),
        Outcome::Redirected { .. } => (
            again(backoff(tried.attempts, random)),
            out(OutReason::Redirected),
        ),
        Outcome::BadRecipient => (
            AfterMessage::Failed(Failure::BadRecipient),
            AfterNumber::Unharmed,
        ),
        Outcome::RateLimited { retry_after_s } => {
            let asked = SignedDuration::from_secs(
                i64::from(retry_after_s.unwrap_or(0)).min(LONGEST_WAIT_S),
            );
            let wait = backoff(tried.attempts, random).max(asked);
            let rest = asked.max(rest(streak));
            let until = later(now, rest);
            (
                again(wait),
                AfterNumber::Cools {
                    until,
                    streak: tried.streak,
                },
            )
        }
        Outcome::NotAccepted => (again(backoff(tried.attempts, random)), stumble(streak, now)),
        Outcome::Unconfirmed { .. } => (
            AfterMessage::Failed(Failure::Unconfirmed),
            stumble(streak, now),
        ),
    }
}

/// Nothing was sent and nothing is wrong with the message: it goes on at once, by any number.
fn at_once(tried: Tried, now: Timestamp) -> AfterMessage {
    if now > tried.expires_at {
        return AfterMessage::Failed(Failure::Expired);
    }
    AfterMessage::Again {
        not_before: now,
        counts: false,
    }
}

fn again(tried: Tried, now: Timestamp, wait: SignedDuration) -> AfterMessage {
    let not_before = later(now, wait);
    if tried.attempts + 1 >= MAX_TRIES {
        AfterMessage::Failed(Failure::Exhausted)
    } else if not_before > tried.expires_at {
        AfterMessage::Failed(Failure::Expired)
    } else {
        AfterMessage::Again {
            not_before,
            counts: true,
        }
    }
}

fn stumble(streak: u32, now: Timestamp) -> AfterNumber {
    if streak >= STREAK_OUT {
        return AfterNumber::Out {
            reason: OutReason::FailureStreak,
            streak,
        };
    }
    AfterNumber::Cools {
        until: later(now, rest(streak)),
        streak,
    }
}

fn rest(streak: u32) -> SignedDuration {
    SignedDuration::from_secs(doubled(
        FIRST_REST_S,
        streak.saturating_sub(1),
        LONGEST_REST_S,
    ))
}

/// Exponential with jitter: between half of the step and the whole of it.
fn backoff(attempts: u32, random: u64) -> SignedDuration {
    let step = doubled(FIRST_WAIT_S, attempts, LONGEST_WAIT_S);
    let half = step / 2;
    let spread = u64::try_from(step - half).unwrap_or(0) + 1;
    let extra = i64::try_from(random % spread).unwrap_or(0);
    SignedDuration::from_secs((half + extra).max(FIRST_WAIT_S))
}

fn doubled(first: i64, times: u32, longest: i64) -> i64 {
    first
        .saturating_mul(1_i64.checked_shl(times.min(32)).unwrap_or(i64::MAX))
        .min(longest)
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2026-11-30T05:00:00Z".parse().unwrap()
    }

    fn tried(attempts: u32, streak: u32) -> Tried {
        Tried {
            attempts,
            expires_at: later(now(), SignedDuration::from_hours(72)),
            streak,
        }
    }

    #[test]
    fn a_refused_key_takes_the_number_out_at_once_and_the_message_goes_on() {
        let (message, number) = react(Outcome::KeyInvalid { status: 404 }, tried(0, 0), now(), 1);
        assert_eq!(
            message,
            AfterMessage::Again {
                not_before: now(),
                counts: false
            }
        );
        assert_eq!(
            number,
            AfterNumber::Out {
                reason: OutReason::KeyInvalid,
                streak: 1
            }
        );
    }

    #[test]
    fn what_may_have_been_accepted_is_final() {
        for status in [None, Some(500), Some(502), Some(504)] {
            let (message, _) = react(Outcome::Unconfirmed { status }, tried(0, 0), now(), 1);
            assert_eq!(message, AfterMessage::Failed(Failure::Unconfirmed));
        }
    }

    #[test]
    fn the_fifth_try_is_the_last() {
        for attempts in 0..4 {
            assert!(matches!(
                react(Outcome::NotAccepted, tried(attempts, 0), now(), 9).0,
                AfterMessage::Again { counts: true, .. }
            ));
        }
        assert_eq!(
            react(Outcome::NotAccepted, tried(4, 0), now(), 9).0,
            AfterMessage::Failed(Failure::Exhausted)
        );
    }

    #[test]
    fn the_fifth_failure_in_a_row_takes_a_number_out() {
        assert_eq!(
            react(Outcome::NotSent, tried(0, 0), now(), 0).1,
            AfterNumber::Cools {
                until: later(now(), SignedDuration::from_secs(30)),
                streak: 1
            }
        );
        assert_eq!(
            react(Outcome::NotSent, tried(0, 4), now(), 0).1,
            AfterNumber::Out {
                reason: OutReason::FailureStreak,
                streak: 5
            }
        );
    }

    #[test]
    fn no_retry_is_planned_past_the_end_of_the_message() {
        let ends = later(now(), SignedDuration::from_secs(20));
        let soon = Tried {
            expires_at: ends,
            ..tried(0, 0)
        };
        assert_eq!(
            react(Outcome::NotAccepted, soon, now(), 0).0,
            AfterMessage::Failed(Failure::Expired)
        );
    }

    #[test]
    fn an_absurd_retry_after_is_an_hour() {
        let outcome = Outcome::RateLimited {
            retry_after_s: Some(u32::MAX),
        };
        let hour = later(now(), SignedDuration::from_hours(1));
        let (message, number) = react(outcome, tried(0, 0), now(), 0);
        assert_eq!(
            message,
            AfterMessage::Again {
                not_before: hour,
                counts: true
            }
        );
        assert_eq!(
            number,
            AfterNumber::Cools {
                until: hour,
                streak: 0
            }
        );
    }

    proptest! {
        #[test]
        fn retries_wait_from_thirty_seconds_to_an_hour(attempts in 0u32..4, random: u64) {
            if let AfterMessage::Again { not_before, .. } = react(Outcome::NotAccepted, tried(attempts, 0), now(), random).0 {
                let wait = not_before.duration_since(now()).as_secs();
                prop_assert!((30..=3_600).contains(&wait));
            }
        }
    }
}
