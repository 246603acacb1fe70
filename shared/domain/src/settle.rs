//! What an outcome comes to for message, number and breaker together, from what is known of them.

use jiff::Timestamp;

use crate::breaker::{Blame, Breaker, Fault, Passage, Phase, Sign, Step};
use crate::ids::Token;
use crate::message::DueMessage;
use crate::number::{HealthRecord, Number};
use crate::outcome::Outcome;
use crate::pace::HORIZON;
use crate::reaction::{AfterMessage, AfterNumber, Tried, react};

/// What is known of the number and of the gateway.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The number that sent.
    pub number: &'a Number,
    /// The breaker.
    pub gateway: &'a Breaker,
}

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Tries of the message that counted, this one not included.
    pub attempts: u32,
    /// The message is useless after this.
    pub expires_at: Timestamp,
    /// The turn's token.
    pub token: Token,
    /// End of the request plus the gap.
    pub next_free_at: Timestamp,
}

impl Attempt {
    /// A try of this message.
    #[must_use]
    pub fn of(message: &DueMessage, token: Token, next_free_at: Timestamp) -> Self {
        Self {
            attempts: message.attempts,
            expires_at: message.expires_at,
            token,
            next_free_at,
        }
    }
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What becomes of the message.
    pub after: AfterMessage,
    /// What becomes of the number.
    pub number: AfterNumber,
    /// Its health afterwards; none if it does not change.
    pub health: Option<HealthRecord>,
    /// What becomes of the breaker.
    pub step: Step,
    /// When the number's next turn is due; none if it has none.
    pub next_due: Option<Timestamp>,
    /// Others may send again.
    pub closed: bool,
}

impl Settled {
    /// What is written if number and breaker cannot be: what became of the message must not be
    /// lost with them. The dispatcher decides when the number goes on.
    #[must_use]
    pub fn of_row_alone(self) -> Self {
        Self {
            number: AfterNumber::Unharmed,
            health: None,
            step: Step::none(Blame::Number),
            next_due: None,
            closed: false,
            ..self
        }
    }
}

/// Decides. `random` spreads retries; `now` is the moment of the answer.
#[must_use]
pub fn settle(
    known: Known<'_>,
    attempt: Attempt,
    outcome: Outcome,
    now: Timestamp,
    random: u64,
) -> Settled {
    let Known { number, gateway } = known;
    let tried = Tried {
        attempts: attempt.attempts,
        expires_at: attempt.expires_at,
        streak: number.failure_streak,
    };
    let (after, own) = react(outcome, tried, now, random);
    let fault = Fault {
        number_id: number.id,
        at: now,
        before: number.mark(),
        revision: number.record.revision + 1,
        refused: matches!(outcome, Outcome::KeyInvalid { .. }),
        times: 1,
    };
    let step = gateway.observe(Sign::of(outcome), attempt.token, fault, now);
    let number_after = match step.blame {
        Blame::Gateway => AfterNumber::Unharmed,
        Blame::Number => unless_known(own, number),
    };
    let health = number.record.after(number_after, outcome.label(), now);
    let gateway_after = step.next.as_ref().unwrap_or(gateway);
    let closed = gateway.phase != Phase::Closed && gateway_after.phase == Phase::Closed;
    let next_due = match gateway_after.passage(None, now) {
        Passage::Free => next_due(number_after, attempt.next_free_at, now),
        Passage::HeldUntil(_) | Passage::Probe => None,
    };
    Settled {
        after,
        number: number_after,
        health,
        step,
        next_due,
        closed,
    }
}

/// A number that was well and is well needs no write.
fn unless_known(after: AfterNumber, number: &Number) -> AfterNumber {
    match after {
        AfterNumber::Healthy if number.failure_streak == 0 && number.cool_until.is_none() => {
            AfterNumber::Unharmed
        }
        other => other,
    }
}

/// What the number does after a request.
fn next_due(number: AfterNumber, next_free_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let horizon = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    match number {
        AfterNumber::Healthy | AfterNumber::Unharmed => Some(next_free_at),
        AfterNumber::Cools { until, .. } if until <= horizon => Some(until.max(next_free_at)),
        AfterNumber::Cools { .. } | AfterNumber::Out { .. } => None,
    }
}
