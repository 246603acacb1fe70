//! How often one referrer is told (requirement N1): a few single alerts in any hour, then one
//! message about all that wait.

use jiff::{SignedDuration, Timestamp};

use crate::pace::START_WITHIN;

/// Single alerts to one referrer in any 60 minutes.
pub const SINGLES: usize = 5;

/// An alert counts for this long: an hour, and the time that may lie between the decision and the
/// start of its request, so that no 60 minutes at the receiver hold more.
const COUNTED: SignedDuration = SignedDuration::from_secs(3_600 + START_WITHIN.as_secs() + 1);

/// Once there is no room for singles, a group gathers for so long: other numbers may hold alerts of
/// the same referrer at that moment, which could not go with it.
const GATHERS: SignedDuration = SignedDuration::from_secs(10);

/// One alert leads a planned group and is due with it; the others are due so much later, so that
/// one number takes the lead and finds them free. What is due so soon goes with a group.
pub const FOLLOWS: SignedDuration = SignedDuration::from_secs(5);

/// What one referrer was told in the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlertPace {
    /// When single alerts went, oldest first, at most [`SINGLES`].
    pub singles: Vec<Timestamp>,
    /// When the last group went.
    pub grouped_at: Option<Timestamp>,
    /// When the next group goes, once it is planned.
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
    /// Later, at the head of a group that is planned by this.
    Lead(Timestamp),
    /// Later, with a group that is planned already.
    Follow(Timestamp),
}

impl AlertPace {
    /// Decides at the moment of sending. `waiting` is how many alerts of this referrer could go
    /// now, this one included.
    ///
    /// Singles while there is room and no group is planned. Otherwise a group is planned: in some
    /// seconds if at least two wait and none went within the hour, else when there is room again.
    /// When its time has come it goes, unless one alone is left, which then goes as a single.
    #[must_use]
    pub fn decide(&self, now: Timestamp, waiting: usize) -> Telling {
        if let Some(until) = self.planned(now) {
            return Telling::Follow(until);
        }
        let counted = self.counted(now);
        // A plan that nobody came back to within the hour, as over a night, is none any more.
        let group_due = self.group_at.is_some_and(|at| over(at) > now);
        // The one that makes room when it stops counting.
        let room = counted
            .len()
            .checked_sub(SINGLES)
            .and_then(|at| counted.get(at))
            .map(|oldest| over(*oldest));
        let group_free = self.grouped_at.map(over).filter(|free| *free > now);
        let several = waiting > 1 && group_free.is_none();
        match room {
            None if !group_due => Telling::Single,
            _ if several && group_due => Telling::Group,
            None => Telling::Single,
            Some(_) if several => Telling::Lead(later(now, GATHERS)),
            Some(room) => Telling::Lead(group_free.map_or(room, |free| free.max(room))),
        }
    }

    /// Whether this alert goes with the others that wait, or waits with them, if there are any.
    #[must_use]
    pub fn asks_who_waits(&self, now: Timestamp) -> bool {
        self.planned(now).is_none() && self.decide(now, 2) != Telling::Single
    }

    /// When the planned group goes; alerts that come now follow it.
    #[must_use]
    pub fn planned(&self, now: Timestamp) -> Option<Timestamp> {
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
            Telling::Lead(until) | Telling::Follow(until) => next.group_at = Some(until),
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
    later(at, COUNTED)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
