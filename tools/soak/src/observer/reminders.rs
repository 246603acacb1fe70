//! Whether reminders go first.

use std::collections::{BTreeMap, BTreeSet};

use crate::rows::RowNo;
use crate::time::{Ms, SECOND};

/// A reminder that has waited so long is seen by everybody: workers know the settings of ten
/// seconds ago, the index shows rows up to three seconds late, and the fifth priority waits forty.
const SEEN_AFTER: Ms = 60 * SECOND;

/// How long reminders waited, although a number with cap was healthy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delays {
    /// Milliseconds, one for each reminder that was watched, ascending.
    pub ms: Vec<i64>,
    /// Those that waited longer than a gap and a request.
    pub over: u64,
}

impl Delays {
    /// The longest, seconds.
    #[must_use]
    pub fn longest_s(&self) -> f64 {
        self.at(1.0)
    }

    /// The delay that so much of all stay below, seconds.
    #[must_use]
    pub fn at(&self, share: f64) -> f64 {
        let last = self.ms.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.ms.get(place).map_or(0.0, |ms| *ms as f64 / 1_000.0)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Reminders {
    /// Since when a reminder has been waiting, and which.
    waiting: BTreeSet<(Ms, RowNo)>,
    since: BTreeMap<RowNo, Ms>,
    /// Those whose delay is measured: when they were due, and how long they may wait.
    watched: BTreeMap<RowNo, (Ms, Ms)>,
    delays: Delays,
    off_since: Ms,
}

impl Reminders {
    pub(super) fn waits(&mut self, row: RowNo, due: Ms, now: Ms) {
        let since = due.max(now);
        self.taken(row, false);
        self.since.insert(row, since);
        self.waiting.insert((since, row));
    }

    pub(super) fn taken(&mut self, row: RowNo, for_good: bool) {
        if let Some(since) = self.since.remove(&row) {
            self.waiting.remove(&(since, row));
        }
        if for_good {
            self.forget(row);
        }
    }

    pub(super) fn switched_off(&mut self, now: Ms) {
        self.watched.clear();
        self.off_since = now;
    }

    pub(super) fn overlooked(&self, now: Ms) -> Option<RowNo> {
        if now - self.off_since < 3_600 * SECOND && self.off_since > 0 {
            return None;
        }
        let (since, row) = self.waiting.first()?;
        (now - since > SEEN_AFTER).then_some(*row)
    }

    /// Reminders that wait now.
    pub(crate) fn waiting(&self, now: Ms) -> usize {
        self.waiting.range(..(now, 0)).count()
    }

    pub(crate) fn watch(&mut self, row: RowNo, due: Ms, at_most: Ms) {
        self.watched.insert(row, (due, at_most));
    }

    pub(super) fn forget(&mut self, row: RowNo) {
        self.watched.remove(&row);
    }

    /// What comes now says nothing about their turn.
    pub(super) fn forget_all(&mut self) {
        self.watched.clear();
    }

    pub(super) fn request_begins(&mut self, row: RowNo, now: Ms) {
        if let Some((due, at_most)) = self.watched.remove(&row) {
            self.delays.ms.push(now - due);
            self.delays.over += u64::from(now - due > at_most);
        }
    }

    pub(crate) fn delays(&self) -> Delays {
        let mut delays = self.delays.clone();
        delays.ms.sort_unstable();
        delays
    }
}
