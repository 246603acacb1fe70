//! What waits: the first rows of each open lane, as many as there are numbers that could take them.

use domain::dispatch::{Row, Runner};
use domain::explain::{Around, Explained, explain};
use domain::lane::Lane;
use domain::message::{Class, DueMessage, Waiting};
use domain::pace::{HORIZON, MaySend, Phase, may_send};
use domain::reserve::{Reserve, Reserves};
use domain::settings::{Control, Settings};
use domain::sticky::keeps;
use jiff::Timestamp;
use store::{Chain, StoreError};

use super::{Call, Earliest};
use crate::context::App;
use crate::sweep::expire;

/// Numbers and classes with rows that wait for their own number, looked at in one run.
const STICKY_HEADS: usize = 250;
/// Rows of one number and class that a tick lets go; the rest follows with the next.
const RELEASED_AT_ONCE: usize = 100;

/// What a run sees.
pub(super) struct Look<'a> {
    pub(super) settings: &'a Settings,
    pub(super) control: &'a Control,
    pub(super) runners: &'a [Runner],
    pub(super) reserves: &'a Reserves<'a>,
    pub(super) call: Call,
    pub(super) now: Timestamp,
}

/// From when a lane's rows may be sent.
#[derive(Clone, Copy)]
struct Opening {
    /// Rows due from then on are sendable; none if all of them wait for a later opening than the
    /// horizon.
    from: Option<Timestamp>,
    /// The earliest moment for any of them.
    not_before: Timestamp,
    /// When the whole lane is open.
    opens: Timestamp,
}

impl Look<'_> {
    fn horizon(&self) -> Timestamp {
        self.now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX)
    }

    fn opening(&self, class: Class) -> Opening {
        let opens = self.settings.hours.lane_opens(class, self.now);
        let (from, not_before) = match self.settings.hours.lane_open_from(class, self.now) {
            Some(from) => (Some(from), self.now),
            None if opens <= self.horizon() => (Some(Timestamp::MIN), opens),
            None => (None, opens),
        };
        Opening {
            from,
            not_before,
            opens,
        }
    }

    /// Numbers that are idle or have a turn on the way.
    fn takers(&self) -> usize {
        self.runners
            .iter()
            .filter(|r| !matches!(r.pace.phase, Phase::Held { .. }))
            .filter(|r| may_send(&r.number, &r.pace, Reserve::NONE, self.now) != MaySend::No)
            .count()
    }
}

/// When rows may be sent, earliest first.
pub(super) async fn sendable(
    app: &App,
    look: &Look<'_>,
    next: &mut Earliest,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    let takers = look.takers().max(1);
    for class in Class::ALL {
        let common = (class != Class::Broadcast).then_some(Lane::Class(class));
        let campaigns = look.control.lanes(class, app.dice.roll());
        for lane in common.into_iter().chain(campaigns) {
            let dues = lane_dues(app, look, class, &lane, takers, next).await?;
            rows.extend(dues.into_iter().map(|from| Row {
                from,
                class,
                only: None,
            }));
        }
    }
    rows.extend(sticky(app, look, next).await?);
    rows.sort_by_key(|row| row.from);
    Ok(rows)
}

/// The moments from which the first rows of a lane may be sent, within the horizon.
async fn lane_dues(
    app: &App,
    look: &Look<'_>,
    class: Class,
    lane: &Lane,
    takers: usize,
    next: &mut Earliest,
) -> Result<Vec<Timestamp>, StoreError> {
    let opening = look.opening(class);
    let horizon = look.horizon();
    let whole = opening.from.is_none_or(|from| from == Timestamp::MIN);
    let mut dues = Vec::new();
    if look.call == Call::Tick {
        let left = expire(app, lane, look.now, next).await?;
        dues = left.iter().map(|row| row.due).collect();
        bring_up_to_date(app, look, &left).await;
        // What stands there while the lane is closed waits for sending hours.
        if let (Some(head), true) = (dues.first(), opening.opens > look.now) {
            next.ahead_of(opening.opens.max(*head));
        }
    }
    let Some(from) = opening.from else {
        return Ok(Vec::new());
    };
    if look.control.stops(class) {
        return Ok(Vec::new());
    }
    if look.call == Call::Wake || !whole {
        let due = app.store.due(lane, from, horizon, takers).await?;
        dues = due.into_iter().map(|row| row.due).collect();
    }
    let mut sendable = Vec::new();
    for due in dues {
        let due = due.max(opening.not_before);
        if due <= horizon {
            sendable.push(due);
        } else {
            next.ahead_of(due);
        }
    }
    Ok(sendable)
}

