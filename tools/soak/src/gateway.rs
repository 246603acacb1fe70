//! The gateway as a whole: when it is down, what its listing of keys says, the stored breaker, and
//! the checks that bring numbers back.

use std::rc::Rc;

use domain::breaker::{Breaker, Fault, Passage};
use domain::number::{CHECK_LEASE, Health, HealthRecord};
use domain::outcome::Outcome;
use domain::reaction::{AfterNumber, STREAK_OUT};

use crate::config::Bug;
use crate::time::{Ms, stamp};
use crate::turn::{TIMEOUT, latency};
use crate::world::{Event, World};

/// How the gateway is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Down {
    /// Connections are refused.
    Refused,
    /// It knows no key.
    Unknown,
    /// It takes requests and does not answer.
    Silent,
}

/// A time in which it is down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    pub(crate) how: Down,
    pub(crate) until: Ms,
}

impl Outage {
    /// What a request comes to, whether it reached WhatsApp, and how long it takes.
    pub(crate) fn answer(self, luck: bool, takes: Ms) -> (Outcome, bool, Ms) {
        match self.how {
            Down::Refused => (Outcome::NotSent, false, 100),
            Down::Unknown => (Outcome::KeyInvalid { status: 404 }, false, takes),
            Down::Silent => (Outcome::Unconfirmed { status: None }, luck, TIMEOUT),
        }
    }
}

/// A check of a key has been answered.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    number: usize,
    record: HealthRecord,
    valid: bool,
}

impl World {
    /// The outage that it is in.
    pub(crate) fn outage(&self) -> Option<Outage> {
        self.outage.filter(|outage| outage.until > self.now)
    }

    /// Stores the breaker's next revision. False if somebody else has changed it first.
    pub(crate) fn save_gateway(&mut self, next: Breaker) -> bool {
        if next.revision != self.gateway.revision + 1 {
            return false;
        }
        self.observer.gateway_is(next.phase, self.now);
        self.gateway = Rc::new(next);
        true
    }

    /// Whether the listing answers to a number's key, and after how long.
    pub(crate) fn lists(&mut self, number: usize) -> (bool, Ms) {
        let takes = latency(self);
        if let Some(outage) = self.outage() {
            return (false, outage.answer(false, takes).2);
        }
        let banned = self.banned_until[number] > self.now;
        let no_answer = self.config.faults.refused / 3.0;
        (!banned && !self.chance(no_answer), takes)
    }

    /// What a request, or a check, has done to a number.
    pub(crate) fn change_health(&mut self, at: usize, after: AfterNumber, record: HealthRecord) {
        self.change_number(at, |number| {
            number.record = without_changes(record);
            match after {
                AfterNumber::Unharmed => {}
                AfterNumber::Healthy => {
                    number.failure_streak = 0;
                    number.cool_until = None;
                }
                AfterNumber::Cools { until, streak } => {
                    number.failure_streak = streak;
                    number.cool_until = Some(until);
                }
                AfterNumber::Out { reason, streak } => {
                    number.is_active = false;
                    number.out_reason = Some(reason);
                    number.failure_streak = streak;
                }
            }
        });
    }

    /// The number as it stood before the gateway's fault, unless it has changed since.
    pub(crate) fn absolve(&mut self, fault: &Fault) {
        let at = usize::try_from(fault.number_id.0.as_u128()).unwrap_or(usize::MAX);
        let unchanged = |n: &domain::dispatch::Runner| n.number.record.revision == fault.revision;
        if !self.runners.get(at).is_some_and(unchanged) || self.has(Bug::NotAbsolved) {
            return;
        }
        let before = fault.before;
        self.change_number(at, |number| {
            number.is_active = true;
            number.out_reason = None;
            number.failure_streak = before.failure_streak;
            number.cool_until = before.cool_until;
            number.record.last_out = before.last_out;
            number.record.check_wait_s = before.check_wait_s;
            number.record.check_at = None;
            number.record.revision += 1;
        });
    }
}

/// No rule reads them, and every view of a worker would copy them.
fn without_changes(mut record: HealthRecord) -> HealthRecord {
    record.changes.clear();
    record
}

/// Notes whether a number is left, and has the keys checked of those that have been out long enough.
pub(crate) fn tick(world: &mut World) {
    let now = world.stamp();
    let mut numbers = world.runners.iter().map(|runner| &runner.number);
    let left = numbers
        .clone()
        .any(|number| number.health(now) != Health::Out);
    let all_out = !left && numbers.any(|number| !number.is_active);
    if let Some(next) = world.gateway.with_all_out(all_out, now) {
        world.save_gateway(next);
    }
    if matches!(world.gateway.passage(None, now), Passage::HeldUntil(_)) {
        return;
    }
    for number in 0..world.runners.len() {
        let seen = &world.runners[number].number;
        if seen.check_due(now) && !world.chance(world.config.faults.lost) {
            let revision = world.runners[number].number.record.revision;
            let way = world.between(20, 100);
            world.after(way, Event::Check { number, revision });
        }
    }
}

/// A check begins, once, if the number still stands as it was seen.
pub(crate) fn check(world: &mut World, number: usize, revision: u64) {
    let now = world.stamp();
    let seen = &world.runners[number].number;
    if seen.record.revision != revision || !seen.check_due(now) {
        return;
    }
    world.change_number(number, |number| {
        number.record.revision += 1;
        number.record.check_at = now.checked_add(CHECK_LEASE).ok();
    });
    let record = world.runners[number].number.record.clone();
    let (valid, takes) = world.lists(number);
    if !world.chance(world.config.faults.crash) {
        let checked = Checked {
            number,
            record,
            valid,
        };
        world.after(takes, Event::Checked(checked));
    }
}

/// It is in use again, or waits longer for the next check.
pub(crate) fn checked(world: &mut World, checked: Checked) {
    let Checked {
        number,
        record,
        valid,
    } = checked;
    if world.runners[number].number.record.revision != record.revision {
        return;
    }
    let now = stamp(world.now);
    if !valid {
        world.change_number(number, |number| number.record = record.still_out(now));
        return;
    }
    world.change_number(number, |number| {
        number.is_active = true;
        number.out_reason = None;
        number.failure_streak = STREAK_OUT - 1;
        number.cool_until = None;
        number.record = without_changes(record.back("check", now));
    });
    world.wake();
}
