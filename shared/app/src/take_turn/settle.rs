//! What an outcome comes to for message, number, breaker and turn, from what is known of them.

use domain::breaker::{Blame, Breaker, Fault, Passage, Phase, Sign, Step};
use domain::message::DueMessage;
use domain::number::{HealthRecord, Number};
use domain::outcome::Outcome;
use domain::pace::HORIZON;
use domain::reaction::{AfterMessage, AfterNumber, Tried, react};
use jiff::Timestamp;
use store::NextTurn;

use super::{Held, later};

/// What is known of the number and of the gateway.
pub(super) struct Known {
    pub(super) number: Number,
    pub(super) gateway: Breaker,
}

/// What is to be written.
pub(super) struct Settled {
    pub(super) after: AfterMessage,
    pub(super) number: AfterNumber,
    pub(super) health: Option<HealthRecord>,
    pub(super) step: Step,
    pub(super) next: NextTurn,
    /// Others may send again.
    pub(super) closed: bool,
}

impl Settled {
    /// What is left to write when number and breaker cannot be written.
    pub(super) fn leaves_others_alone(&mut self) {
        self.number = AfterNumber::Unharmed;
        self.health = None;
        self.step.next = None;
        self.step.absolved.clear();
        self.step.opened = false;
        self.closed = false;
    }
}

/// Decides. `random` spreads retries; `next_free_at` is the end of the request plus the gap.
pub(super) fn settle(
    known: &Known,
    held: Held,
    message: &DueMessage,
    outcome: Outcome,
    now: Timestamp,
    random: u64,
    next_free_at: Timestamp,
) -> Settled {
    let number = &known.number;
    let tried = Tried {
        attempts: message.attempts,
        expires_at: message.expires_at,
        streak: number.failure_streak,
    };
    let (after, own) = react(outcome, tried, now, random);
    let fault = Fault {
        number_id: held.number_id,
        at: now,
        before: number.mark(),
        revision: number.record.revision + 1,
    };
    let step = known
        .gateway
        .observe(Sign::of(outcome), held.token, fault, now);
    let number_after = match step.blame {
        Blame::Gateway => AfterNumber::Unharmed,
        Blame::Number => unless_known(own, number),
    };
    let health = number.record.after(number_after, outcome.label(), now);
    let gateway = step.next.as_ref().unwrap_or(&known.gateway);
    let closed = known.gateway.phase != Phase::Closed && gateway.phase == Phase::Closed;
    let next = if gateway.passage(None, now) == Passage::Free {
        next_after(number_after, held.turn + 1, next_free_at, now)
    } else {
        NextTurn::Idle
    };
    Settled {
        after,
        number: number_after,
        health,
        step,
        next,
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
fn next_after(number: AfterNumber, turn: u64, next_free_at: Timestamp, now: Timestamp) -> NextTurn {
    match number {
        AfterNumber::Healthy | AfterNumber::Unharmed => NextTurn::Armed {
            turn,
            due: next_free_at,
        },
        AfterNumber::Cools { until, .. } if until <= later(now, HORIZON) => NextTurn::Armed {
            turn,
            due: until.max(next_free_at),
        },
        AfterNumber::Cools { .. } | AfterNumber::Out { .. } => NextTurn::Idle,
    }
}