/// Rows that wait for their own number; a tick lets those go whose number cannot send soon.
async fn sticky(app: &App, look: &Look<'_>, next: &mut Earliest) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for head in app.store.sticky_heads(STICKY_HEADS).await? {
        let Lane::Sticky { number, class } = head.lane else {
            continue;
        };
        if look.call == Call::Tick {
            let left = expire(app, &head.lane, look.now, next).await?;
            bring_up_to_date(app, look, &left).await;
        }
        let opening = look.opening(class);
        let Some(due) = first_open(app, look, &head, class, opening, next).await? else {
            continue;
        };
        let from = due.max(opening.not_before);
        if from > look.horizon() {
            next.ahead_of(from);
            continue;
        }
        let runner = look.runners.iter().find(|r| r.number.id == number);
        let hours = &look.settings.hours;
        let since = if from > look.now {
            from
        } else {
            hours.sendable_since(class, head.due, look.now)
        };
        let kept = keeps(runner, class, look.reserves, since, look.now);
        if !kept && look.call == Call::Tick {
            let dues = release(app, look, &head.lane).await?;
            let open = dues.into_iter().filter(|due| Some(*due) >= opening.from);
            rows.extend(open.map(|from| Row {
                from: from.max(opening.not_before),
                class,
                only: None,
            }));
            next.at(look.now);
        } else {
            next.at(look.now);
            rows.push(Row {
                from,
                class,
                only: Some(number),
            });
        }
    }
    Ok(rows)
}

/// When the first row that may be sent before the whole lane opens is due, of those that wait for
/// one number: the one at their head, or a younger one if that waits for the opening.
async fn first_open(
    app: &App,
    look: &Look<'_>,
    head: &DueMessage,
    class: Class,
    opening: Opening,
    next: &mut Earliest,
) -> Result<Option<Timestamp>, StoreError> {
    let stopped = look.control.stops(class);
    match opening.from {
        Some(open) if !stopped && head.due >= open => Ok(Some(head.due)),
        Some(open) if !stopped => {
            next.ahead_of(opening.opens);
            let younger = app.store.due(&head.lane, open, Timestamp::MAX, 1).await?;
            Ok(younger.first().map(|row| row.due))
        }
        _ => {
            next.ahead_of(opening.opens.max(head.due));
            Ok(None)
        }
    }
}

/// Rows say why they wait: hours begin and end, caps fill, switches are thrown, and none of that
/// touches a row. What a row says is written anew when its reason is another. It decides nothing, so
/// a row that cannot be written now is left to the next tick.
async fn bring_up_to_date(app: &App, look: &Look<'_>, rows: &[DueMessage]) {
    let around = Around {
        settings: look.settings,
        control: look.control,
        runners: look.runners,
        reserves: look.reserves,
    };
    for row in rows {
        let (said, expected) = row.said;
        let Explained { why, from } = explain(row, &around, look.now);
        if why == said && from.is_none() == expected.is_none() {
            continue;
        }
        if let Err(error) = app.store.explain(row, why, from).await {
            tracing::warn!(row = %row.id, error = %Chain(&error), "a row keeps saying what it said");
            return;
        }
    }
}

async fn release(app: &App, look: &Look<'_>, lane: &Lane) -> Result<Vec<Timestamp>, StoreError> {
    let rows = app
        .store
        .due(lane, Timestamp::MIN, look.horizon(), RELEASED_AT_ONCE)
        .await?;
    tracing::info!(%lane, rows = rows.len(), "rows no longer wait for their own number");
    let mut released = Vec::new();
    for row in rows {
        let app = &app.store;
        if app.release_sticky(&row, Waiting::Number, look.now).await? {
            released.push(row.due);
        }
    }
    Ok(released)
}
