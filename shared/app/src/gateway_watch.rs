//! What the dispatcher does about the gateway and the numbers that are out: turns while the
//! breaker is not closed, the alarm when no number is left, and checks that bring numbers back.

use domain::breaker::{Breaker, Passage};
use domain::dispatch::{Arm, Row, Runner, plan};
use domain::ids::NumberId;
use domain::number::Health;
use domain::pace::{HORIZON, MaySend, Phase, may_send};
use domain::reserve::{Reserve, Reserves};
use domain::settings::Strategy;
use jiff::Timestamp;
use store::StoreError;

use crate::context::App;
use crate::dispatch::Earliest;
use crate::ports::QueueMessage;

/// Plans turns as far as the gateway's breaker lets any through: all of them, or one that probes.
pub(crate) fn arms(
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
    if arms.is_empty() && !probers.iter().any(is_on_its_way) {
        arms = plan(&rows, runners, reserves, strategy, now, randoms);
    }
    arms.truncate(1);
    arms
}

/// Whether the number has a turn already.
fn is_on_its_way(runner: &Runner) -> bool {
    runner.pace.phase != Phase::Idle
}

/// Notes when no number is left that could send, now or after a rest, and says so once. Numbers
/// that an admin has paused count as gone, but their pauses alone are no reason for alarm.
pub(crate) async fn watch_numbers(
    app: &App,
    gateway: &Breaker,
    runners: &[Runner],
    now: Timestamp,
) -> Result<(), StoreError> {
    let left = runners
        .iter()
        .any(|runner| runner.number.health(now) != Health::Out);
    let any_out = runners.iter().any(|runner| !runner.number.is_active);
    let all_out = any_out && !left;
    let Some(next) = gateway.with_all_out(all_out, now) else {
        return Ok(());
    };
    // Whoever stores it says so; refused, the next run looks again.
    if app.store.save_gateway(&next).await? {
        if all_out {
            tracing::error!(
                alarm = "all_numbers_out",
                numbers = runners.len(),
                "no number is left, everything waits"
            );
        } else {
            tracing::info!("a number is in use again");
        }
    }
    Ok(())
}

/// Has the keys checked of numbers that have been out long enough. Sent again by every tick until
/// the check has begun: it begins once.
pub(crate) async fn request_checks(
    app: &App,
    gateway: &Breaker,
    runners: &[Runner],
    now: Timestamp,
    next: &mut Earliest,
) {
    for Runner { number, .. } in runners {
        let Some(due) = number.waits_for_check() else {
            continue;
        };
        match gateway.passage(None, now) {
            // While the gateway is down a check would only fail.
            Passage::HeldUntil(until) => next.at(due.max(until)),
            Passage::Free | Passage::Probe if !number.check_due(now) => next.at(due),
            Passage::Free | Passage::Probe => {
                app.notify(QueueMessage::Check {
                    number_id: number.id,
                    revision: number.record.revision,
                })
                .await;
                next.at(now);
            }
        }
    }
}

#[cfg(test)]
mod tests;
