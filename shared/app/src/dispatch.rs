//! Starts turns: gives idle numbers a turn when there is something they may send.

use std::collections::HashMap;

use domain::dispatch::{Runner, plan};
use domain::lane::Lane;
use domain::message::Class;
use domain::pace::{HORIZON, MaySend, Phase, may_send};
use domain::settings::{Control, Settings};
use jiff::Timestamp;
use store::StoreError;

use crate::context::{App, delay_until};
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;
use crate::sweep::{expire, sweep};

/// Classes whose rows stand in one lane. Campaign rows have lanes of their own.
pub(crate) const ROW_CLASSES: [Class; 4] = [
    Class::Reminder,
    Class::Welcome,
    Class::ReferrerAlert,
    Class::FollowUp,
];

/// Why the dispatcher was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A row may have become sendable.
    Wake,
    /// The minute: sweeps as well.
    Tick,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dispatched {
    /// Numbers that got a turn.
    pub armed: usize,
    /// The next moment at which a tick can have anything to do, as far as this run saw; `None`
    /// if it saw nothing that waits.
    pub next: Option<Timestamp>,
}

/// Why a run ended early; the next tick does it again.
#[derive(Debug, thiserror::Error)]
#[error("dispatch")]
pub struct DispatchError(#[from] StoreError);

/// Looks two minutes ahead and arms at most as many idle numbers as there are rows.
///
/// # Errors
/// [`DispatchError`] if the store does not answer.
pub async fn dispatch(app: &App, call: Call) -> Result<Dispatched, DispatchError> {
    let now = app.now();
    let steering = app.store.steering().await?;
    let runners = runners(app).await?;
    let mut next = Earliest::default();
    if call == Call::Tick {
        sweep(app, &runners, now, &mut next).await;
        expire(app, &Lane::held(), now, &mut next).await?;
    }
    let settings = steering.settings;
    let rows = sendable(
        app,
        &settings,
        &steering.control,
        &runners,
        call,
        now,
        &mut next,
    )
    .await?;
    let randoms: Vec<u64> = runners.iter().map(|_| app.dice.roll()).collect();
    let arms = plan(&rows, &runners, settings.strategy, now, &randoms);
    let mut armed = 0;
    for arm in arms {
        let Some(runner) = runners.iter().find(|r| r.number.id == arm.number_id) else {
            continue;
        };
        let turn = runner.pace.turn;
        if app.store.arm(&runner.pace, arm.due).await? {
            armed += 1;
            next.at(arm.due);
            Failpoint::DispatchArmed.reach();
            let delay_s = delay_until(arm.due, now);
            app.notify(QueueMessage::Turn {
                number_id: arm.number_id,
                turn: turn + 1,
                delay_s,
            })
            .await;
            Failpoint::DispatchSent.reach();
        }
    }
    if !rows.is_empty() && armed == 0 {
        next_number(&runners, now, &mut next);
    }
    Ok(Dispatched {
        armed,
        next: next.0,
    })
}

/// All numbers with their paces.
pub(crate) async fn runners(app: &App) -> Result<Vec<Runner>, StoreError> {
    let roster = app.store.roster().await?;
    let ids: Vec<_> = roster.iter().map(|n| n.id).collect();
    let mut paces: HashMap<_, _> = app.store.paces(&ids).await?;
    Ok(roster
        .into_iter()
        .filter_map(|number| paces.remove(&number.id).map(|pace| Runner { number, pace }))
        .collect())
}

/// When rows may be sent, earliest first: as many as there are numbers that could take them, idle
/// or with a turn on the way.
async fn sendable(
    app: &App,
    settings: &Settings,
    control: &Control,
    runners: &[Runner],
    call: Call,
    now: Timestamp,
    next: &mut Earliest,
) -> Result<Vec<Timestamp>, StoreError> {
    let horizon = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    let takers = runners
        .iter()
        .filter(|r| !matches!(r.pace.phase, Phase::Held { .. }))
        .filter(|r| may_send(&r.number, &r.pace, now) != MaySend::No)
        .count();
    let mut rows = Vec::new();
    for class in ROW_CLASSES {
        let lane = Lane::of(class);
        let opens = settings.hours.hours.next_open(now);
        let from = settings.hours.lane_open_from(class, now);
        let (from, not_before) = match from {
            Some(from) => (from, now),
            None if opens <= horizon => (Timestamp::MIN, opens),
            None => (Timestamp::MAX, opens),
        };
        let mut dues = Vec::new();
        if call == Call::Tick {
            dues = expire(app, &lane, now, next).await?;
            // What stands there while the lane is closed waits for sending hours.
            if let (Some(head), true) = (dues.first(), from > Timestamp::MIN) {
                next.ahead_of(opens.max(*head));
            }
        }
        if control.stops(class) || from == Timestamp::MAX {
            continue;
        }
        if call == Call::Wake || from > Timestamp::MIN {
            let due = app.store.due(&lane, from, horizon, takers.max(1)).await?;
            dues = due.into_iter().map(|row| row.due).collect();
        }
        for due in dues {
            let due = due.max(not_before);
            if due <= horizon {
                rows.push(due);
            } else {
                next.ahead_of(due);
            }
        }
    }
    rows.sort_unstable();
    rows.truncate(takers);
    Ok(rows)
}

/// Rows wait, but no number could be armed: when one may be free again.
fn next_number(runners: &[Runner], now: Timestamp, next: &mut Earliest) {
    for runner in runners {
        match may_send(&runner.number, &runner.pace, now) {
            MaySend::Now => next.ahead_of(runner.pace.next_free_at),
            MaySend::From(then) => next.ahead_of(then),
            MaySend::No => {}
        }
    }
}

/// The earliest of the moments it was told.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Earliest(pub(crate) Option<Timestamp>);

impl Earliest {
    pub(crate) fn at(&mut self, at: Timestamp) {
        self.0 = Some(self.0.map_or(at, |known| known.min(at)));
    }

    /// Something is due then: a tick within the horizon before it arms a number exactly.
    pub(crate) fn ahead_of(&mut self, due: Timestamp) {
        self.at(due.saturating_sub(HORIZON).unwrap_or(due));
    }
}
