//! A worker's turn, step by step; between two steps anything may happen, and the worker may end.

mod deliver;
mod judge;
mod pick;
mod probe;

use domain::breaker::Breaker;
use domain::ids::Token;
use domain::number::Number;
use domain::pace::{LEASE, Pace, Phase};
use domain::settings::{Control, Settings};
use jiff::{SignedDuration, Timestamp};
use std::rc::Rc;
use uuid::Uuid;

use crate::config::Bug;
use crate::rows::{LaneNo, RowNo};
use crate::time::{Ms, SECOND, stamp};
use crate::world::{Event, View, World};
pub(crate) use deliver::{Reply, TIMEOUT, latency, mean_request};

/// A refused row lets the same turn pick again, so often.
const REFUSALS: u32 = 10;
/// A row that somebody else claimed first lets the turn pick again, so often.
const LOST_CLAIMS: u32 = 5;
/// No pick begins later than this after the fence.
const PICK_WITHIN: Ms = 8 * SECOND;
/// After too many lost claims.
const AFTER_LOST_CLAIMS: SignedDuration = SignedDuration::from_secs(1);
/// A function may run so long.
const FUNCTION: Ms = 30 * SECOND;

/// Where a worker goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Pick,
    Probe,
    Probed,
    Claim,
    Check,
    Judge,
    Answer,
    Record,
    Next,
    LookAgain,
}

/// What the check before the request read.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    still_ours: bool,
    suppressed: bool,
    settings: Rc<Settings>,
    control: Rc<Control>,
    gateway: Rc<Breaker>,
    number: Number,
    at: Ms,
}

/// A worker with its turn.
pub(crate) struct Worker {
    number: usize,
    turn: u64,
    token: u32,
    /// As the fence gave it.
    pace: Pace,
    began: Ms,
    view: View,
    refusals: u32,
    lost: u32,
    row: RowNo,
    lane: LaneNo,
    /// The row's place before it was claimed.
    row_due: u32,
    key_valid: bool,
    claimed_at: Ms,
    checked: Option<Checked>,
    reply: Option<Reply>,
    after: deliver::After,
}

/// What a turn leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextTurn {
    Armed(Timestamp),
    Idle,
}

fn token(token: u32) -> Token {
    Token(Uuid::from_u128(u128::from(token)))
}

/// A turn message arrives: the fence.
pub(crate) fn begin(world: &mut World, number: usize, turn: u64) {
    let now = world.stamp();
    let unfenced = world.has(Bug::NoFence);
    let pace = &world.runners[number].pace;
    match pace.phase {
        Phase::Armed { due } if pace.turn == turn && due > now => {
            world.send_turn(number, turn, due);
            return;
        }
        Phase::Armed { .. } if pace.turn == turn => {}
        _ if unfenced => {}
        _ => return,
    }
    let token = world.token();
    let lease_end = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
    let pace = &mut world.runners[number].pace;
    pace.phase = Phase::Held {
        token: self::token(token),
        lease_end,
    };
    let worker = Box::new(Worker {
        number,
        turn,
        token,
        pace: pace.clone(),
        began: world.now,
        view: world.warm_view(),
        refusals: 0,
        lost: 0,
        row: 0,
        lane: 0,
        row_due: 0,
        key_valid: false,
        claimed_at: 0,
        checked: None,
        reply: None,
        after: deliver::After::default(),
    });
    go_on(world, worker, Stage::Pick);
}

/// The next step, some milliseconds later, or seconds if the worker stalls.
fn go_on(world: &mut World, worker: Box<Worker>, stage: Stage) {
    let mut wait = world.between(3, 15);
    if world.chance(world.config.faults.stall) {
        wait += world.between(SECOND, 12 * SECOND);
    }
    world.after(wait, Event::Step(worker, stage));
}

pub(crate) fn step(world: &mut World, worker: Box<Worker>, stage: Stage) {
    // What the receiver got does not depend on whether the worker lives to hear of it.
    if stage == Stage::Answer {
        deliver::request_ended(world, &worker);
    }
    let overdue = world.now - worker.began > FUNCTION;
    if overdue || world.chance(world.config.faults.crash) {
        if !matches!(
            stage,
            Stage::Pick
                | Stage::Probe
                | Stage::Probed
                | Stage::Claim
                | Stage::LookAgain
                | Stage::Next
        ) {
            world.observer.worker_lost(worker.row);
        }
        return;
    }
    match stage {
        Stage::Pick => pick::pick(world, worker),
        Stage::Probe => probe::begin(world, worker),
        Stage::Probed => probe::ended(world, worker),
        Stage::LookAgain => pick::look_again(world, &worker),
        Stage::Claim => judge::claim(world, worker),
        Stage::Check => judge::check(world, worker),
        Stage::Judge => judge::judge(world, worker),
        Stage::Answer => go_on(world, worker, Stage::Record),
        Stage::Record => deliver::record(world, worker),
        Stage::Next => deliver::next(world, &worker),
    }
}

impl Worker {
    fn holds(&self, world: &World) -> bool {
        matches!(world.runners[self.number].pace.phase,
            Phase::Held { token, .. } if token == self::token(self.token))
            || world.has(Bug::NoFence)
    }

    /// Ends the turn, if it is still this worker's, and queues the next one.
    fn end_turn(&self, world: &mut World, next: NextTurn) {
        if !self.holds(world) {
            return;
        }
        let pace = &mut world.runners[self.number].pace;
        match next {
            NextTurn::Idle => pace.phase = Phase::Idle,
            NextTurn::Armed(due) => {
                pace.turn = self.turn + 1;
                pace.phase = Phase::Armed { due };
                world.send_turn(self.number, self.turn + 1, due);
            }
        }
    }

    fn stop_and_wake(&self, world: &mut World) {
        self.end_turn(world, NextTurn::Idle);
        world.wake();
    }

    fn end_in(&self, world: &mut World, wait: SignedDuration) {
        let due = stamp(world.now).saturating_add(wait);
        self.end_turn(world, NextTurn::Armed(due.unwrap_or(Timestamp::MAX)));
    }
}
