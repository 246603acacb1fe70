//! The story against which the forecast is held: everything waits from ten in the morning.

use domain::forecast::{Load, Outlook, forecast};
use domain::message::Class;
use jiff::SignedDuration;

use super::{Action, Bulk, NEVER, announce};
use crate::time::{DAY, HOUR, Ms, length, ms, stamp};
use crate::turn::mean_request;
use crate::world::{Event, World};

/// What the engine does around a request: queue, fence, pick, claim, check, record.
const AROUND: SignedDuration = SignedDuration::from_millis(100);

/// Class, per cent of all messages, when they may go.
const LOADS: [(Class, u32, Ms); 4] = [
    (Class::Reminder, 5, 14 * HOUR),
    (Class::ReferrerAlert, 10, 10 * HOUR),
    (Class::FollowUp, 15, 10 * HOUR),
    (Class::Broadcast, 70, 10 * HOUR),
];

/// What was foretold of a class, and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foretold {
    /// The class.
    pub class: Class,
    /// Seconds from the question to the last message's request, as foretold.
    pub foretold_s: f64,
    /// As it came.
    pub came_s: f64,
}

impl Foretold {
    /// By how much of the duration the forecast was wrong.
    #[must_use]
    pub fn error(&self) -> f64 {
        (self.foretold_s - self.came_s).abs() / self.came_s.max(1.0)
    }
}

pub(super) fn begin(world: &mut World) -> u32 {
    let mut loads = Vec::new();
    for (campaign, (class, per_cent, due)) in (0..).zip(LOADS) {
        let messages = world.config.messages / 100 * per_cent;
        let bulk = Bulk {
            campaign,
            class,
            shards: 1,
            due,
            expires: due + NEVER,
        };
        announce(world, bulk, messages, 8 * HOUR);
        loads.push(Load {
            class,
            messages,
            not_before: stamp(due),
            expires_at: stamp(due + NEVER),
        });
    }
    world.at(10 * HOUR, Event::Act(Action::Foretell(loads)));
    1
}

pub(super) fn foretell(world: &mut World, loads: &[Load]) {
    let seen = forecast(
        &Outlook {
            now: world.stamp(),
            runners: &world.runners,
            hours: &world.settings.hours,
            control: &world.control,
            welcome_reserve_percent: world.settings.welcome_reserve_percent,
            request: mean_request() + AROUND,
        },
        loads,
    );
    let of = |(load, seen): (&Load, &domain::forecast::LoadForecast)| {
        let done = seen.done_at.map_or(DAY * 40, ms) - world.now;
        (load.class, done)
    };
    world.foretold = loads.iter().zip(&seen.loads).map(of).collect();
    world.asked_at = world.now;
}

/// What came of it.
pub(crate) fn foretold(world: &World) -> Vec<Foretold> {
    let came = |class: Class| world.observer.last_request[class as usize] - world.asked_at;
    let seconds = |time: Ms| time as f64 / length(SignedDuration::from_secs(1)) as f64;
    let classes = world.foretold.iter();
    classes
        .map(|(class, done)| Foretold {
            class: *class,
            foretold_s: seconds(*done),
            came_s: seconds(came(*class)),
        })
        .collect()
}
