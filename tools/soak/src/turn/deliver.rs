//! The request, what it came to, and the record of it. A breaker for the whole gateway would be
//! asked in `judge` and told in [`record`].

use domain::number::{Limits, Number};
use domain::outcome::Outcome;
use domain::pace::HORIZON;
use domain::reaction::{AfterMessage, AfterNumber, Tried, react};
use jiff::{SignedDuration, Timestamp};

use super::{NextTurn, Stage, Worker, go_on};
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
}

/// What follows for the queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct After {
    turn_due: Option<Timestamp>,
    wakes: bool,
}

pub(super) fn send(world: &mut World, mut worker: Box<Worker>, number: &Number, check_at: Ms) {
    let (outcome, accepted, takes) = answer(world, worker.number);
    let now = world.now;
    world
        .observer
        .request_begins(worker.number, worker.row, now, check_at);
    worker.reply = Some(Reply {
        outcome,
        accepted,
        began: now,
        ended: now + takes,
        number: number.clone(),
    });
    world.after(takes, Event::Step(worker, Stage::Answer));
}

/// How long most requests take.
fn latency(world: &mut World) -> Ms {
    match world.between(0, 99) {
        0..70 => world.between(200, 900),
        70..97 => world.between(900, 3 * SECOND),
        _ => world.between(3 * SECOND, 8 * SECOND),
    }
}

fn answer(world: &mut World, number: usize) -> (Outcome, bool, Ms) {
    let takes = latency(world);
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

/// Row, pace and number together; the row alone if somebody took the turn over.
pub(super) fn record(world: &mut World, mut worker: Box<Worker>) {
    let Some(reply) = worker.reply.take() else {
        return;
    };
    let row = *world.rows.get(worker.row);
    let tried = Tried {
        attempts: u32::from(row.attempts),
        expires_at: stamp(Ms::from(row.expires)),
        streak: reply.number.failure_streak,
    };
    // The outcome counts from the moment of the answer, not of its record.
    let answered = stamp(reply.ended);
    let (mut after, number_after) = react(reply.outcome, tried, answered, world.roll());
    if world.has(Bug::UnconfirmedRetried) && matches!(reply.outcome, Outcome::Unconfirmed { .. }) {
        after = react(Outcome::NotAccepted, tried, answered, world.roll()).0;
    }
    let gap = reply.number.limits.draw_gap(world.roll());
    let counted_from = match world.has(Bug::GapFromStart) {
        true => reply.began,
        false => reply.ended,
    };
    let next_free_at = stamp(counted_from + length(gap));
    world.observer.gap_drawn(worker.number, length(gap));
    record_row(world, &worker, after);
    let next = next_after(number_after, next_free_at, answered);
    let ours = worker.holds(world);
    if ours {
        record_pace(world, &worker, next, next_free_at, &reply.number.limits);
    }
    record_number(world, worker.number, number_after);
    worker.after = After {
        turn_due: match next {
            NextTurn::Armed(due) if ours => Some(due),
            _ => None,
        },
        wakes: matches!(after, AfterMessage::Again { .. }) || (ours && next == NextTurn::Idle),
    };
    go_on(world, worker, Stage::Next);
}

fn record_row(world: &mut World, worker: &Worker, after: AfterMessage) {
    let row = world.rows.get_mut(worker.row);
    let open = matches!(row.standing, Standing::Sending | Standing::Unconfirmed);
    if row.token != worker.token || !open {
        return;
    }
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

fn record_number(world: &mut World, at: usize, after: AfterNumber) {
    match after {
        AfterNumber::Unharmed => {}
        AfterNumber::Healthy => {
            let number = &world.runners[at].number;
            if number.failure_streak > 0 || number.cool_until.is_some() {
                world.change_number(at, |number| {
                    number.failure_streak = 0;
                    number.cool_until = None;
                });
            }
        }
        AfterNumber::Cools { until, streak } => world.change_number(at, |number| {
            number.failure_streak = streak;
            number.cool_until = Some(until);
        }),
        AfterNumber::Out { reason, streak } => world.change_number(at, |number| {
            number.is_active = false;
            number.out_reason = Some(reason);
            number.failure_streak = streak;
        }),
    }
}

fn next_after(number: AfterNumber, next_free_at: Timestamp, now: Timestamp) -> NextTurn {
    let horizon = now.saturating_add(HORIZON).unwrap_or(Timestamp::MAX);
    match number {
        AfterNumber::Healthy | AfterNumber::Unharmed => NextTurn::Armed(next_free_at),
        AfterNumber::Cools { until, .. } if until <= horizon => {
            NextTurn::Armed(until.max(next_free_at))
        }
        AfterNumber::Cools { .. } | AfterNumber::Out { .. } => NextTurn::Idle,
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
