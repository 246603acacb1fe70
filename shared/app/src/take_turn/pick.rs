//! Chooses the row that a turn tries to claim: the highest class first, and among its first rows
//! one at random, so that numbers do not all reach for the same.

use domain::dispatch::{Runner, row_age_for};
use domain::lane::Lane;
use domain::message::DueMessage;
use domain::number::{Health, Number};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use super::view::View;
use crate::context::App;
use crate::dispatch::ROW_CLASSES;

/// A row and the lane it was seen in.
pub(super) struct Picked {
    pub(super) message: DueMessage,
    pub(super) lane: Lane,
}

/// The row to try, if any class has one that this number may send now.
pub(super) async fn pick(
    app: &App,
    view: &View,
    number: &Number,
    now: Timestamp,
) -> Result<Option<Picked>, StoreError> {
    let active = view
        .roster
        .iter()
        .filter(|n| n.health(now) == Health::Usable)
        .count();
    let age = row_age(app, view, number, now).await?;
    let to = now.saturating_sub(age).unwrap_or(now);
    for class in ROW_CLASSES {
        if view.control.stops(class) {
            continue;
        }
        let Some(from) = view.settings.hours.lane_open_from(class, now) else {
            continue;
        };
        if from > to {
            continue;
        }
        let lane = Lane::of(class);
        let mut rows = app.store.due(&lane, from, to, (2 * active).max(1)).await?;
        if !rows.is_empty() {
            let message = rows.swap_remove(app.dice.below(rows.len()));
            return Ok(Some(Picked { message, lane }));
        }
    }
    Ok(None)
}

/// How long rows must have waited before this number takes them: nothing for the best priority,
/// which needs no look at the others.
async fn row_age(
    app: &App,
    view: &View,
    number: &Number,
    now: Timestamp,
) -> Result<SignedDuration, StoreError> {
    let better: Vec<Number> = view
        .roster
        .iter()
        .filter(|n| n.priority < number.priority && n.health(now) == Health::Usable)
        .cloned()
        .collect();
    if better.is_empty() {
        return Ok(SignedDuration::ZERO);
    }
    let ids: Vec<_> = better.iter().map(|n| n.id).collect();
    let mut paces = app.store.paces(&ids).await?;
    let runners: Vec<Runner> = better
        .into_iter()
        .filter_map(|number| paces.remove(&number.id).map(|pace| Runner { number, pace }))
        .collect();
    Ok(row_age_for(number, &runners, view.settings.strategy, now))
}
