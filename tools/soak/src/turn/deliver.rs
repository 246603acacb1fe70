//! The request, what it came to, and the record of it.

use std::rc::Rc;

use domain::breaker::Breaker;
use domain::number::{Limits, Number};
use domain::outcome::Outcome;
use domain::reaction::AfterMessage;
use domain::settle::{Attempt, Known, Settled, settle};
use jiff::{SignedDuration, Timestamp};

use super::{Checked, NextTurn, Stage, Worker, go_on, token};
use crate::config::Bug;
use crate::rows::Standing;
use crate::time::{Ms, SECOND, length, ms, stamp};
use crate::world::{Event, World};

/// The gateway client gives up after this.
pub(crate) const TIMEOUT: Ms = 15 * SECOND;

/// What the gateway answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    outcome: Outcome,
    /// Whether the message reached WhatsApp, whatever the answer says.
    accepted: bool,
    began: Ms,
    ended: Ms,
    number: Number,
    gateway: Rc<Breaker>,
}

/// What follows for the queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct After {
    turn_due: Option<Timestamp>,
    wakes: bool,
}

pub(super) fn send(world: &mut World, mut worker: Box<Worker>, checked: &Checked) {
    let (outcome, accepted, takes) = answer(world, worker.number);
    let now = world.now;
    world
        .observer
        .request_begins(worker.number, worker.row, now, checked.at);
    worker.reply = Some(Reply {
        outcome,
        accepted,
        began: now,
        ended: now + takes,
        number: checked.number.clone(),
        gateway: Rc::clone(&checked.gateway),
    });
    world.after(takes, Event::Step(worker, Stage::Answer));
}

/// How long most requests take.
pub(crate) fn latency(world: &mut World) -> Ms {
    match world.between(0, 99) {
        0..70 => world.between(200, 900),
        70..97 => world.between(900, 3 * SECOND),
        _ => world.between(3 * SECOND, 8 * SECOND),
    }
}

fn answer(world: &mut World, number: usize) -> (Outcome, bool, Ms) {
    let takes = latency(world);
    if let Some(outage) = world.outage() {
        let luck = world.chance(0.1);
        return outage.answer(luck, takes);
    }
    if world.banned_until[number] > world.now {
        return (Outcome::KeyInvalid { status: 404 }, false, takes);
    }
    if world.failing_until[number] > world.now {
        return (Outcome::NotAccepted, false, takes);
    }
    if !world.chance(world.config.faults.refused) {
        return (Outcome::Accepted, true, takes);
    }
    let luck = world.chance(0.5);
    match world.between(0, 99) {
        0..30 => (Outcome::NotAccepted, false, takes),
        30..45 => (Outcome::BadRecipient, false, takes),
        45..60 => (Outcome::NotSent, false, 100),
        60..75 => {
            let retry_after_s = luck.then_some(40);
            (Outcome::RateLimited { retry_after_s }, false, takes)
        }
        75..88 => (Outcome::Unconfirmed { status: Some(502) }, luck, takes),
        88..99 => (Outcome::Unconfirmed { status: None }, luck, TIMEOUT),
        _ => (Outcome::Redirected { status: 302 }, false, takes),
    }
}

pub(super) fn request_ended(world: &mut World, worker: &Worker) {
    let Some(reply) = &worker.reply else { return };
    let (number, row, now) = (worker.number, worker.row, world.now);
    world
        .observer
        .request_ended(number, row, now, reply.outcome, reply.accepted);
}

