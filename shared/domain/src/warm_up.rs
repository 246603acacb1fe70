//! Warm-up (requirement S2): a number that is new, or was not used for days, begins with few
//! messages a day. WhatsApp restricts accounts that suddenly write to many people.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::number::Number;
use crate::pace::Pace;
use crate::zone::wib_day;

/// Messages on the first day, the second … as people who run such numbers report them; after
/// these days the number's own cap holds.
pub const RAMP: [u32; 7] = [20, 36, 65, 117, 210, 378, 680];

/// A number that sent nothing for this long begins again.
pub const IDLE: SignedDuration = SignedDuration::from_hours(72);

/// Whether a number that was last used then counts as idle. One that we have never used does not:
/// since when it has been in use was asked when it was added.
#[must_use]
pub fn is_idle(last_used_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_used_at.is_some_and(|last| now.duration_since(last) >= IDLE)
}

/// Messages the warm-up allows on the day of `at` (WIB), or `None` when it is over or switched off.
#[must_use]
pub fn allowance(number: &Number, pace: &Pace, at: Timestamp) -> Option<u32> {
    if !number.limits.warms_up() {
        return None;
    }
    let today = wib_day(at);
    let in_use = wib_day(number.in_use_since);
    let began = if is_idle(pace.last_used_at, at) {
        today
    } else {
        pace.ramp_since.map_or(in_use, |since| since.max(in_use))
    };
    step(began, today)
}

/// The same for a number whose pace is not at hand: by how long it has been in use alone.
#[must_use]
pub fn allowance_by_age(number: &Number, at: Timestamp) -> Option<u32> {
    number.limits.warms_up().then_some(())?;
    step(wib_day(number.in_use_since), wib_day(at))
}

fn step(began: Date, today: Date) -> Option<u32> {
    let days = today.since(began).map_or(0, |span| span.get_days());
    RAMP.get(usize::try_from(days).unwrap_or(0)).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::NumberId;
    use crate::number::Limits;
    use crate::pace::{MaySend, may_send};
    use crate::reserve::Reserve;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn number(in_use_since: &str) -> Number {
        Number {
            id: NumberId(Uuid::from_u128(1)),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: at(in_use_since),
            limits: Limits::new(2, 5, 600, 1_000).unwrap(),
            failure_streak: 0,
            cool_until: None,
            record: crate::number::HealthRecord::default(),
        }
    }

    fn used(at: Timestamp, number: &Number) -> Pace {
        Pace::new(number.id, at).with_send(at, &number.limits)
    }

    #[test]
    fn a_new_number_climbs_by_days_in_wib_also_over_a_month_end() {
        // Added at 23.30 WIB on 29 November: half an hour later its second day begins.
        let number = number("2026-11-29T16:30:00Z");
        let pace = Pace::new(number.id, number.in_use_since);
        let of = |text: &str| allowance(&number, &pace, at(text));
        assert_eq!(of("2026-11-29T16:59:59Z"), Some(20));
        assert_eq!(of("2026-11-29T17:00:00Z"), Some(36));
        assert_eq!(of("2026-11-30T17:00:00Z"), Some(65));
        assert_eq!(of("2026-12-05T16:59:59Z"), Some(680));
        assert_eq!(of("2026-12-05T17:00:00Z"), None);
    }

    #[test]
    fn a_number_in_use_for_long_needs_no_warm_up_until_it_was_idle_for_three_days() {
        let number = number("2026-08-01T00:00:00Z");
        let first = at("2026-11-20T05:00:00Z");
        assert_eq!(
            allowance(&number, &Pace::new(number.id, first), first),
            None
        );
        let pace = used(first, &number);
        assert_eq!(allowance(&number, &pace, at("2026-11-23T04:59:59Z")), None);
        let again = at("2026-11-23T05:00:00Z");
        assert_eq!(allowance(&number, &pace, again), Some(20));
        // Sending ends the idleness, not the warm-up.
        let pace = pace.with_send(again, &number.limits);
        assert_eq!(allowance(&number, &pace, again), Some(20));
        assert_eq!(
            allowance(&number, &pace, at("2026-11-24T05:00:00Z")),
            Some(36)
        );
    }

    #[test]
    fn the_twentieth_message_of_the_first_day_is_the_last() {
        let number = number("2026-11-30T01:00:00Z");
        let mut now = at("2026-11-30T05:00:00Z");
        let mut pace = Pace::new(number.id, now);
        for _ in 0..20 {
            assert_eq!(may_send(&number, &pace, Reserve::NONE, now), MaySend::Now);
            pace = pace.with_send(now, &number.limits);
            now = now.saturating_add(SignedDuration::from_secs(5)).unwrap();
        }
        let midnight = at("2026-11-30T17:00:00Z");
        assert_eq!(
            may_send(&number, &pace, Reserve::NONE, now),
            MaySend::From(midnight)
        );
        let grown = Number {
            limits: number.limits.with_warm_up(false),
            ..number
        };
        assert_eq!(may_send(&grown, &pace, Reserve::NONE, now), MaySend::Now);
    }
}
