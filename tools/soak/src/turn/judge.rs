//! Claim, check and verdict.

use domain::breaker::Passage;
use domain::pace::{LEASE, MaySend, START_WITHIN, may_send};

use super::deliver::send;
use super::{Checked, Stage, Worker, go_on, token};
use crate::config::Bug;
use crate::rows::Standing;
use crate::time::{Ms, length, ms, stamp};
use crate::world::World;

/// The row and the permit, both or neither.
pub(super) fn claim(world: &mut World, mut worker: Box<Worker>) {
    let now = world.stamp();
    if !worker.holds(world) {
        return;
    }
    let seen = *world.rows.get(worker.row);
    let there = seen.lane == worker.lane && Ms::from(seen.due) <= world.now;
    let careless = world.has(Bug::ClaimUnconditional) || world.has(Bug::LooksAhead);
    let there = there || careless;
    if !there || seen.standing > Standing::Sending {
        worker.lost += 1;
        return go_on(world, worker, Stage::Pick);
    }
    let limits = worker.view.roster[worker.number].limits;
    let mut after = worker.pace.with_send(now, &limits);
    if world.has(Bug::PermitNotPessimistic) {
        after.next_free_at = worker.pace.next_free_at;
    }
    if world.has(Bug::CountedWhenRecorded) {
        after = worker.pace.clone();
    }
    let pace = &mut world.runners[worker.number].pace;
    (after.phase, after.turn) = (pace.phase, pace.turn);
    *pace = after;
    worker.claimed_at = world.now;
    worker.row_due = seen.due;
    world.rows.get_mut(worker.row).token = worker.token;
    world.place(worker.row, Standing::Sending, world.now + length(LEASE));
    go_on(world, worker, Stage::Check);
}

/// One consistent read; the verdict follows some milliseconds later.
pub(super) fn check(world: &mut World, mut worker: Box<Worker>) {
    let row = world.rows.get(worker.row);
    let still_ours = row.token == worker.token && row.standing == Standing::Sending;
    worker.checked = Some(Checked {
        still_ours: still_ours || world.has(Bug::ClaimUnconditional),
        suppressed: world.stopped_people[row.person as usize],
        settings: std::rc::Rc::clone(&world.settings),
        control: std::rc::Rc::clone(&world.control),
        gateway: std::rc::Rc::clone(&world.gateway),
        number: world.runners[worker.number].number.clone(),
        at: world.now,
    });
    if world.has(Bug::StaleCheck)
        && let Some(checked) = &mut worker.checked
    {
        checked.control = std::rc::Rc::clone(&worker.view.control);
        checked.number = worker.view.roster[worker.number].clone();
    }
    go_on(world, worker, Stage::Judge);
}

enum Verdict {
    Send,
    Lost,
    End(Standing),
    Wait { from: Ms, number_ends: bool },
}

pub(super) fn judge(world: &mut World, mut worker: Box<Worker>) {
    let Some(checked) = worker.checked.clone() else {
        return;
    };
    match verdict(world, &worker, &checked) {
        Verdict::Send => send(world, worker, &checked),
        Verdict::Lost => worker.end_in(world, super::AFTER_LOST_CLAIMS),
        Verdict::End(standing) => {
            hand_back(world, &worker, standing, world.now);
            worker.refusals += 1;
            pick_again(world, worker);
        }
        Verdict::Wait { from, number_ends } => {
            hand_back(world, &worker, Standing::Queued, from);
            worker.refusals += 1;
            if number_ends {
                worker.stop_and_wake(world);
            } else {
                pick_again(world, worker);
            }
        }
    }
}

fn pick_again(world: &mut World, mut worker: Box<Worker>) {
    if worker.view.read_at < worker.began {
        worker.view = world.fresh_view();
    }
    go_on(world, worker, Stage::Pick);
}

fn verdict(world: &World, worker: &Worker, checked: &Checked) -> Verdict {
    let now = world.stamp();
    let row = world.rows.get(worker.row);
    let (class, due) = (row.class, Ms::from(worker.row_due));
    let wait = |from, number_ends| Verdict::Wait { from, number_ends };
    if world.has(Bug::CheckSkipped) {
        return Verdict::Send;
    }
    if !checked.still_ours {
        return Verdict::Lost;
    }
    if checked.suppressed {
        return Verdict::End(Standing::Suppressed);
    }
    if Ms::from(row.expires) < world.now {
        return Verdict::End(match world.has(Bug::WrongReason) {
            true => Standing::Exhausted,
            false => Standing::Expired,
        });
    }
    if checked.control.stops(class) {
        return wait(due, false);
    }
    let passage = checked.gateway.passage(Some(token(worker.token)), now);
    let unnoted = passage == Passage::Probe && world.has(Bug::ProbeNotSingle);
    if passage != Passage::Free && !unnoted && !world.has(Bug::BreakerIgnored) {
        return wait(due, true);
    }
    let roster = worker.view.roster.iter();
    let reserves = World::reserves(&checked.settings, &checked.control, roster, now);
    let reserve = reserves.of(class, &checked.number, now);
    if may_send(&checked.number, &worker.pace, reserve, now) != MaySend::Now {
        return wait(due, true);
    }
    let cause = stamp(Ms::from(row.cause));
    let opens = checked.settings.hours.opens_at(class, cause, now);
    if opens > now {
        return wait(ms(opens), false);
    }
    if world.now - worker.claimed_at > length(START_WITHIN) && !world.has(Bug::StartsLate) {
        return wait(due, false);
    }
    Verdict::Send
}

/// No request has begun: the row goes back or ends, and the permit with it.
fn hand_back(world: &mut World, worker: &Worker, standing: Standing, due: Ms) {
    let row = world.rows.get(worker.row);
    if row.token != worker.token || row.standing != Standing::Sending {
        return;
    }
    world.place(worker.row, standing, due);
    if worker.holds(world) {
        let pace = &mut world.runners[worker.number].pace;
        let mut before = worker.pace.clone();
        (before.phase, before.turn) = (pace.phase, pace.turn);
        *pace = before;
    }
}