/// Row, pace, number and breaker together; the row alone if somebody took the turn over.
pub(super) fn record(world: &mut World, mut worker: Box<Worker>) {
    let Some(reply) = worker.reply.take() else {
        return;
    };
    let row = *world.rows.get(worker.row);
    // The outcome counts from the moment of the answer, not of its record.
    let answered = stamp(reply.ended);
    let random = world.roll();
    let gap = reply.number.limits.draw_gap(world.roll());
    let counted_from = match world.has(Bug::GapFromStart) {
        true => reply.began,
        false => reply.ended,
    };
    let next_free_at = stamp(counted_from + length(gap));
    world.observer.gap_drawn(worker.number, length(gap));
    let attempt = Attempt {
        attempts: u32::from(row.attempts),
        expires_at: stamp(Ms::from(row.expires)),
        token: token(worker.token),
        next_free_at,
    };
    let decide = |number: &Number, gateway: &Breaker| {
        let known = Known { number, gateway };
        settle(known, attempt, reply.outcome, answered, random)
    };
    let is_open = matches!(row.standing, Standing::Sending | Standing::Unconfirmed);
    let row_is_ours = row.token == worker.token && is_open;
    let holds = worker.holds(world);
    let mut settled = decide(&reply.number, &reply.gateway);
    if row_is_ours && holds && has_moved(world, worker.number, &settled) {
        settled = decide(&world.runners[worker.number].number, &world.gateway);
    }
    let mut after = settled.after;
    if world.has(Bug::UnconfirmedRetried) && matches!(reply.outcome, Outcome::Unconfirmed { .. }) {
        after = AfterMessage::Again {
            not_before: next_free_at,
            counts: true,
        };
    }
    if row_is_ours {
        record_row(world, &worker, after);
    }
    let next = settled.next_due.map_or(NextTurn::Idle, NextTurn::Armed);
    if holds {
        record_pace(world, &worker, next, next_free_at, &reply.number.limits);
    }
    let closed = settled.closed;
    if row_is_ours && holds {
        world
            .observer
            .recorded(worker.number, reply.outcome, reply.ended);
        record_health(world, &worker, settled);
    }
    worker.after = After {
        turn_due: settled_due(next, holds),
        wakes: matches!(after, AfterMessage::Again { .. })
            || (holds && (next == NextTurn::Idle || closed)),
    };
    go_on(world, worker, Stage::Next);
}

fn settled_due(next: NextTurn, holds: bool) -> Option<Timestamp> {
    match next {
        NextTurn::Armed(due) if holds => Some(due),
        _ => None,
    }
}

/// Whether number or breaker have changed since they were read, and what was decided from them
/// cannot be written.
fn has_moved(world: &World, number: usize, settled: &Settled) -> bool {
    let health = &world.runners[number].number.record;
    let follows = |next: u64, seen: u64| next == seen + 1;
    let on_health = settled.health.as_ref();
    let on_gateway = settled.step.next.as_ref();
    on_health.is_some_and(|next| !follows(next.revision, health.revision))
        || on_gateway.is_some_and(|next| !follows(next.revision, world.gateway.revision))
}

fn record_health(world: &mut World, worker: &Worker, settled: Settled) {
    if let Some(record) = settled.health {
        world.change_health(worker.number, settled.number, record);
    }
    if let Some(next) = settled.step.next {
        world.save_gateway(next);
        world.forget_view(worker.view.slot);
    }
    for fault in &settled.step.absolved {
        world.absolve(fault);
    }
}

fn record_row(world: &mut World, worker: &Worker, after: AfterMessage) {
    let row = world.rows.get_mut(worker.row);
    let (standing, due, counts) = match after {
        AfterMessage::Sent => (Standing::Sent, world.now, true),
        AfterMessage::Again { not_before, counts } => (Standing::Queued, ms(not_before), counts),
        AfterMessage::Failed(failure) => (failed(failure), world.now, true),
    };
    row.attempts += u8::from(counts);
    world.place(worker.row, standing, due);
}

fn failed(failure: domain::message::Failure) -> Standing {
    use domain::message::Failure;
    match failure {
        Failure::Unconfirmed => Standing::Unconfirmed,
        Failure::BadRecipient => Standing::BadRecipient,
        Failure::Suppressed => Standing::Suppressed,
        Failure::Expired => Standing::Expired,
        Failure::Cancelled | Failure::Exhausted | Failure::Restored => Standing::Exhausted,
    }
}

fn record_pace(
    world: &mut World,
    worker: &Worker,
    next: NextTurn,
    next_free_at: Timestamp,
    limits: &Limits,
) {
    use domain::pace::Phase;
    let counts_late = world.has(Bug::CountedWhenRecorded);
    let now = world.stamp();
    let pace = &mut world.runners[worker.number].pace;
    if counts_late {
        let (phase, turn) = (pace.phase, pace.turn);
        *pace = pace.with_send(now, limits);
        (pace.phase, pace.turn) = (phase, turn);
    }
    pace.next_free_at = next_free_at;
    match next {
        NextTurn::Idle => pace.phase = Phase::Idle,
        NextTurn::Armed(due) => {
            pace.turn = worker.turn + 1;
            pace.phase = Phase::Armed { due };
        }
    }
}

/// The queue hears of it last.
pub(super) fn next(world: &mut World, worker: &Worker) {
    if let Some(due) = worker.after.turn_due {
        world.send_turn(worker.number, worker.turn + 1, due);
    }
    if worker.after.wakes {
        world.wake();
    }
}

/// Mean time of a request that is answered, for estimates.
#[must_use]
pub(crate) fn mean_request() -> SignedDuration {
    SignedDuration::from_millis(1_077)
}
