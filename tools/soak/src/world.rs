//! The state that the engine shares: rows, numbers, settings, queues, and the events to come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use domain::breaker::Breaker;
use domain::dispatch::Runner;
use domain::hours::{HoursPolicy, HoursRule};
use domain::message::Class;
use domain::number::Number;
use domain::reserve::Reserves;
use domain::settings::{Control, Settings};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::config::{Bug, Config};
use crate::gateway::{Checked, Outage};
use crate::observer::Observer;
use crate::rows::{NewRow, RowNo, Rows, Standing};
use crate::scenario::Action;
use crate::time::{HOUR, Ms, SECOND, ms, packed, stamp};
use crate::turn::{Stage, Worker};

/// What happens at a moment.
pub(crate) enum Event {
    /// A turn message arrives.
    Turn { number: usize, turn: u64 },
    /// A worker goes on.
    Step(Box<Worker>, Stage),
    /// A wake arrives.
    Wake,
    /// A batch of wakes is handed over.
    WakeBatch,
    /// A dispatcher writes what it planned.
    Arm(Vec<crate::dispatcher::Planned>),
    /// The minute.
    Tick,
    /// The key of a number that is out is to be checked.
    Check { number: usize, revision: u64 },
    /// It has been.
    Checked(Checked),
    /// The index catches up with a row.
    Show(RowNo),
    /// The throughput is measured.
    Sample,
    /// Something that the scenario wants.
    Act(Action),
}

struct Timed {
    at: Ms,
    order: u64,
    event: Event,
}

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Timed {}

impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// Settings, switches and numbers as one read saw them.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) read_at: Ms,
    pub(crate) settings: Rc<Settings>,
    pub(crate) control: Rc<Control>,
    pub(crate) gateway: Rc<Breaker>,
    /// Whose view it is; none if it was read for one turn.
    pub(crate) slot: Option<usize>,
    pub(crate) roster: Rc<Vec<Number>>,
}

/// Warm workers keep their view so long.
const WARM: Ms = 5 * SECOND;
/// Warm workers.
const WORKERS: usize = 16;

pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) now: Ms,
    pub(crate) dice: StdRng,
    pub(crate) rows: Rows,
    /// In the order of their ids.
    pub(crate) runners: Vec<Runner>,
    pub(crate) settings: Rc<Settings>,
    pub(crate) control: Rc<Control>,
    pub(crate) gateway: Rc<Breaker>,
    /// The last time that the whole gateway was down.
    pub(crate) outage: Option<Outage>,
    pub(crate) stopped_people: Vec<bool>,
    /// A number's gateway refuses its key until then.
    pub(crate) banned_until: Vec<Ms>,
    /// A number's requests are not accepted until then.
    pub(crate) failing_until: Vec<Ms>,
    pub(crate) observer: Observer,
    pub(crate) wakes: crate::dispatcher::Wakes,
    pub(crate) events_played: u64,
    /// What the forecast said: when each class is done, after the moment of asking.
    pub(crate) foretold: Vec<(Class, Ms)>,
    pub(crate) asked_at: Ms,
    next_token: u32,
    views: Vec<Option<View>>,
    events: BinaryHeap<Reverse<Timed>>,
    order: u64,
}

impl World {
    pub(crate) fn new(config: &Config, runners: Vec<Runner>, people: usize) -> Self {
        let count = runners.len();
        let mut settings = Settings {
            strategy: config.strategy,
            ..Settings::default()
        };
        if config.bug == Some(Bug::HoursIgnored) {
            let free = |hours: HoursPolicy, class| hours.with_rule(class, HoursRule::Free);
            settings.hours = Class::ALL.into_iter().fold(settings.hours, free);
        }
        let observer = Observer::new(&runners, people, config.messages);
        Self {
            config: config.clone(),
            now: 0,
            dice: StdRng::seed_from_u64(config.seed),
            rows: Rows::new(config.messages),
            runners,
            settings: Rc::new(settings),
            control: Rc::default(),
            gateway: Rc::default(),
            outage: None,
            stopped_people: vec![false; people],
            banned_until: vec![0; count],
            failing_until: vec![0; count],
            observer,
            wakes: crate::dispatcher::Wakes::default(),
            events_played: 0,
            foretold: Vec::new(),
            asked_at: 0,
            next_token: 0,
            views: vec![None; WORKERS],
            events: BinaryHeap::new(),
            order: 0,
        }
    }

    pub(crate) fn stamp(&self) -> Timestamp {
        stamp(self.now)
    }

