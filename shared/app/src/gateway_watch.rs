//! What the dispatcher does about numbers that are out: the alarm when none is left, and checks
//! that bring them back.

use domain::breaker::{Breaker, Passage};
use domain::dispatch::Runner;
use domain::number::Health;
use jiff::Timestamp;
use store::StoreError;

use crate::context::App;
use crate::dispatch::Earliest;
use crate::ports::QueueMessage;

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
