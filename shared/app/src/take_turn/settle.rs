//! What a turn knows of number and gateway when its request is answered.

use domain::breaker::Breaker;
use domain::number::Number;
use domain::settle::{self, Settled};
use store::NextTurn;

use super::Held;

/// As of the check, and read again if it has moved on.
pub(super) struct Known {
    pub(super) number: Number,
    pub(super) gateway: Breaker,
}

impl Known {
    pub(super) fn as_seen(&self) -> settle::Known<'_> {
        settle::Known {
            number: &self.number,
            gateway: &self.gateway,
        }
    }
}

/// The turn that follows.
pub(super) fn next_turn_of(settled: &Settled, held: Held) -> NextTurn {
    match settled.next_due {
        Some(due) => NextTurn::Armed {
            turn: held.turn + 1,
            due,
        },
        None => NextTurn::Idle,
    }
}
