//! The flow: numbers, loads and the steps of time.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::{Forecast, Load, LoadForecast, Outlook};
use crate::dispatch::Runner;
use crate::hours::HoursRule;
use crate::message::Class;
use crate::number::{Health, Number};
use crate::pace::{COUNTED, History, Pace, daily_cap};
use crate::reserve::Reserves;
use crate::warm_up;
use crate::zone::{next_wib_day, wib_day};

/// Steps at first, and once the first hours are over.
const FINE: SignedDuration = SignedDuration::from_mins(5);
const COARSE: SignedDuration = SignedDuration::from_mins(15);
const FINE_FOR: SignedDuration = SignedDuration::from_hours(3);
/// Less than this is rounding.
const NOTHING: f64 = 1e-6;

/// One number's caps as they are used up.
struct Tap<'a> {
    number: &'a Number,
    /// Without its history, which `hour` holds.
    pace: Pace,
    /// Seconds for one message.
    cycle_s: f64,
    /// Not before.
    from: Timestamp,
    /// Sent in the last hour: since when, until when, how many.
    hour: VecDeque<(Timestamp, Timestamp, f64)>,
    in_hour: f64,
    in_day: f64,
    /// Messages so far in this step.
    used: f64,
    /// Caps of this step, and what of them broadcasts may use.
    full: f64,
    bulk: f64,
}

/// One load as it runs dry.
struct Flow {
    load: Load,
    left: f64,
    begins_at: Option<Timestamp>,
    done_at: Option<Timestamp>,
    by_number: Vec<f64>,
}

pub(super) fn flow(outlook: &Outlook<'_>, loads: &[Load], end: Timestamp) -> Forecast {
    let mut taps: Vec<Tap<'_>> = outlook
        .runners
        .iter()
        .filter_map(|runner| Tap::new(runner, outlook))
        .collect();
    let mut flows: Vec<Flow> = loads
        .iter()
        .map(|load| Flow::new(*load, taps.len()))
        .collect();
    let mut now = outlook.now;
    let numbers = || outlook.runners.iter().map(|r| &r.number);
    let percent = outlook.welcome_reserve_percent;
    let reserves = Reserves::new(percent, &outlook.control.ahead, numbers(), now);
    while now < end && !taps.is_empty() {
        let waits = |flow: &&Flow| flow.left > NOTHING && flow.load.expires_at > now;
        if flows.iter().filter(waits).count() == 0 {
            break;
        }
        let open = Class::ALL.map(|class| is_open(outlook, class, now));
        let busy = flows.iter().any(|flow| flow.runs(&open, now));
        let next = next_change(outlook, &flows, &taps, now, busy).min(end);
        if busy {
            step(&mut taps, &mut flows, &reserves, &open, now, next);
        }
        now = next;
    }
    finish(outlook, &taps, flows)
}

fn is_open(outlook: &Outlook<'_>, class: Class, now: Timestamp) -> bool {
    !outlook.control.stops(class)
        && match outlook.hours.rule(class) {
            HoursRule::Free => true,
            _ => outlook.hours.hours(class).is_open(now),
        }
}

