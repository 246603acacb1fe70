//! What people do while messages wait, and what WhatsApp does to numbers.

use domain::hours::{HoursPolicy, SendingHours};
use domain::message::Class;
use domain::number::Limits;
use domain::reserve::Ahead;

use super::{Action, moment};
use crate::gateway::{Down, Outage};
use crate::time::{DAY, HOUR, MINUTE, Ms};
use crate::world::{Event, World};

/// One deed.
pub(crate) enum Deed {
    /// An event is planned, and room is kept for its reminders.
    Announce(Ahead),
    /// The switch of a class, or of everything, is thrown or lifted.
    Switch { class: Option<Class>, off: bool },
    /// A number is paused or goes on.
    Pause { number: usize, paused: bool },
    /// A number gets other caps, in per cent of what it has, and another least gap.
    Limits {
        number: usize,
        per_cent: u32,
        gap_min_s: u16,
    },
    /// A number's key is refused until then.
    Ban { number: usize, until: Ms },
    /// A number's requests fail until then.
    Fail { number: usize, until: Ms },
    /// The whole gateway is down until then.
    Outage { how: Down, until: Ms },
    /// An outage is over, and a minute has passed.
    AfterOutage,
    /// An admin brings back every number that is not banned and that no check brings back.
    Reinstate,
    /// Somebody says STOP; others follow.
    Stop { every: Ms },
    /// Other sending hours.
    Hours { open: i8, close: i8 },
}

/// Puts the deeds on the calendar.
pub(super) fn plan(world: &mut World, days: u32) {
    let numbers = world.runners.len();
    let at = |world: &mut World, at: Ms, deed| world.at(at, Event::Act(Action::Deed(deed)));
    let any = |world: &mut World| {
        let last = Ms::try_from(numbers).unwrap_or(1) - 1;
        usize::try_from(world.between(0, last)).unwrap_or(0)
    };
    for day in 0..days {
        let class = Class::ALL.get(day as usize % 6).copied();
        let thrown = Ms::from(day) * DAY + 9 * HOUR + world.between(0, 11 * HOUR);
        let lifted = thrown + world.between(5, 30) * MINUTE;
        at(world, thrown, Deed::Switch { class, off: true });
        at(world, lifted, Deed::Switch { class, off: false });
    }
    let often = days.max(u32::try_from(numbers).unwrap_or(1) / 5);
    for _ in 0..often {
        let (number, from) = (any(world), moment(world, days));
        let length = world.between(1, 5) * HOUR;
        at(
            world,
            from,
            Deed::Pause {
                number,
                paused: true,
            },
        );
        at(
            world,
            from + length,
            Deed::Pause {
                number,
                paused: false,
            },
        );
        let number = any(world);
        let when = moment(world, days);
        let per_cent = u32::try_from(world.between(50, 150)).unwrap_or(100);
        let gap_min_s = u16::try_from(world.between(2, 6)).unwrap_or(2);
        at(
            world,
            when,
            Deed::Limits {
                number,
                per_cent,
                gap_min_s,
            },
        );
        let (number, from) = (any(world), moment(world, days));
        let until = from + world.between(1, 12) * HOUR;
        at(world, from, Deed::Ban { number, until });
        let (number, from) = (any(world), moment(world, days));
        let until = from + world.between(5, 40) * MINUTE;
        at(world, from, Deed::Fail { number, until });
    }
    // One number in twenty is banned for good, one rests long enough to warm up again.
    for _ in 0..numbers / 20 {
        let (number, from) = (any(world), moment(world, days));
        at(
            world,
            from,
            Deed::Ban {
                number,
                until: Ms::MAX,
            },
        );
        let number = any(world);
        at(
            world,
            6 * HOUR,
            Deed::Pause {
                number,
                paused: true,
            },
        );
        at(
            world,
            5 * DAY,
            Deed::Pause {
                number,
                paused: false,
            },
        );
    }
    for outage in 0..(days / 2).max(3) {
        let day = Ms::from(outage * 2 % days) * DAY;
        let from = day + 9 * HOUR + world.between(0, 8 * HOUR);
        let until = from + world.between(2, 20) * MINUTE;
        let how = [Down::Refused, Down::Unknown, Down::Silent][outage as usize % 3];
        at(world, from, Deed::Outage { how, until });
    }
    for half_hour in 0..days * 48 + 480 {
        at(world, Ms::from(half_hour) * 30 * MINUTE, Deed::Reinstate);
    }
    if days > 3 {
        at(
            world,
            2 * DAY + 12 * HOUR,
            Deed::Hours { open: 8, close: 20 },
        );
        at(
            world,
            3 * DAY + 15 * HOUR,
            Deed::Hours { open: 9, close: 17 },
        );
    }
    let stops = Ms::try_from(world.stopped_people.len() / 100)
        .unwrap_or(1)
        .max(3);
    let every = Ms::from(days) * DAY / stops;
    at(world, HOUR, Deed::Stop { every });
}

