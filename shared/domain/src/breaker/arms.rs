//! Turns while the breaker is not closed.

use jiff::Timestamp;

use super::{Breaker, Passage};
use crate::dispatch::{Arm, Row, Runner, plan};
use crate::ids::NumberId;
use crate::pace::{self, HORIZON, MaySend, may_send};
use crate::reserve::{Reserve, Reserves};
use crate::settings::Strategy;

/// Plans turns as far as the gateway's breaker lets any through: all of them, or one that probes.
/// Rows and random values as for [`plan`].
#[must_use]
pub fn arms(
    gateway: &Breaker,
    rows: &[Row],
    runners: &[Runner],
    reserves: &Reserves<'_>,
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Arm> {
    let from = match gateway.passage(None, now) {
        Passage::Free => return plan(rows, runners, reserves, strategy, now, randoms),
        Passage::HeldUntil(until) => until,
        Passage::Probe => now,
    };
    let horizon = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    let can_send =
        |runner: &&Runner| match may_send(&runner.number, &runner.pace, Reserve::NONE, now) {
            MaySend::Now => true,
            MaySend::From(then) => then <= horizon,
            MaySend::No => false,
        };
    let able: Vec<NumberId> = runners
        .iter()
        .filter(can_send)
        .map(|runner| runner.number.id)
        .collect();
    let probers: Vec<Runner> = runners
        .iter()
        .filter(|runner| gateway.should_probe(runner.number.id, &able))
        .cloned()
        .collect();
    let rows: Vec<Row> = rows
        .iter()
        .map(|row| Row {
            from: row.from.max(from),
            ..*row
        })
        .collect();
    let mut arms = plan(&rows, &probers, reserves, strategy, now, randoms);
    // Whoever should probe may be unable to send what waits: then anybody does who can.
    let is_on_its_way = |runner: &Runner| runner.pace.phase != pace::Phase::Idle;
    if arms.is_empty() && !probers.iter().any(is_on_its_way) {
        arms = plan(&rows, runners, reserves, strategy, now, randoms);
    }
    arms.truncate(1);
    arms
}

#[cfg(test)]
mod tests;
