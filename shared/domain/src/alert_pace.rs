//! How often one referrer is told (requirement N1): a few single alerts in any hour, then one
//! message about all that wait.

use jiff::{SignedDuration, Timestamp};

use crate::pace::START_WITHIN;

/// Single alerts to one referrer in any 60 minutes.
pub const SINGLES: usize = 5;

/// An alert counts for this long: an hour, and the time that may lie between the decision and the
/// start of its request, so that no 60 minutes at the receiver hold more.
const COUNTED: SignedDuration = SignedDuration::from_secs(3_600 + START_WITHIN.as_secs() + 1);

/// What one referrer was told in the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertPace {
    /// When single alerts went, oldest first, at most [`SINGLES`].
    pub singles: Vec<Timestamp>,
    /// When the last group went.
    pub grouped_at: Option<Timestamp>,
    /// Until when further alerts wait for the next group.
    pub group_at: Option<Timestamp>,
    /// Counts the changes of this value: whoever writes states the one it was read with.
    pub revision: u64,
}

/// How an alert goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// By itself.
    Single,
    /// With all others that wait, as one message.
    Group,
    /// Later.
    Defer(Timestamp),
}

impl AlertPace {
    /// Decides at the moment of sending. `waiting` is how many alerts of this referrer could go
    /// now, this one included.
    ///
    /// Singles while there is room and no group is planned; otherwise a group, if at least two
    /// wait and none went within the hour; otherwise all wait until both are possible again.
    #[must_use]
    pub fn decide(&self, now: Timestamp, waiting: usize) -> Telling {
        if let Some(until) = self.deferred_until(now) {
            return Telling::Defer(until);
        }
        let counted = self.counted(now);
        let group_due = self.group_at.is_some();
        if counted.len() < SINGLES && !group_due {
            return Telling::Single;
        }
        let group_free = self.grouped_at.map(over).filter(|free| *free > now);
        if waiting > 1 && group_free.is_none() {
            return Telling::Group;
        }
        // The one that makes room when it stops counting.
        let Some(oldest) = counted
            .len()
            .checked_sub(SINGLES)
            .and_then(|at| counted.get(at))
        else {
            return Telling::Single;
        };
        let room = over(*oldest);
        Telling::Defer(group_free.map_or(room, |free| free.max(room)))
    }

    /// Whether this alert goes with the others that wait, or waits with them, if there are any.
    #[must_use]
    pub fn asks_who_waits(&self, now: Timestamp) -> bool {
        self.deferred_until(now).is_none() && self.decide(now, 2) != Telling::Single
    }

    /// Until when alerts that come now wait, if a group is planned.
    #[must_use]
    pub fn deferred_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.group_at.filter(|until| *until > now)
    }

    /// The value once this was decided.
    #[must_use]
    pub fn after(&self, telling: Telling, now: Timestamp) -> Self {
        let mut next = Self {
            singles: self.counted(now).to_vec(),
            revision: self.revision + 1,
            ..self.clone()
        };
        match telling {
            Telling::Single => {
                // Time that steps back is recorded as standing still: the order must hold.
                let at = next.singles.last().map_or(now, |last| now.max(*last));
                next.singles.push(at);
                next.group_at = None;
            }
            Telling::Group => {
                next.grouped_at = Some(now);
                next.group_at = None;
            }
            Telling::Defer(until) => next.group_at = Some(until),
        }
        next
    }

    fn counted(&self, now: Timestamp) -> &[Timestamp] {
        let first = self.singles.partition_point(|at| over(*at) <= now);
        self.singles.get(first..).unwrap_or(&[])
    }
}

/// When something that went then stops counting.
fn over(at: Timestamp) -> Timestamp {
    at.saturating_add(COUNTED).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
