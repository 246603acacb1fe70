//! The dispatcher: wakes in batches, the minute, turns for idle numbers, and the sweep.

use domain::breaker::arms;
use domain::dispatch::Row;
use domain::lane::Lane;
use domain::message::Class;
use domain::pace::{HORIZON, LATE, Phase};
use domain::sticky::keeps;
use jiff::Timestamp;

use crate::config::Bug;
use crate::rows::{LaneNo, RowNo, SENDING, Standing, class_lane, lane_no, sticky_lane};
use crate::time::{MINUTE, Ms, SECOND, length, ms, packed, stamp};
use crate::world::{Event, World};

/// A wake batch is handed over when it is so old or so large.
const WINDOW: Ms = SECOND;
const BATCH: u32 = 100;
/// Runs at once.
const RUNS: u32 = 2;
/// Rows of one kind that a tick looks at.
const AT_ONCE: usize = 100;

/// Wakes that wait for their batch.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    waiting: u32,
    running: u32,
}

/// A turn that is to be armed if the number still stands as it was seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planned {
    number: usize,
    seen_turn: u64,
    seen_idle: bool,
    due: Timestamp,
}

pub(crate) fn wake(world: &mut World) {
    world.wakes.waiting += 1;
    match world.wakes.waiting {
        1 => world.after(WINDOW, Event::WakeBatch),
        BATCH => run(world),
        _ => {}
    }
}

pub(crate) fn wake_batch(world: &mut World) {
    if world.wakes.waiting == 0 {
        return;
    }
    if world.wakes.running >= RUNS {
        world.after(100, Event::WakeBatch);
        return;
    }
    run(world);
}

fn run(world: &mut World) {
    world.wakes.waiting = 0;
    world.wakes.running += 1;
    dispatch(world);
}

pub(crate) fn tick(world: &mut World) {
    sweep(world);
    crate::gateway::tick(world);
    dispatch(world);
    world.wakes.running += 1;
    world.after(MINUTE, Event::Tick);
}

/// Reads and plans; the writes come a little later, when numbers may have moved on.
fn dispatch(world: &mut World) {
    let now = world.stamp();
    let rows = sendable(world, now);
    let control = std::rc::Rc::clone(&world.control);
    let roster = world.runners.iter().map(|r| &r.number);
    let reserves = World::reserves(&world.settings, &control, roster, now);
    let strategy = world.settings.strategy;
    let randoms: Vec<u64> = (0..world.runners.len())
        .map(|_| rand::RngExt::random(&mut world.dice))
        .collect();
    let gateway = match world.has(Bug::BreakerIgnored) {
        true => std::rc::Rc::default(),
        false => std::rc::Rc::clone(&world.gateway),
    };
    let runners = &world.runners;
    let planned = arms(&gateway, &rows, runners, &reserves, strategy, now, &randoms)
        .into_iter()
        .filter_map(|arm| {
            let number = usize::try_from(arm.number_id.0.as_u128()).ok()?;
            let pace = &world.runners.get(number)?.pace;
            Some(Planned {
                number,
                seen_turn: pace.turn,
                seen_idle: pace.phase == Phase::Idle,
                due: arm.due,
            })
        })
        .collect();
    let work = world.between(20, 150);
    world.after(work, Event::Arm(planned));
}

pub(crate) fn arm(world: &mut World, planned: Vec<Planned>) {
    world.wakes.running = world.wakes.running.saturating_sub(1);
    for plan in planned {
        // The function may end at any moment.
        if world.chance(world.config.faults.crash) {
            return;
        }
        let pace = &mut world.runners[plan.number].pace;
        let same_phase = match pace.phase {
            Phase::Idle => plan.seen_idle,
            Phase::Armed { .. } => !plan.seen_idle,
            Phase::Held { .. } => false,
        };
        if same_phase && pace.turn == plan.seen_turn {
            pace.turn += 1;
            pace.phase = Phase::Armed { due: plan.due };
            if !world.chance(world.config.faults.crash) {
                world.send_turn(plan.number, plan.seen_turn + 1, plan.due);
            }
        }
    }
}

