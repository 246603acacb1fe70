//! The first request after the gateway was held to be down: one turn makes it, and tries its key
//! before it risks a message.

use domain::breaker::{Fault, Passage, Sign};

use super::{Stage, Worker, go_on, token};
use crate::config::Bug;
use crate::world::{Event, World};

/// A row was chosen: whether this turn may claim it.
pub(super) fn may_claim(world: &mut World, worker: Box<Worker>) {
    let token = token(worker.token);
    match worker.view.gateway.passage(Some(token), world.stamp()) {
        Passage::Free => go_on(world, worker, Stage::Claim),
        _ if world.has(Bug::BreakerIgnored) => go_on(world, worker, Stage::Claim),
        Passage::HeldUntil(_) => worker.stop_and_wake(world),
        Passage::Probe => go_on(world, worker, Stage::Probe),
    }
}

/// The turn becomes the probe, if it is the first.
pub(super) fn begin(world: &mut World, mut worker: Box<Worker>) {
    let now = world.stamp();
    let next = worker.view.gateway.with_probe(token(worker.token), now);
    let stored = match next {
        Some(_) if world.has(Bug::ProbeNotSingle) => true,
        Some(next) => world.save_gateway(next),
        None => false,
    };
    if !stored {
        return worker.stop_and_wake(world);
    }
    world.forget_view(worker.view.slot);
    worker.view.gateway = std::rc::Rc::clone(&world.gateway);
    let (valid, takes) = world.lists(worker.number);
    worker.key_valid = valid;
    world.after(takes, Event::Step(worker, Stage::Probed));
}

/// The listing has answered, or not.
pub(super) fn ended(world: &mut World, worker: Box<Worker>) {
    if worker.key_valid {
        return go_on(world, worker, Stage::Claim);
    }
    let number = &world.runners[worker.number].number;
    let now = world.stamp();
    let fault = Fault {
        number_id: number.id,
        at: now,
        before: number.mark(),
        revision: number.record.revision,
        refused: true,
        times: 1,
    };
    let gateway = &worker.view.gateway;
    let step = gateway.observe(Sign::Fault, token(worker.token), fault, now);
    if let Some(next) = step.next {
        world.save_gateway(next);
    }
    worker.stop_and_wake(world);
}
