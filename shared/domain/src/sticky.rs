//! Sticky numbers (requirement S8): a participant keeps hearing from the number they have chatted
//! with, as long as waiting for it does no harm.

use jiff::{SignedDuration, Timestamp};

use crate::dispatch::Runner;
use crate::message::Class;
use crate::pace::{MaySend, may_send};
use crate::reserve::Reserves;

/// How long a message waits for its own number.
fn patience(class: Class) -> SignedDuration {
    match class {
        Class::Reminder => SignedDuration::from_mins(2),
        _ => SignedDuration::from_mins(10),
    }
}

/// Whether rows of a class that could be sent since `since` (or can from then on) keep waiting for
/// this number: it is in use and sends them in time. `None` = the number was removed.
#[must_use]
pub fn keeps(
    runner: Option<&Runner>,
    class: Class,
    reserves: &Reserves<'_>,
    since: Timestamp,
    now: Timestamp,
) -> bool {
    let Some(Runner { number, pace }) = runner else {
        return false;
    };
    let at = since.max(now);
    let latest = since
        .saturating_add(patience(class))
        .unwrap_or(Timestamp::MAX);
    if latest < now {
        return false;
    }
    match may_send(number, pace, reserves.of(class, number, at), at) {
        MaySend::Now => pace.next_free_at <= latest,
        MaySend::From(then) => then.max(pace.next_free_at) <= latest,
        MaySend::No => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::NumberId;
    use crate::number::{Limits, Number};
    use crate::pace::Pace;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn runner() -> Runner {
        let id = NumberId(Uuid::from_u128(1));
        Runner {
            number: Number {
                id,
                priority: 1,
                is_active: true,
                out_reason: None,
                paused: false,
                in_use_since: Timestamp::UNIX_EPOCH,
                limits: Limits::DEFAULT,
                failure_streak: 0,
                cool_until: None,
                record: crate::number::HealthRecord::default(),
            },
            pace: Pace::new(id, at(0)),
        }
    }

    fn kept(runner: Option<&Runner>, class: Class, due: i64) -> bool {
        let reserves = Reserves::new(0, &[], [], at(0));
        keeps(runner, class, &reserves, at(due), at(0))
    }

    #[test]
    fn a_number_that_is_gone_out_or_paused_keeps_nothing() {
        assert!(kept(Some(&runner()), Class::Welcome, 0));
        assert!(!kept(None, Class::Welcome, 0));
        let mut out = runner();
        out.number.is_active = false;
        assert!(!kept(Some(&out), Class::Welcome, 0));
        let mut paused = runner();
        paused.number.paused = true;
        assert!(!kept(Some(&paused), Class::Welcome, 0));
    }

    #[test]
    fn patience_ends_although_the_number_is_well_and_merely_has_too_many() {
        let well = runner();
        assert!(kept(Some(&well), Class::Welcome, -600));
        assert!(!kept(Some(&well), Class::Welcome, -601));
        assert!(!kept(Some(&well), Class::Reminder, -121));
    }

    #[test]
    fn a_resting_number_keeps_for_ten_minutes_and_reminders_for_two() {
        let mut resting = runner();
        resting.number.cool_until = Some(at(600));
        assert!(kept(Some(&resting), Class::Welcome, 0));
        assert!(!kept(Some(&resting), Class::Reminder, 0));
        // By the time this reminder is due, the rest is nearly over.
        assert!(kept(Some(&resting), Class::Reminder, 500));
        resting.number.cool_until = Some(at(601));
        assert!(!kept(Some(&resting), Class::Welcome, 0));
        resting.number.cool_until = Some(at(120));
        assert!(kept(Some(&resting), Class::Reminder, 0));
    }
}
