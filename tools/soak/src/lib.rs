//! The sending rules on virtual time: a discrete-event simulation of numbers, queues, workers, a
//! gateway and people, with an observer at the receiver that knows nothing of the rules.
//!
//! The decisions are those of the crate `domain`; everything around them is a model in memory.

mod config;
mod dispatcher;
mod gateway;
mod observer;
mod report;
mod rows;
mod scenario;
mod throughput;
mod time;
mod turn;
mod world;

use std::collections::BTreeMap;

pub use config::{Bug, Config, Faults, Story};
pub use observer::{Delays, Openings, Violation, Violations};
pub use report::Report;
pub use rows::Standing;
pub use scenario::Foretold;

use throughput::Throughput;
use time::{DAY, Ms, SECOND};
use world::{Event, World};

/// After the last day of the story, rows have so long to end.
const AFTERWARDS_DAYS: u32 = 20;

/// Plays one simulation to its end: all rows have ended, or time is over.
#[must_use]
pub fn run(config: &Config) -> Report {
    let people = usize::try_from(config.messages / 5).unwrap_or(0).max(20);
    let mut world = World::new(config, scenario::fleet(config), people);
    let mut measured = Throughput::default();
    let days = scenario::begin(&mut world);
    world.at(time::MINUTE, Event::Tick);
    world.at(SECOND, Event::Sample);
    let story = Ms::from(days) * DAY;
    let end = Ms::from(days + AFTERWARDS_DAYS) * DAY;
    while let Some(event) = world.next() {
        if world.now > end || (world.now > story + DAY / 2 && world.rows.open == 0) {
            break;
        }
        match event {
            Event::Turn { number, turn } => turn::begin(&mut world, number, turn),
            Event::Step(worker, stage) => turn::step(&mut world, worker, stage),
            Event::Wake => dispatcher::wake(&mut world),
            Event::WakeBatch => dispatcher::wake_batch(&mut world),
            Event::Arm(planned) => dispatcher::arm(&mut world, planned),
            Event::Tick => dispatcher::tick(&mut world),
            Event::Check { number, revision } => gateway::check(&mut world, number, revision),
            Event::Checked(checked) => gateway::checked(&mut world, checked),
            Event::Show(row) => world.rows.show(row),
            Event::Sample => throughput::sample(&mut world, &mut measured),
            Event::Act(action) => scenario::act(&mut world, action),
        }
    }
    report(world, &measured)
}

fn report(mut world: World, measured: &Throughput) -> Report {
    let mut ends: BTreeMap<Standing, u64> = BTreeMap::new();
    for at in 0..world.rows.all.len() {
        let standing = world.rows.all[at].standing;
        *ends.entry(standing).or_default() += 1;
        if standing <= Standing::Sending {
            let row = u32::try_from(at).unwrap_or(u32::MAX);
            world.observer.left_over(row, standing, world.now);
        }
    }
    Report {
        ends,
        foretold: scenario::foretold(&world),
        requests: world.observer.requests,
        real: measured.real,
        ideal: measured.ideal,
        delays: world.observer.reminders.delays(),
        openings: world.observer.openings(),
        events: world.events_played,
        days: world.now as f64 / DAY as f64,
        violations: world.observer.violations,
    }
}
