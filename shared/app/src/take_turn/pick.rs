//! Chooses the row that a turn tries to claim: the first lane of the turn that has one, and among
//! its first rows one at random, so that numbers do not all reach for the same.

use domain::dispatch::Runner;
use domain::message::DueMessage;
use domain::number::{Health, Number};
use domain::pace::Pace;
use domain::pick::Turn;
use domain::reserve::Reserves;
use jiff::Timestamp;
use store::StoreError;

use super::view::View;
use crate::context::App;

/// The row to try, if any lane has one that this number may send now.
pub(super) async fn pick(
    app: &App,
    view: &View,
    number: &Number,
    pace: &Pace,
    now: Timestamp,
) -> Result<Option<DueMessage>, StoreError> {
    let usable = |n: &&Number| n.health(now) == Health::Usable;
    let active = view.roster.iter().filter(usable).count();
    let better = better(app, view, number, now).await?;
    let looks = Turn {
        settings: &view.settings,
        control: &view.control,
        reserves: &Reserves::new(
            view.settings.welcome_reserve_percent,
            &view.control.ahead,
            &view.roster,
            now,
        ),
        number,
        pace,
        better: &better,
        has_sticky: app.store.has_sticky(number.id).await?,
    }
    .looks(now, app.dice.roll());
    for look in looks {
        let limit = (2 * active).max(1);
        let mut rows = app.store.due(&look.lane, look.from, look.to, limit).await?;
        if !rows.is_empty() {
            return Ok(Some(rows.swap_remove(app.dice.below(rows.len()))));
        }
    }
    Ok(None)
}

/// Usable numbers of a better priority, with their paces: they take young rows first. The best
/// priority needs no look at the others.
async fn better(
    app: &App,
    view: &View,
    number: &Number,
    now: Timestamp,
) -> Result<Vec<Runner>, StoreError> {
    let better: Vec<Number> = view
        .roster
        .iter()
        .filter(|n| n.priority < number.priority && n.health(now) == Health::Usable)
        .cloned()
        .collect();
    if better.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = better.iter().map(|n| n.id).collect();
    let mut paces = app.store.paces(&ids).await?;
    Ok(better
        .into_iter()
        .filter_map(|number| paces.remove(&number.id).map(|pace| Runner { number, pace }))
        .collect())
}
