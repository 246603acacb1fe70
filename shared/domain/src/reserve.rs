//! What broadcasts leave free of a number's caps (requirement S2): room for the reminders of coming
//! events and for welcomes. A broadcast that used up the hour before an event would delay its
//! reminders by that hour, whatever their priority.

use jiff::{SignedDuration, Timestamp};

use crate::message::Class;
use crate::number::{Health, Number};
use crate::pace::COUNTED;
use crate::warm_up;
use crate::zone::wib_day;

/// Messages that are kept free; nothing for the classes that the reserve is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reserve {
    /// Per cent of each cap, for welcomes.
    percent: u8,
    /// Messages of the hourly cap, for reminders.
    hour: u32,
    /// Messages of the daily cap, for reminders.
    day: u32,
}

/// Reminders that are planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// How many.
    pub messages: u32,
    /// When they begin.
    pub from: Timestamp,
    /// When they are useless: the event's start.
    pub until: Timestamp,
}

impl Reserve {
    /// Nothing is kept free.
    pub const NONE: Self = Self {
        percent: 0,
        hour: 0,
        day: 0,
    };

    /// What is left of an hourly cap.
    #[must_use]
    pub fn of_hour(&self, cap: u32) -> u32 {
        self.left(cap, self.hour)
    }

    /// What is left of a daily cap.
    #[must_use]
    pub fn of_day(&self, cap: u32) -> u32 {
        self.left(cap, self.day)
    }

    fn left(&self, cap: u32, reminders: u32) -> u32 {
        let welcomes = u64::from(cap) * u64::from(self.percent.min(100));
        let welcomes = u32::try_from(welcomes.div_ceil(100)).unwrap_or(cap);
        cap.saturating_sub(welcomes).saturating_sub(reminders)
    }
}

/// Everything from which a reserve is computed.
#[derive(Debug, Clone, Copy)]
pub struct Reserves<'a> {
    /// Per cent of each cap that is kept for welcomes.
    pub welcome_percent: u8,
    /// Reminders that are planned.
    pub ahead: &'a [Ahead],
    /// Capacity they will be spread over: what all numbers in use can send in an hour.
    pub capacity: u32,
}

impl<'a> Reserves<'a> {
    /// Reminders are spread over the numbers that are in use now.
    #[must_use]
    pub fn new<'n>(
        welcome_percent: u8,
        ahead: &'a [Ahead],
        numbers: impl IntoIterator<Item = &'n Number>,
        now: Timestamp,
    ) -> Self {
        let capacity = numbers
            .into_iter()
            .filter(|number| number.health(now) != Health::Out)
            .map(|number| weight(number, now))
            .sum();
        Self {
            welcome_percent,
            ahead,
            capacity,
        }
    }

    /// What a message of this class leaves free of this number's caps.
    #[must_use]
    pub fn of(&self, class: Class, number: &Number, now: Timestamp) -> Reserve {
        if class != Class::Broadcast {
            return Reserve::NONE;
        }
        let share = |messages: u32| {
            let part = u64::from(messages) * u64::from(weight(number, now));
            u32::try_from(part.div_ceil(u64::from(self.capacity.max(1)))).unwrap_or(u32::MAX)
        };
        let coming = self.ahead.iter().filter(|ahead| now < ahead.until);
        let (mut hour, mut day) = (0_u32, 0_u32);
        for ahead in coming {
            // What is sent from here on still counts when the reminders begin.
            if now
                .saturating_add(COUNTED + MARGIN)
                .is_ok_and(|soon| soon >= ahead.from)
            {
                hour = hour.saturating_add(share(ahead.messages));
            }
            if wib_day(ahead.from) <= wib_day(now) || wib_day(ahead.until) == wib_day(now) {
                day = day.saturating_add(share(ahead.messages));
            }
        }
        Reserve {
            percent: self.welcome_percent,
            hour,
            day,
        }
    }
}

/// What a number can send in an hour: one that is warming up counts for its day's allowance.
fn weight(number: &Number, now: Timestamp) -> u32 {
    let cap = u32::from(number.limits.hourly_cap());
    warm_up::allowance_by_age(number, now).map_or(cap, |allowance| cap.min(allowance))
}