/// When rows may be sent, earliest first: of each class as many as there are numbers.
fn sendable(world: &mut World, now: Timestamp) -> Vec<Row> {
    let horizon = packed(world.now + length(HORIZON));
    let numbers = world.runners.len();
    let random = world.roll();
    let mut rows = Vec::new();
    for class in Class::ALL {
        if world.control.stops(class) {
            continue;
        }
        let hours = &world.settings.hours;
        let (from, not_before) = match hours.lane_open_from(class, now) {
            Some(from) => (packed(ms(from)), world.now),
            None => (0, ms(hours.lane_opens(class, now))),
        };
        let mut add = |lane: LaneNo, only, at_most: usize| {
            let due = world.rows.in_lane(lane, from..=horizon).take(at_most);
            let seen = due.map(|(due, _)| Ms::from(due).max(not_before));
            let near = seen.filter(|due| packed(*due) <= horizon);
            rows.extend(near.map(|due| Row {
                from: stamp(due),
                class,
                only,
            }));
        };
        if class != Class::Broadcast {
            add(class_lane(class), None, numbers);
        }
        for lane in world.control.lanes(class, random) {
            add(lane_no(lane), None, numbers);
        }
        for (at, runner) in world.runners.iter().enumerate() {
            add(sticky_lane(at, class), Some(runner.number.id), 1);
        }
    }
    rows.sort_by_key(|row| row.from);
    rows
}

/// What the tick mends.
fn sweep(world: &mut World) {
    if !world.has(Bug::NoSweep) {
        turns(world);
        claims(world);
    }
    release(world);
    expire(world);
}

fn turns(world: &mut World) {
    let now = world.stamp();
    for number in 0..world.runners.len() {
        let pace = &mut world.runners[number].pace;
        match pace.phase {
            Phase::Armed { due } if now.duration_since(due) > LATE => {
                let turn = pace.turn;
                world.send_turn(number, turn, now);
            }
            Phase::Held { lease_end, .. } if lease_end < now => {
                let due = stamp(world.now.max(ms(pace.next_free_at)) + SECOND);
                pace.turn += 1;
                pace.phase = Phase::Armed { due };
                let turn = pace.turn;
                world.send_turn(number, turn, due);
            }
            _ => {}
        }
    }
}

/// A claim whose lease is over: its request may have begun, so it is never sent again by itself.
fn claims(world: &mut World) {
    let over = packed(world.now).saturating_sub(1);
    let claimed: Vec<RowNo> = rows_of(world, SENDING, over);
    for row in claimed {
        let seen = *world.rows.get(row);
        if seen.standing != Standing::Sending || seen.due > over {
            continue;
        }
        if world.has(Bug::RequeueExpiredClaim) {
            world.place(row, Standing::Queued, world.now);
        } else {
            world.place(row, Standing::Unconfirmed, world.now);
        }
    }
}

fn rows_of(world: &World, lane: LaneNo, to: u32) -> Vec<RowNo> {
    let rows = world.rows.in_lane(lane, 0..=to).take(AT_ONCE);
    rows.map(|(_, row)| row).collect()
}

/// Rows that wait for a number go to the common lane when it cannot send them soon.
fn release(world: &mut World) {
    let now = world.stamp();
    let horizon = world.now + length(HORIZON);
    let control = std::rc::Rc::clone(&world.control);
    for number in 0..world.runners.len() {
        for class in Class::ALL {
            let lane = sticky_lane(number, class);
            let head = world.rows.in_lane(lane, 0..=u32::MAX).next();
            let Some((due, _)) = head.filter(|_| !control.stops(class)) else {
                continue;
            };
            let hours = &world.settings.hours;
            let (open_from, not_before) = match hours.lane_open_from(class, now) {
                Some(from) => (ms(from), world.now),
                None => (Ms::MIN, ms(hours.lane_opens(class, now))),
            };
            let from = Ms::from(due).max(not_before);
            if Ms::from(due) < open_from || from > horizon {
                continue;
            }
            let roster = world.runners.iter().map(|r| &r.number);
            let reserves = World::reserves(&world.settings, &control, roster, now);
            let runner = world.runners.get(number);
            if keeps(runner, class, &reserves, stamp(from), now) {
                continue;
            }
            for row in rows_of(world, lane, packed(horizon)) {
                if world.rows.get(row).lane == lane {
                    let due = Ms::from(world.rows.get(row).due);
                    world.rows.release(row);
                    world.place(row, Standing::Queued, due);
                }
            }
        }
    }
}

/// Ends rows that nobody has a use for any more.
fn expire(world: &mut World) {
    let mut lanes: Vec<LaneNo> = Class::ALL.into_iter().map(class_lane).collect();
    for class in Class::ALL {
        lanes.extend(
            world
                .control
                .lanes(class, 0)
                .map(|lane: Lane| lane_no(lane)),
        );
        lanes.extend((0..world.runners.len()).map(|number| sticky_lane(number, class)));
    }
    for lane in lanes {
        for row in rows_of(world, lane, u32::MAX) {
            let seen = world.rows.get(row);
            if seen.lane == lane && Ms::from(seen.expires) < world.now {
                world.place(row, Standing::Expired, world.now);
            }
        }
    }
}
