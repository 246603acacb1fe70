//! Which row the turn tries.

use domain::breaker::Passage;
use domain::dispatch::Runner;
use domain::number::Health;
use domain::pace::{HORIZON, History, MaySend, may_send};
use domain::pick::{Look, Turn};
use domain::reserve::Reserve;
use jiff::Timestamp;

use super::{
    AFTER_LOST_CLAIMS, LOST_CLAIMS, NextTurn, PICK_WITHIN, REFUSALS, Stage, Worker, go_on, probe,
    token,
};
use crate::config::Bug;
use crate::rows::{RowNo, lane_no, sticky_lane};
use crate::time::{MINUTE, ms, packed};
use crate::world::{Event, World};

pub(super) fn pick(world: &mut World, mut worker: Box<Worker>) {
    if worker.refusals == REFUSALS
        || worker.lost == LOST_CLAIMS
        || world.now - worker.began > PICK_WITHIN
    {
        worker.end_in(world, AFTER_LOST_CLAIMS);
        return;
    }
    if world.has(Bug::CapOf59Minutes) {
        forget_early(&mut worker);
    }
    if world.has(Bug::DayForgotten) {
        worker.pace.day_count = 0;
    }
    let now = world.stamp();
    let horizon = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    let number = &worker.view.roster[worker.number];
    let may = may_send(number, &worker.pace, Reserve::NONE, now);
    let is_old = worker.view.read_at < worker.began;
    let is_held = worker.view.gateway.passage(Some(token(worker.token)), now) != Passage::Free;
    match may {
        MaySend::Now if is_held && is_old => return again_with_new_view(world, worker),
        MaySend::Now => {}
        _ if is_old => return again_with_new_view(world, worker),
        MaySend::From(then) if then <= horizon => {
            worker.end_turn(world, NextTurn::Armed(then));
            return;
        }
        MaySend::From(_) | MaySend::No => return worker.stop_and_wake(world),
    }
    if let Some((row, lane)) = choose(world, &worker) {
        worker.row = row;
        worker.lane = lane;
        world.observer.picked(row, worker.number, world.now);
        return probe::may_claim(world, worker);
    }
    if is_old {
        return again_with_new_view(world, worker);
    }
    worker.end_turn(world, NextTurn::Idle);
    go_on(world, worker, Stage::LookAgain);
}

/// A row that came between the pick and the end was seen by a dispatcher that found the number
/// busy.
pub(super) fn look_again(world: &mut World, worker: &Worker) {
    if choose(world, worker).is_some() {
        world.wake();
    }
}

fn again_with_new_view(world: &mut World, mut worker: Box<Worker>) {
    worker.view = world.fresh_view();
    let read = world.between(3, 12);
    world.after(read, Event::Step(worker, Stage::Pick));
}

/// The planted mistake: what is older than 59 minutes is forgotten.
fn forget_early(worker: &mut Worker) {
    const EARLY_S: i64 = 126;
    let (base, bytes) = worker.pace.history.pack();
    if let Ok(history) = History::unpack(base - EARLY_S, &bytes) {
        worker.pace.history = history;
    }
}

fn with_turn<T>(world: &World, worker: &Worker, ask: impl FnOnce(&Turn<'_>) -> T) -> T {
    let view = &worker.view;
    let now = world.stamp();
    let reserves = World::reserves(&view.settings, &view.control, view.roster.iter(), now);
    let better: &[Runner] = &world.runners;
    let has_sticky = domain::message::Class::ALL
        .iter()
        .any(|class| world.rows.has_any(sticky_lane(worker.number, *class)));
    ask(&Turn {
        settings: &view.settings,
        control: &view.control,
        reserves: &reserves,
        number: &view.roster[worker.number],
        pace: &worker.pace,
        better,
        has_sticky,
    })
}

/// At random among the first rows of the first lane that has any.
fn choose(world: &mut World, worker: &Worker) -> Option<(RowNo, u16)> {
    let now = world.stamp();
    let random = world.roll();
    let mut looks = with_turn(world, worker, |turn| turn.looks(now, random));
    if world.has(Bug::PriorityReversed) {
        looks.reverse();
    }
    let ahead = match world.has(Bug::LooksAhead) {
        true => 10 * MINUTE,
        false => 0,
    };
    let usable = |n: &&domain::number::Number| n.health(now) == Health::Usable;
    let active = worker.view.roster.iter().filter(usable).count();
    let among = (2 * active).max(1);
    let nth = usize::try_from(world.roll() >> 1).unwrap_or(0);
    for Look { lane, from, to } in looks {
        let lane = lane_no(lane);
        let due = packed(ms(from))..=packed(ms(to) + ahead);
        let first: Vec<RowNo> = world
            .rows
            .in_lane(lane, due)
            .take(among)
            .map(|(_, row)| row)
            .collect();
        if !first.is_empty() {
            return Some((first[nth % first.len()], lane));
        }
    }
    None
}