pub(super) fn act(world: &mut World, deed: Deed) {
    match deed {
        Deed::Announce(ahead) => world.change_control(|control| {
            control.ahead.retain(|old| old.until > ahead.from);
            control.ahead.push(ahead);
        }),
        Deed::Switch { class, off } => {
            world.change_control(|control| match class {
                Some(class) if off => control.stopped.push(class),
                Some(class) => control.stopped.retain(|stopped| *stopped != class),
                None => control.all_stopped = off,
            });
            world.wake();
        }
        Deed::Pause { number, paused } => {
            world.change_number(number, |number| {
                number.paused = paused;
                number.record.revision += 1;
            });
            world.observer.touched(number);
            world.wake();
        }
        Deed::Limits {
            number,
            per_cent,
            gap_min_s,
        } => {
            world.change_number(number, |number| {
                number.limits = edited(number.limits, per_cent, gap_min_s)
            });
            world.wake();
        }
        Deed::Ban { number, until } => world.banned_until[number] = until,
        Deed::Fail { number, until } => world.failing_until[number] = until,
        Deed::Outage { how, until } => {
            if world.outage().is_none() {
                world.outage = Some(Outage { how, until });
                world.observer.gateway_down(world.now, until);
                let deed = Event::Act(Action::Deed(Deed::AfterOutage));
                world.at(until + MINUTE, deed);
            }
        }
        Deed::AfterOutage => {
            let now = world.stamp();
            for at in 0..world.runners.len() {
                let number = &world.runners[at].number;
                let rests = number.cool_until.is_some_and(|until| until > now);
                if !number.paused && (!number.is_active || rests) {
                    world.observer.cannot_send(at, world.now);
                }
            }
        }
        Deed::Reinstate => reinstate(world),
        Deed::Stop { every } => stop(world, every),
        Deed::Hours { open, close } => {
            let time = |hour: i8| jiff::civil::Time::constant(hour % 24, 0, 0, 0);
            let hours = SendingHours::new(time(open), time(close)).unwrap_or(SendingHours::DEFAULT);
            world.change_settings(|settings| settings.hours = HoursPolicy::new(hours));
            let (open, close) = (Ms::from(open) * HOUR, Ms::from(close) * HOUR);
            let now = world.now;
            world.observer.hours_are(open, close, now);
            world.wake();
        }
    }
}

fn edited(limits: Limits, per_cent: u32, gap_min_s: u16) -> Limits {
    let hourly = u32::from(limits.hourly_cap()) * per_cent / 100;
    let hourly = u16::try_from(hourly.clamp(1, 600)).unwrap_or(600);
    let daily = (limits.daily_cap() * per_cent / 100).max(1);
    let longest = limits.gap_max_s().max(gap_min_s);
    Limits::new(gap_min_s, longest, hourly, daily)
        .unwrap_or(limits)
        .with_warm_up(limits.warms_up())
}

fn reinstate(world: &mut World) {
    for at in 0..world.runners.len() {
        let number = &world.runners[at].number;
        let is_checked = number.is_active || number.record.check_at.is_some();
        if !is_checked && world.banned_until[at] <= world.now {
            world.change_number(at, |number| {
                number.is_active = true;
                number.out_reason = None;
                number.failure_streak = 0;
                number.cool_until = None;
                number.record.revision += 1;
            });
            world.wake();
        }
    }
}

fn stop(world: &mut World, every: Ms) {
    let last = Ms::try_from(world.stopped_people.len()).unwrap_or(1) - 1;
    let person = usize::try_from(world.between(0, last)).unwrap_or(0);
    world.stopped_people[person] = true;
    let now = world.now;
    world.observer.person_stopped(person, now);
    let wait = world.between(0, 2 * every);
    world.after(wait, Event::Act(Action::Deed(Deed::Stop { every })));
}
