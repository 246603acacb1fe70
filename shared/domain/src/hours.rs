//! Sending hours: when messages of a class may leave (requirement S3).

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use crate::message::Class;
use crate::zone::wib;

/// One daily window in WIB, from `open` (inclusive) to `close` (exclusive), same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendingHours {
    open: Time,
    close: Time,
}

/// The window was not a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sending hours must open before they close on the same day")]
pub struct HoursError;

impl SendingHours {
    /// The brief's default, 09.00–17.00 WIB.
    pub const DEFAULT: Self = Self {
        open: Time::constant(9, 0, 0, 0),
        close: Time::constant(17, 0, 0, 0),
    };

    /// A window.
    ///
    /// # Errors
    /// [`HoursError`] unless `open` lies before `close`.
    pub fn new(open: Time, close: Time) -> Result<Self, HoursError> {
        if open < close {
            Ok(Self { open, close })
        } else {
            Err(HoursError)
        }
    }

    /// When it opens, WIB.
    #[must_use]
    pub fn open(&self) -> Time {
        self.open
    }

    /// When it closes, WIB.
    #[must_use]
    pub fn close(&self) -> Time {
        self.close
    }

    /// Whether messages that keep the hours may leave at this moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let time = at.to_zoned(wib()).time();
        self.open <= time && time < self.close
    }

    /// `at` itself while open, otherwise the next opening.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        if self.is_open(at) {
            return at;
        }
        let time = at.to_zoned(wib()).time();
        let mut wait = self.open.duration_since(time);
        if wait.is_negative() {
            wait += SignedDuration::from_hours(24);
        }
        at.saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoursPolicy {
    /// The window.
    pub hours: SendingHours,
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
        Self { hours, rules }
    }

    /// The same with another rule for one class.
    #[must_use]
    pub fn with_rule(mut self, class: Class, rule: HoursRule) -> Self {
        self.rules[class as usize] = rule;
        self
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
            HoursRule::AtOnceWithin { .. } | HoursRule::Obeys => self.hours.next_open(now),
        }
    }

    /// What part of a class's lane is open now: `None` = nothing; `Some(t)` = rows due from `t`
    /// on. The row itself is checked again by its cause, since a retry moves it in the lane.
    #[must_use]
    pub fn lane_open_from(&self, class: Class, now: Timestamp) -> Option<Timestamp> {
        match self.rule(class) {
            HoursRule::Free => Some(Timestamp::MIN),
            _ if self.hours.is_open(now) => Some(Timestamp::MIN),
            HoursRule::AtOnceWithin { minutes } => {
                Some(now.saturating_sub(grace(minutes)).unwrap_or(Timestamp::MIN))
            }
            HoursRule::Obeys => None,
        }
    }
}

fn grace(minutes: u16) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_window_includes_its_opening_and_excludes_its_closing() {
        let hours = SendingHours::DEFAULT;
        assert!(!hours.is_open(at("2026-11-29T01:59:59.999Z")));
        assert!(hours.is_open(at("2026-11-29T02:00:00Z")));
        assert!(hours.is_open(at("2026-11-29T09:59:59.999Z")));
        assert!(!hours.is_open(at("2026-11-29T10:00:00Z")));
    }

    #[test]
    fn the_next_opening_is_today_or_tomorrow_over_a_month_end() {
        let hours = SendingHours::DEFAULT;
        // 08.00 WIB and 20.00 WIB on 30 November, 00.30 WIB on 1 December.
        assert_eq!(
            hours.next_open(at("2026-11-30T01:00:00Z")),
            at("2026-11-30T02:00:00Z")
        );
        assert_eq!(
            hours.next_open(at("2026-11-30T13:00:00Z")),
            at("2026-12-01T02:00:00Z")
        );
        assert_eq!(
            hours.next_open(at("2026-11-30T17:30:00Z")),
            at("2026-12-01T02:00:00Z")
        );
        let noon = at("2026-11-30T05:00:00Z");
        assert_eq!(hours.next_open(noon), noon);
    }

    #[test]
    fn a_window_that_is_none_is_refused() {
        let nine = Time::constant(9, 0, 0, 0);
        assert_eq!(SendingHours::new(nine, nine), Err(HoursError));
    }

    #[test]
    fn a_welcome_goes_at_night_for_half_an_hour_and_an_alert_waits() {
        let policy = HoursPolicy::new(SendingHours::DEFAULT);
        let cause = at("2026-11-30T13:00:00Z");
        let soon = at("2026-11-30T13:30:00Z");
        let late = at("2026-11-30T13:30:01Z");
        let morning = at("2026-12-01T02:00:00Z");
        assert_eq!(policy.opens_at(Class::Welcome, cause, soon), soon);
        assert_eq!(policy.opens_at(Class::Welcome, cause, late), morning);
        assert_eq!(policy.opens_at(Class::ReferrerAlert, cause, soon), morning);
        assert_eq!(policy.opens_at(Class::Reminder, cause, late), late);
        assert_eq!(policy.lane_open_from(Class::ReferrerAlert, soon), None);
        assert_eq!(policy.lane_open_from(Class::Welcome, soon), Some(cause));
        let eager = policy.with_rule(Class::ReferrerAlert, HoursRule::Free);
        assert_eq!(eager.opens_at(Class::ReferrerAlert, cause, soon), soon);
    }
}
