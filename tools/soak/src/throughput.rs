//! How much of what is possible gets sent.
//!
//! Beside each number stands an ideal one with the same limits, gaps and request times that begins
//! its next request the moment its gap and its caps allow. Time counts for a number while it is
//! healthy and, for a minute already, at least as many rows that it may send have been waiting as
//! there are healthy numbers: with fewer rows it is work that is missing, not speed. While time
//! counts, the ideal number's requests are counted beside the real one's; while it does not, the
//! ideal number has sent what the real one sent. The share is the sum of real requests over the
//! sum of ideal ones. While the whole gateway is down no time counts.

use std::collections::VecDeque;

use domain::message::Class;
use domain::number::Health;
use domain::pace::daily_cap;
use domain::reserve::Reserve;

use crate::rows::{class_lane, lane_no, sticky_lane};
use crate::time::{DAY, HOUR, MINUTE, Ms, SECOND, packed};
use crate::turn::mean_request;
use crate::world::{Event, World};

/// Rows count when they have been waiting so long.
const SETTLED: Ms = MINUTE;

/// One ideal number.
#[derive(Debug, Clone, Default)]
struct Ideal {
    ready: Ms,
    starts: VecDeque<Ms>,
    day: Ms,
    day_count: u32,
    real_before: u64,
}

/// The measurement.
#[derive(Debug, Default)]
pub(crate) struct Throughput {
    ideals: Vec<Ideal>,
    pub(crate) real: u64,
    pub(crate) ideal: u64,
}

/// Rows that wait, as far as it matters.
#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    urgent: usize,
    bulk: usize,
}

pub(crate) fn sample(world: &mut World, measured: &mut Throughput) {
    let every = Ms::from(world.config.sample_s) * SECOND;
    world.after(every, Event::Sample);
    measured
        .ideals
        .resize_with(world.runners.len(), Ideal::default);
    let now = world.stamp();
    let usable = world
        .runners
        .iter()
        .filter(|r| r.number.health(now) == Health::Usable);
    let enough = usable.count();
    let down = world.outage().is_some();
    let common = waiting(world, None, enough);
    let roster = || world.runners.iter().map(|r| &r.number);
    let reserves = World::reserves(&world.settings, &world.control, roster(), now);
    for (at, runner) in world.runners.iter().enumerate() {
        let ideal = &mut measured.ideals[at];
        let real_now = world.observer.numbers[at].requests;
        let real = real_now - ideal.real_before;
        ideal.real_before = real_now;
        let healthy = runner.number.health(now) == Health::Usable && enough > 0 && !down;
        let own = waiting(world, Some(at), enough);
        let reserve = if !healthy {
            None
        } else if common.urgent + own.urgent >= enough {
            Some(Reserve::NONE)
        } else if common.urgent + own.urgent + common.bulk + own.bulk >= enough {
            Some(reserves.of(Class::Broadcast, &runner.number, now))
        } else {
            None
        };
        let limits = &runner.number.limits;
        match reserve {
            None => ideal.follow(world.now, real),
            Some(reserve) => {
                let hourly = reserve.of_hour(u32::from(limits.hourly_cap()));
                let daily = reserve.of_day(daily_cap(&runner.number, &runner.pace, now));
                let gap_s = (limits.gap_min_s() + limits.gap_max_s()) / 2;
                let half = Ms::from((limits.gap_min_s() + limits.gap_max_s()) % 2) * SECOND / 2;
                let cycle = Ms::from(gap_s) * SECOND + half + mean_ms(world);
                measured.ideal += ideal.work(world.now - every, world.now, cycle, hourly, daily);
                measured.real += real;
            }
        }
    }
}

/// As measured at the receiver, once there is something to measure.
fn mean_ms(world: &World) -> Ms {
    let requests = Ms::try_from(world.observer.requests).unwrap_or(Ms::MAX);
    if requests < 1_000 {
        return crate::time::length(mean_request());
    }
    world.observer.request_time / requests
}

/// Rows that may be sent now and could a minute ago; `own` asks for those that wait for a number.
fn waiting(world: &World, own: Option<usize>, enough: usize) -> Waiting {
    let mut waiting = Waiting::default();
    let due = packed(world.now - SETTLED);
    let hours = &world.settings.hours;
    for class in Class::ALL {
        let opened = hours.lane_open_from(class, world.stamp());
        // All of the lane must be open: its older rows are what waits.
        if world.control.stops(class) || opened != Some(jiff::Timestamp::MIN) {
            continue;
        }
        let count = |lane| world.rows.in_lane(lane, 0..=due).take(enough).count();
        let rows = match own {
            Some(number) => count(sticky_lane(number, class)),
            None => {
                let lanes = world.control.lanes(class, 0).map(lane_no);
                count(class_lane(class)) + lanes.map(count).sum::<usize>()
            }
        };
        match class {
            Class::Broadcast => waiting.bulk += rows,
            _ => waiting.urgent += rows,
        }
    }
    waiting
}

impl Ideal {
    /// The time since the last sample counts: sends what is possible in it.
    fn work(&mut self, since: Ms, now: Ms, cycle: Ms, hourly: u32, daily: u32) -> u64 {
        let mut sent = 0;
        let mut at = self.ready.max(since);
        let hourly = usize::try_from(hourly).unwrap_or(usize::MAX);
        while at < now {
            self.turn_to(at);
            if self.day_count >= daily || hourly == 0 {
                break;
            }
            if let Some(holds) = self.starts.len().checked_sub(hourly) {
                at = at.max(self.starts[holds] + HOUR);
                if at >= now {
                    break;
                }
                continue;
            }
            self.starts.push_back(at);
            self.day_count += 1;
            sent += 1;
            at += cycle;
            self.ready = at;
        }
        sent
    }

    /// The time does not count: what was sent was sent.
    fn follow(&mut self, now: Ms, real: u64) {
        self.turn_to(now);
        for _ in 0..real {
            self.starts.push_back(now);
            self.day_count += 1;
        }
    }

    fn turn_to(&mut self, at: Ms) {
        while self.starts.front().is_some_and(|start| at - start >= HOUR) {
            self.starts.pop_front();
        }
        if at.div_euclid(DAY) != self.day {
            (self.day, self.day_count) = (at.div_euclid(DAY), 0);
        }
    }
}
