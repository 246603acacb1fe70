//! Starts turns: gives idle numbers a turn when there is something they may send.

mod rows;

use std::collections::HashMap;

use domain::breaker::{Passage, arms};
use domain::dispatch::Runner;
use domain::lane::Lane;
use domain::pace::{HORIZON, MaySend, may_send};
use domain::reserve::{Reserve, Reserves};
use jiff::Timestamp;
use store::{Chain, Steering, StoreError};

use crate::context::{App, delay_until};
use crate::event::ask_daily;
use crate::failpoint::Failpoint;
use crate::gateway_watch::{request_checks, watch_numbers};
use crate::ports::QueueMessage;
use crate::sweep::{expire, sweep};
use rows::Look;

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
    let Steering {
        settings,
        control,
        gateway,
    } = app.store.steering().await?;
    let runners = runners(app).await?;
    let mut next = Earliest::default();
    if call == Call::Tick {
        sweep(app, &settings, &runners, now, &mut next).await;
        expire(app, &Lane::Held, now, &mut next).await?;
        ask_daily(app, now, &mut next).await;
    }
    if let Err(error) = watch_numbers(app, &gateway, &runners, now).await {
        tracing::error!(error = %Chain(&error), "the end of the last number was not noted");
    }
    if call == Call::Tick {
        request_checks(app, &gateway, &runners, now, &mut next).await;
    }
    let reserves = Reserves::new(
        settings.welcome_reserve_percent,
        &control.ahead,
        runners.iter().map(|runner| &runner.number),
        now,
    );
    let rows = rows::sendable(
        app,
        &Look {
            settings: &settings,
            control: &control,
            runners: &runners,
            reserves: &reserves,
            call,
            now,
        },
        &mut next,
    )
    .await?;
    let randoms: Vec<u64> = runners.iter().map(|_| app.dice.roll()).collect();
    let strategy = settings.strategy;
    let arms = arms(
        &gateway, &rows, &runners, &reserves, strategy, now, &randoms,
    );
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
        match gateway.passage(None, now) {
            Passage::HeldUntil(until) => next.ahead_of(until),
            Passage::Free | Passage::Probe => next_number(&runners, now, &mut next),
        }
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

/// Rows wait, but no number could be armed: when one may be free again.
fn next_number(runners: &[Runner], now: Timestamp, next: &mut Earliest) {
    for runner in runners {
        match may_send(&runner.number, &runner.pace, Reserve::NONE, now) {
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