    pub(crate) fn at(&mut self, at: Ms, event: Event) {
        self.order += 1;
        let order = self.order;
        self.events.push(Reverse(Timed { at, order, event }));
    }

    pub(crate) fn after(&mut self, wait: Ms, event: Event) {
        self.at(self.now + wait, event);
    }

    /// The next event; time moves on to it.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let Reverse(timed) = self.events.pop()?;
        self.now = self.now.max(timed.at);
        self.events_played += 1;
        Some(timed.event)
    }

    pub(crate) fn chance(&mut self, of: f64) -> bool {
        of > 0.0 && self.dice.random::<f64>() < of
    }

    /// From `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: Ms, most: Ms) -> Ms {
        self.dice.random_range(least..=most.max(least))
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.dice.random()
    }

    pub(crate) fn token(&mut self) -> u32 {
        self.next_token += 1;
        self.next_token
    }

    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.config.bug == Some(bug)
    }

    pub(crate) fn reserves<'a>(
        settings: &Settings,
        control: &'a Control,
        roster: impl IntoIterator<Item = &'a Number>,
        now: Timestamp,
    ) -> Reserves<'a> {
        Reserves::new(
            settings.welcome_reserve_percent,
            &control.ahead,
            roster,
            now,
        )
    }

    /// What a warm worker knows, at most ten seconds old.
    pub(crate) fn warm_view(&mut self) -> View {
        let worker = usize::try_from(self.roll()).unwrap_or(0) % WORKERS;
        let trusted = match self.has(Bug::StaleCheck) {
            true => HOUR,
            false => WARM,
        };
        if let Some(view) = &self.views[worker]
            && self.now - view.read_at < trusted
        {
            return view.clone();
        }
        let view = View {
            slot: Some(worker),
            ..self.fresh_view()
        };
        self.views[worker] = Some(view.clone());
        view
    }

    /// The worker reads again the next time.
    pub(crate) fn forget_view(&mut self, slot: Option<usize>) {
        if let Some(view) = slot.and_then(|slot| self.views.get_mut(slot)) {
            *view = None;
        }
    }

    pub(crate) fn fresh_view(&self) -> View {
        View {
            read_at: self.now,
            settings: Rc::clone(&self.settings),
            control: Rc::clone(&self.control),
            gateway: Rc::clone(&self.gateway),
            slot: None,
            roster: Rc::new(self.runners.iter().map(|r| r.number.clone()).collect()),
        }
    }

    /// Sends a turn message; the queue may lose it, double it or bring it late.
    pub(crate) fn send_turn(&mut self, number: usize, turn: u64, due: Timestamp) {
        if self.chance(self.config.faults.lost) {
            return;
        }
        let ceiled = ((ms(due) - self.now).max(0) + SECOND - 1) / SECOND;
        let seconds = ceiled.min(900);
        let copies = if self.chance(self.config.faults.doubled) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let mut way = self.between(10, 60);
            if self.chance(self.config.faults.late) {
                way += self.between(SECOND, 200 * SECOND);
            }
            self.after(seconds * SECOND + way, Event::Turn { number, turn });
        }
    }

    /// Wakes the dispatcher in a second.
    pub(crate) fn wake(&mut self) {
        if !self.chance(self.config.faults.lost) {
            self.after(SECOND, Event::Wake);
        }
    }

    /// Writes a row that was decided.
    pub(crate) fn decide(&mut self, new: NewRow) {
        let at = self.rows.add(new);
        self.observer.decided(&new);
        self.show(at);
    }

    /// Moves a row; the index follows.
    pub(crate) fn place(&mut self, at: RowNo, standing: Standing, due: Ms) {
        self.rows.place(at, standing, packed(due));
        let lane = self.rows.get(at).lane;
        self.observer.placed(at, standing, due, lane, self.now);
        self.show(at);
    }

    fn show(&mut self, at: RowNo) {
        if self.chance(self.config.faults.stale) {
            let wait = self.between(50, 3 * SECOND);
            self.after(wait, Event::Show(at));
        } else {
            self.rows.show(at);
        }
    }

    /// Changes a number's settings or health; the observer is told.
    pub(crate) fn change_number(&mut self, at: usize, change: impl FnOnce(&mut Number)) {
        change(&mut self.runners[at].number);
        self.observer
            .number_is(at, &self.runners[at].number, self.now);
    }

    pub(crate) fn change_control(&mut self, change: impl FnOnce(&mut Control)) {
        change(Rc::make_mut(&mut self.control));
        self.observer.control_is(&self.control, self.now);
    }

    pub(crate) fn change_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        change(Rc::make_mut(&mut self.settings));
    }
}
