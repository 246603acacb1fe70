//! One number as the receiver sees it.

use std::collections::VecDeque;

use domain::number::Number;

use super::Violation;
use super::timeline::Timeline;
use crate::rows::RowNo;
use crate::time::{DAY, HOUR, Ms, SECOND, ms};

/// Messages on the days of a warm-up, as published by people who run such numbers.
const RAMP: [usize; 7] = [20, 36, 65, 117, 210, 378, 680];
const IDLE: Ms = 72 * HOUR;

#[derive(Debug, Clone, Copy)]
struct Stored {
    usable: bool,
    gap_min: Ms,
    hourly: usize,
    daily: usize,
    warms_up: bool,
}

impl Stored {
    fn of(number: &Number) -> Self {
        Self {
            usable: number.is_active && !number.paused,
            gap_min: Ms::from(number.limits.gap_min_s()) * SECOND,
            hourly: usize::from(number.limits.hourly_cap()),
            daily: usize::try_from(number.limits.daily_cap()).unwrap_or(usize::MAX),
            warms_up: number.limits.warms_up(),
        }
    }
}

/// What is known of one number.
pub(crate) struct Watch {
    stored: Timeline<Stored>,
    in_use_day: Ms,
    in_flight: Option<RowNo>,
    began: Ms,
    last_check: Ms,
    last_end: Option<Ms>,
    ramp_day: Option<Ms>,
    /// Starts of its requests in the last 60 minutes.
    starts: VecDeque<Ms>,
    day: Ms,
    day_count: usize,
    /// All its requests.
    pub(crate) requests: u64,
    pub(crate) gap_time: Ms,
    pub(crate) gaps: u32,
}

impl Watch {
    pub(super) fn new(number: &Number) -> Self {
        Self {
            stored: Timeline::new(Stored::of(number)),
            in_use_day: ms(number.in_use_since).div_euclid(DAY),
            in_flight: None,
            began: Ms::MIN,
            last_check: Ms::MIN,
            last_end: None,
            ramp_day: None,
            starts: VecDeque::new(),
            day: 0,
            day_count: 0,
            requests: 0,
            gap_time: 0,
            gaps: 0,
        }
    }

    pub(super) fn is_now(&mut self, number: &Number, now: Ms) {
        self.stored.set(now, Stored::of(number));
    }

    pub(super) fn begins(
        &mut self,
        row: RowNo,
        now: Ms,
        check_at: Ms,
        must: &mut impl FnMut(bool, Violation),
    ) {
        must(self.in_flight.is_none(), Violation::TwoInFlight);
        let stored = *self.stored.before(check_at);
        must(stored.usable, Violation::NumberNotUsable);
        if let Some(end) = self.last_end {
            // The gap was drawn from what the last request's check read.
            let drawn = self.stored.during(self.last_check, now);
            let gap = drawn.map(|s| s.gap_min).min().unwrap_or(0);
            must(now - end >= gap, Violation::Gap);
        }
        while self.starts.front().is_some_and(|start| now - start >= HOUR) {
            self.starts.pop_front();
        }
        must(self.starts.len() < stored.hourly, Violation::HourlyCap);
        let day = now.div_euclid(DAY);
        if day != self.day {
            (self.day, self.day_count) = (day, 0);
        }
        if self.requests > 0 && now - self.began >= IDLE {
            self.ramp_day = Some(day);
        }
        let began = self
            .ramp_day
            .map_or(self.in_use_day, |r| r.max(self.in_use_day));
        let ramp = usize::try_from(day - began)
            .ok()
            .and_then(|at| RAMP.get(at));
        let allowed = match ramp {
            Some(ramp) if stored.warms_up => stored.daily.min(*ramp),
            _ => stored.daily,
        };
        must(self.day_count < allowed, Violation::DailyCap);
        self.in_flight = Some(row);
        (self.began, self.last_check) = (now, check_at);
        self.starts.push_back(now);
        self.day_count += 1;
        self.requests += 1;
    }

    /// Returns how long the request took.
    pub(super) fn ends(&mut self, now: Ms) -> Ms {
        self.in_flight = None;
        self.last_end = Some(now);
        now - self.began
    }
}
