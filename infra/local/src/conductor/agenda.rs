//! What is due when: queue entries in order of (virtual time, sequence), and the minute tick.

use std::collections::BTreeMap;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};

use super::state::Message;

pub(super) enum Event {
    /// A message becomes visible.
    Visible(&'static str, Message),
    /// The schedule of this name begins its job.
    Begins(String),
    /// A batching window ends: time to look at the queues.
    Poll,
}

/// Where an entry stands: names it as long as it is there.
pub(super) type Place = (Timestamp, u64);

#[derive(Default)]
pub(super) struct Agenda {
    entries: BTreeMap<Place, Event>,
    sequence: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, due: Timestamp, event: Event) -> Place {
        self.sequence += 1;
        let place = (due, self.sequence);
        self.entries.insert(place, event);
        place
    }

    pub(super) fn remove(&mut self, place: Place) {
        self.entries.remove(&place);
    }

    pub(super) fn head(&self) -> Option<Timestamp> {
        self.entries.first_key_value().map(|((due, _), _)| *due)
    }

    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<Event> {
        let entry = self.entries.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    pub(super) fn waiting(&self, queue: &str) -> usize {
        self.entries
            .values()
            .filter(|event| matches!(event, Event::Visible(name, _) if *name == queue))
            .count()
    }
}

/// When the minute tick runs next.
#[derive(Debug)]
pub(super) struct Tick {
    /// The next full minute at which it may run.
    due: Timestamp,
    /// When the last one said that there would be something to do.
    wish: Option<Timestamp>,
    /// The gate's activity when the last one began.
    seen: u64,
    running: bool,
}

impl Tick {
    /// The first one runs at once: a restart has lost the queues.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            due: now,
            wish: Some(now),
            seen: 0,
            running: false,
        }
    }

    /// When it runs next. While time is `skipping`, minutes are left out in which nothing can be
    /// due: nothing has run since the last tick, and its own wish lies ahead.
    pub(super) fn next(&self, skipping: bool, activity: u64) -> Option<Timestamp> {
        if self.running {
            None
        } else if !skipping || activity != self.seen {
            Some(self.due)
        } else {
            self.wish.map(|wish| self.due.max(full_minute(wish)))
        }
    }

    pub(super) fn begin(&mut self, activity: u64) {
        self.running = true;
        self.seen = activity;
    }

    pub(super) fn end(&mut self, now: Timestamp, wish: Option<Timestamp>) {
        self.running = false;
        self.due = full_minute(now + SignedDuration::from_nanos(1));
        self.wish = wish;
    }

    /// Time has jumped to `to`: the minutes before it are gone.
    pub(super) fn jumped(&mut self, to: Timestamp) {
        self.due = self.due.max(full_minute(to));
    }
}

/// The full minute at or after `at`.
fn full_minute(at: Timestamp) -> Timestamp {
    let up = TimestampRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Ceil);
    at.round(up).unwrap_or(Timestamp::MAX)
}