/// Between a decision and its request, and between two looks at the settings.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::NumberId;
    use crate::number::Limits;
    use crate::pace::{MaySend, Pace, may_send};
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn number(id: u128, hourly: u16) -> Number {
        Number {
            id: NumberId(Uuid::from_u128(id)),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: Timestamp::UNIX_EPOCH,
            limits: Limits::new(2, 5, hourly, 1_000).unwrap(),
            failure_streak: 0,
            cool_until: None,
            record: crate::number::HealthRecord::default(),
        }
    }

    fn tonight() -> Ahead {
        Ahead {
            messages: 300,
            from: at("2026-11-29T11:30:00Z"),
            until: at("2026-11-29T12:30:00Z"),
        }
    }

    #[test]
    fn reminders_are_spread_by_hourly_caps_and_keep_the_hour_before_them_free() {
        let numbers = [number(1, 200), number(2, 100)];
        let ahead = [tonight()];
        let reserve = |class, number: &Number, now: &str| {
            let now = at(now);
            Reserves::new(0, &ahead, &numbers, now).of(class, number, now)
        };
        let noon = reserve(Class::Broadcast, &numbers[0], "2026-11-29T05:00:00Z");
        assert_eq!((noon.of_hour(200), noon.of_day(1_000)), (200, 800));
        let soon = reserve(Class::Broadcast, &numbers[0], "2026-11-29T10:35:00Z");
        assert_eq!((soon.of_hour(200), soon.of_day(1_000)), (0, 800));
        let second = reserve(Class::Broadcast, &numbers[1], "2026-11-29T10:35:00Z");
        assert_eq!((second.of_hour(100), second.of_day(1_000)), (0, 900));
        let day_before = reserve(Class::Broadcast, &numbers[0], "2026-11-28T10:35:00Z");
        assert_eq!(day_before.of_day(1_000), 1_000);
        let over = reserve(Class::Broadcast, &numbers[0], "2026-11-29T12:30:00Z");
        assert_eq!(over, Reserve::NONE);
        for class in [Class::Reminder, Class::Welcome, Class::FollowUp] {
            let free = reserve(class, &numbers[0], "2026-11-29T10:35:00Z");
            assert_eq!(free, Reserve::NONE);
        }
    }

    #[test]
    fn a_number_that_is_out_bears_no_share() {
        let out = Number {
            is_active: false,
            ..number(2, 100)
        };
        let numbers = [number(1, 200), out];
        let now = at("2026-11-29T10:35:00Z");
        let small = [Ahead {
            messages: 60,
            ..tonight()
        }];
        let reserve =
            Reserves::new(0, &small, &numbers, now).of(Class::Broadcast, &numbers[0], now);
        assert_eq!(reserve.of_hour(200), 140);
    }

    #[test]
    fn a_number_that_warms_up_bears_no_more_than_it_may_send() {
        let now = at("2026-11-29T10:35:00Z");
        let new = Number {
            in_use_since: now,
            ..number(2, 200)
        };
        let numbers = [number(1, 200), new];
        let small = [Ahead {
            messages: 110,
            ..tonight()
        }];
        let reserves = Reserves::new(0, &small, &numbers, now);
        let kept = |number| 200 - reserves.of(Class::Broadcast, number, now).of_hour(200);
        assert_eq!((kept(&numbers[0]), kept(&numbers[1])), (100, 10));
    }

    #[test]
    fn a_tenth_is_kept_for_welcomes_and_at_least_one() {
        let numbers = [number(1, 600)];
        let now = at("2026-11-29T05:00:00Z");
        let reserve = Reserves::new(10, &[], &numbers, now).of(Class::Broadcast, &numbers[0], now);
        assert_eq!(reserve.of_hour(600), 540);
        assert_eq!(reserve.of_day(20), 18);
        assert_eq!(reserve.of_hour(1), 0);
    }

    #[test]
    fn broadcasts_stop_at_the_reserve_and_a_welcome_still_goes() {
        let number = number(1, 10);
        let mut now = at("2026-11-29T05:00:00Z");
        let mut pace = Pace::new(number.id, now);
        let reserves = Reserves::new(20, &[], [&number], now);
        let bulk = reserves.of(Class::Broadcast, &number, now);
        let mut sent = 0;
        while may_send(&number, &pace, bulk, now) == MaySend::Now {
            pace = pace.with_send(now, &number.limits);
            now = now.saturating_add(SignedDuration::from_secs(5)).unwrap();
            sent += 1;
        }
        assert_eq!(sent, 8);
        assert_eq!(may_send(&number, &pace, Reserve::NONE, now), MaySend::Now);
        let all = Reserves::new(100, &[], [&number], now).of(Class::Broadcast, &number, now);
        assert!(matches!(may_send(&number, &pace, all, now), MaySend::From(then) if then > now));
    }
}
