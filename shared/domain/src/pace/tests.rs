#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn number(hourly: u16, daily: u32) -> Number {
    Number {
        id: NumberId(Uuid::from_u128(7)),
        priority: 1,
        is_active: true,
        out_reason: None,
        paused: false,
        in_use_since: Timestamp::UNIX_EPOCH,
        limits: Limits::new(2, 5, hourly, daily).unwrap(),
        failure_streak: 0,
        cool_until: None,
        record: crate::number::HealthRecord::default(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

proptest! {
    /// A number that sends as soon as it may never exceeds its caps, in any hour, on any day.
    #[test]
    fn caps_hold_for_a_greedy_number(
        hourly in 1u16..40,
        daily in 1u32..200,
        gaps in proptest::collection::vec(0i64..400, 1..400),
    ) {
        let number = number(hourly, daily);
        let mut pace = Pace::new(number.id, at(0));
        let mut now = at(0);
        let mut sent: Vec<Timestamp> = Vec::new();
        for gap in gaps {
            now = now.saturating_add(SignedDuration::from_secs(gap)).unwrap();
            match may_send(&number, &pace, Reserve::NONE, now) {
                MaySend::Now => {
                    pace = pace.with_send(now, &number.limits);
                    sent.push(now);
                }
                MaySend::From(then) => {
                    prop_assert!(then > now);
                    prop_assert_eq!(may_send(&number, &pace, Reserve::NONE, then), MaySend::Now);
                    now = then;
                }
                MaySend::No => prop_assert!(false, "a healthy number is never refused for good"),
            }
            let (base, bytes) = pace.history.pack();
            prop_assert_eq!(&History::unpack(base, &bytes).unwrap(), &pace.history);
        }
        for (i, first) in sent.iter().enumerate() {
            let hour = sent[i..].iter().take_while(|t| t.duration_since(*first) <= SignedDuration::from_hours(1)).count();
            prop_assert!(hour <= usize::from(hourly));
            let day = sent.iter().filter(|t| wib_day(**t) == wib_day(*first)).count();
            prop_assert!(day <= daily as usize);
        }
    }
}

#[test]
fn a_number_out_paused_or_cooling_says_so() {
    let pace = Pace::new(NumberId(Uuid::from_u128(7)), at(0));
    let out = Number {
        is_active: false,
        ..number(10, 10)
    };
    let paused = Number {
        paused: true,
        ..number(10, 10)
    };
    let cooling = Number {
        cool_until: Some(at(30)),
        ..number(10, 10)
    };
    assert_eq!(may_send(&out, &pace, Reserve::NONE, at(0)), MaySend::No);
    assert_eq!(may_send(&paused, &pace, Reserve::NONE, at(0)), MaySend::No);
    assert_eq!(
        may_send(&cooling, &pace, Reserve::NONE, at(0)),
        MaySend::From(at(30))
    );
    assert_eq!(
        may_send(&cooling, &pace, Reserve::NONE, at(30)),
        MaySend::Now
    );
}

#[test]
fn the_daily_count_starts_again_at_midnight_in_wib() {
    let number = number(600, 1);
    let evening: Timestamp = "2026-11-30T16:59:00Z".parse().unwrap();
    let midnight: Timestamp = "2026-11-30T17:00:00Z".parse().unwrap();
    let pace = Pace::new(number.id, evening).with_send(evening, &number.limits);
    assert_eq!(
        may_send(&number, &pace, Reserve::NONE, evening),
        MaySend::From(midnight)
    );
    assert_eq!(
        may_send(&number, &pace, Reserve::NONE, midnight),
        MaySend::Now
    );
}

#[test]
fn no_permit_is_written_whose_request_could_start_on_the_next_day() {
    let number = number(600, 10);
    let midnight: Timestamp = "2026-11-30T17:00:00Z".parse().unwrap();
    let pace = Pace::new(number.id, at(0));
    let may = |before_ms: i64| {
        let now = midnight.saturating_sub(SignedDuration::from_millis(before_ms));
        may_send(&number, &pace, Reserve::NONE, now.unwrap())
    };
    assert_eq!(may(6_001), MaySend::Now);
    assert_eq!(may(6_000), MaySend::From(midnight));
    assert_eq!(may(1), MaySend::From(midnight));
    assert_eq!(may(0), MaySend::Now);
}

#[test]
fn an_odd_history_is_an_error() {
    assert_eq!(History::unpack(0, &[1, 2, 3]), Err(HistoryError));
}
