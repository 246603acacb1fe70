use jiff::{SignedDuration, Timestamp};

use super::SendingHours;
use crate::message::Class;

/// How one class treats the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursRule {
    /// Waits for them.
    Obeys,
    /// May go at once within so many minutes of its cause, and waits for them afterwards.
    AtOnceWithin {
        /// Minutes.
        minutes: u16,
    },
    /// Goes at any time.
    Free,
}

/// The hours and who keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoursPolicy {
    /// The hours of every class that has none of its own.
    common: SendingHours,
    /// At most one entry for each class, in the order of the classes.
    own: Vec<(Class, SendingHours)>,
    rules: [HoursRule; 5],
}

impl HoursPolicy {
    /// The brief's defaults: broadcasts, follow-ups and alerts keep the hours, a welcome may go
    /// within 30 minutes of its cause, reminders go when they are due.
    #[must_use]
    pub fn new(hours: SendingHours) -> Self {
        let rules = Class::ALL.map(|class| match class {
            Class::Reminder => HoursRule::Free,
            Class::Welcome => HoursRule::AtOnceWithin { minutes: 30 },
            Class::ReferrerAlert | Class::FollowUp | Class::Broadcast => HoursRule::Obeys,
        });
        Self {
            common: hours,
            own: Vec::new(),
            rules,
        }
    }

    /// The same with another rule for one class.
    #[must_use]
    pub fn with_rule(mut self, class: Class, rule: HoursRule) -> Self {
        self.rules[class as usize] = rule;
        self
    }

    /// The same with hours of its own for one class, or the common ones again.
    #[must_use]
    pub fn with_hours(mut self, class: Class, hours: Option<SendingHours>) -> Self {
        self.own.retain(|(other, _)| *other != class);
        self.own.extend(hours.map(|hours| (class, hours)));
        self.own.sort_unstable_by_key(|(class, _)| *class);
        self
    }

    /// The hours of classes without their own.
    #[must_use]
    pub fn common(&self) -> &SendingHours {
        &self.common
    }

    /// The hours that only this class has.
    #[must_use]
    pub fn own(&self, class: Class) -> Option<&SendingHours> {
        self.own
            .iter()
            .find(|(other, _)| *other == class)
            .map(|(_, hours)| hours)
    }

    /// The hours that hold for a class, if its rule keeps any.
    #[must_use]
    pub fn hours(&self, class: Class) -> &SendingHours {
        self.own(class).unwrap_or(&self.common)
    }

    /// The rule of a class.
    #[must_use]
    pub fn rule(&self, class: Class) -> HoursRule {
        self.rules[class as usize]
    }

    /// When a message with this cause may leave: `now` if at once.
    #[must_use]
    pub fn opens_at(&self, class: Class, cause_at: Timestamp, now: Timestamp) -> Timestamp {
        match self.rule(class) {
            HoursRule::Free => now,
            HoursRule::AtOnceWithin { minutes }
                if now.duration_since(cause_at) <= grace(minutes) =>
            {
                now
            }
            HoursRule::AtOnceWithin { .. } | HoursRule::Obeys => self.hours(class).next_open(now),
        }
    }

    /// What part of a class's lane is open now: `None` = nothing; `Some(t)` = rows due from `t`
    /// on. The row itself is checked again by its cause, since a retry moves it in the lane.
    #[must_use]
    pub fn lane_open_from(&self, class: Class, now: Timestamp) -> Option<Timestamp> {
        match self.rule(class) {
            HoursRule::Free => Some(Timestamp::MIN),
            _ if self.hours(class).is_open(now) => Some(Timestamp::MIN),
            HoursRule::AtOnceWithin { minutes } => {
                Some(now.saturating_sub(grace(minutes)).unwrap_or(Timestamp::MIN))
            }
            HoursRule::Obeys => None,
        }
    }

    /// Since when a row of the class that was due at `due` could be sent, as far as hours decide.
    #[must_use]
    pub fn sendable_since(&self, class: Class, due: Timestamp, now: Timestamp) -> Timestamp {
        match self.rule(class) {
            HoursRule::Free => due,
            _ => self
                .hours(class)
                .open_since(now)
                .map_or(due, |opened| opened.max(due)),
        }
    }

    /// When the whole of a class's lane is open: `now` while it is.
    #[must_use]
    pub fn lane_opens(&self, class: Class, now: Timestamp) -> Timestamp {
        match self.rule(class) {
            HoursRule::Free => now,
            HoursRule::AtOnceWithin { .. } | HoursRule::Obeys => self.hours(class).next_open(now),
        }
    }
}

fn grace(minutes: u16) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}