/// The end of a step that begins now: nothing but caps changes before it.
fn next_change(
    outlook: &Outlook<'_>,
    flows: &[Flow],
    taps: &[Tap<'_>],
    now: Timestamp,
    busy: bool,
) -> Timestamp {
    let length = if now.duration_since(outlook.now) < FINE_FOR {
        FINE
    } else {
        COARSE
    };
    let mut next = next_wib_day(now);
    let mut at = |moment: Timestamp| {
        if moment > now {
            next = next.min(moment);
        }
    };
    if busy {
        at(later(now, length));
    }
    for flow in flows.iter().filter(|flow| flow.left > NOTHING) {
        at(flow.load.not_before);
        at(flow.load.expires_at);
        let class = flow.load.class;
        match outlook.hours.rule(class) {
            HoursRule::Free => continue,
            HoursRule::AtOnceWithin { minutes } => {
                let grace = SignedDuration::from_mins(i64::from(minutes));
                at(later(flow.load.not_before, grace));
            }
            HoursRule::Obeys => {}
        }
        if let Some(span) = outlook.hours.hours(class).next_span(now) {
            at(span.from);
            at(span.to);
        }
    }
    for tap in taps {
        at(tap.from);
    }
    for ahead in &outlook.control.ahead {
        at(ahead.from.saturating_sub(COUNTED).unwrap_or(now));
        at(ahead.until);
    }
    next
}

/// Lets the numbers work from `now` to `next`, the most urgent class first.
fn step(
    taps: &mut [Tap<'_>],
    flows: &mut [Flow],
    reserves: &Reserves<'_>,
    open: &[bool; 5],
    now: Timestamp,
    next: Timestamp,
) {
    for tap in &mut *taps {
        tap.open_step(reserves, now, next);
    }
    let length = next.duration_since(now).as_secs_f64();
    let mut at = 0.0;
    for class in Class::ALL {
        // Campaigns of one class take turns: equal shares, so the smallest is done first.
        while at < length {
            let running: Vec<usize> = (0..flows.len())
                .filter(|i| flows[*i].load.class == class && flows[*i].runs(open, now))
                .collect();
            let Some(least) = running.iter().map(|i| flows[*i].left).reduce(f64::min) else {
                break;
            };
            let share = running.len() as f64;
            let wanted = least * share;
            let until = when(taps, class, wanted, at, length);
            let mut any = false;
            for (number, tap) in taps.iter_mut().enumerate() {
                let sent = tap.room(class, until - at);
                any |= sent > NOTHING;
                tap.used += sent;
                for i in &running {
                    flows[*i].left -= sent / share;
                    flows[*i].by_number[number] += sent / share;
                }
            }
            for i in &running {
                let flow = &mut flows[*i];
                if any {
                    flow.begins_at.get_or_insert(later_s(now, at));
                }
                if flow.left <= flow.load.messages as f64 * NOTHING {
                    flow.left = 0.0;
                    flow.done_at = Some(later_s(now, until));
                }
            }
            at = until;
        }
    }
    for tap in taps {
        tap.close_step(now, next);
    }
}

/// When the numbers together have sent `wanted` messages of a class, at most `end`.
fn when(taps: &[Tap<'_>], class: Class, wanted: f64, from: f64, end: f64) -> f64 {
    let sent = |until: f64| -> f64 { taps.iter().map(|tap| tap.room(class, until - from)).sum() };
    if sent(end) <= wanted {
        return end;
    }
    let (mut low, mut high) = (from, end);
    for _ in 0..32 {
        let middle = f64::midpoint(low, high);
        if sent(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn finish(outlook: &Outlook<'_>, taps: &[Tap<'_>], flows: Vec<Flow>) -> Forecast {
    let loads: Vec<LoadForecast> = flows
        .into_iter()
        .map(|flow| {
            let unsent = (flow.left.round() as u32).min(flow.load.messages);
            let sent = flow.load.messages - unsent;
            let shares = whole(&flow.by_number, sent);
            let by_number = taps.iter().zip(shares);
            LoadForecast {
                sent,
                unsent,
                begins_at: flow.begins_at,
                done_at: match flow.load.messages {
                    0 => Some(outlook.now),
                    _ => flow.done_at,
                },
                by_number: by_number
                    .map(|(tap, share)| (tap.number.id, share))
                    .filter(|(_, share)| *share > 0)
                    .collect(),
            }
        })
        .collect();
    let done = loads.iter().map(|load| load.done_at);
    let done_at = done.reduce(|a, b| Some(a?.max(b?))).flatten();
    Forecast { loads, done_at }
}

/// Whole messages for shares of them, `sent` altogether: what rounds one down goes to the next.
fn whole(shares: &[f64], sent: u32) -> Vec<u32> {
    let all: f64 = shares.iter().sum();
    let scale = if all > 0.0 {
        f64::from(sent) / all
    } else {
        0.0
    };
    let (mut up_to, mut given) = (0.0, 0);
    let give = |share: &f64| {
        up_to += share * scale;
        let until = (up_to.round() as u32).clamp(given, sent);
        let own = until - given;
        given = until;
        own
    };
    shares.iter().map(give).collect()
}

impl Flow {
    fn new(load: Load, numbers: usize) -> Self {
        Self {
            load,
            left: f64::from(load.messages),
            begins_at: None,
            done_at: None,
            by_number: vec![0.0; numbers],
        }
    }

    /// Whether its messages may leave from now to the end of the step.
    fn runs(&self, open: &[bool; 5], now: Timestamp) -> bool {
        self.left > NOTHING
            && self.load.not_before <= now
            && now < self.load.expires_at
            && open[self.load.class as usize]
    }
}

impl<'a> Tap<'a> {
    /// None for a number that only a person brings back.
    fn new(runner: &'a Runner, outlook: &Outlook<'_>) -> Option<Self> {
        let Runner { number, pace } = runner;
        let rested = match number.health(outlook.now) {
            Health::Out => return None,
            Health::CoolingUntil(until) => until,
            Health::Usable => outlook.now,
        };
        let gap = f64::from(number.limits.gap_min_s() + number.limits.gap_max_s()) / 2.0;
        let mut hour = VecDeque::new();
        for second in pace.history.counted(outlook.now) {
            let at = Timestamp::from_second(*second).unwrap_or(outlook.now);
            match hour.back_mut() {
                Some((from, to, sent)) if at.duration_since(*from) < FINE => {
                    (*to, *sent) = (at, *sent + 1.0);
                }
                _ => hour.push_back((at, at, 1.0)),
            }
        }
        Some(Self {
            number,
            pace: Pace {
                history: History::default(),
                ..pace.clone()
            },
            cycle_s: gap + outlook.request.as_secs_f64(),
            from: rested.max(pace.next_free_at),
            in_hour: hour.iter().map(|(_, _, sent)| sent).sum(),
            hour,
            in_day: f64::from(pace.sent_today(outlook.now)),
            used: 0.0,
            full: 0.0,
            bulk: 0.0,
        })
    }

    fn open_step(&mut self, reserves: &Reserves<'_>, now: Timestamp, next: Timestamp) {
        if self.pace.day != wib_day(now) {
            (self.pace.day, self.in_day) = (wib_day(now), 0.0);
        }
        let limits = &self.number.limits;
        (self.used, self.full, self.bulk) = (0.0, 0.0, 0.0);
        if self.from > now {
            return;
        }
        let counted = self.counted(next);
        let daily = daily_cap(self.number, &self.pace, now);
        let room = |hourly: u32, daily: u32| {
            let hour = f64::from(hourly) - counted;
            hour.min(f64::from(daily) - self.in_day).max(0.0)
        };
        let hourly = u32::from(limits.hourly_cap());
        let reserve = reserves.of(Class::Broadcast, self.number, now);
        self.full = room(hourly, daily);
        self.bulk = room(reserve.of_hour(hourly), reserve.of_day(daily));
    }

    /// What of the last hour still counts at `at`.
    fn counted(&mut self, at: Timestamp) -> f64 {
        let since = at.saturating_sub(COUNTED).unwrap_or(Timestamp::MIN);
        while let Some((_, _, sent)) = self.hour.pop_front_if(|(_, to, _)| *to <= since) {
            self.in_hour -= sent;
        }
        let over = self.hour.front().map_or(0.0, |(from, to, sent)| {
            let length = to.duration_since(*from).as_secs_f64();
            let past = since.duration_since(*from).as_secs_f64();
            if past > 0.0 {
                sent * past / length
            } else {
                0.0
            }
        });
        self.in_hour - over
    }

    /// How many more of a class it can send in so many seconds.
    fn room(&self, class: Class, seconds: f64) -> f64 {
        let cap = match class {
            Class::Broadcast => self.bulk,
            _ => self.full,
        };
        (cap - self.used).max(0.0).min(seconds / self.cycle_s)
    }

    fn close_step(&mut self, now: Timestamp, next: Timestamp) {
        if self.used <= NOTHING {
            return;
        }
        if warm_up::is_idle(self.pace.last_used_at, now) {
            self.pace.ramp_since = Some(wib_day(now));
        }
        // At full speed from the start of the step, then nothing.
        let worked = SignedDuration::try_from_secs_f64(self.used * self.cycle_s);
        let until = later(now, worked.unwrap_or_default()).min(next);
        self.hour.push_back((now, until, self.used));
        self.in_hour += self.used;
        self.in_day += self.used;
        self.pace.last_used_at = Some(until);
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn later_s(at: Timestamp, seconds: f64) -> Timestamp {
    later(
        at,
        SignedDuration::try_from_secs_f64(seconds).unwrap_or_default(),
    )
}
