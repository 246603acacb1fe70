#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::hours::SendingHours;
use crate::number::{Limits, Number};
use crate::pace::Pace;
use crate::reserve::Ahead;
use uuid::Uuid;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A number that sends one message in 4.5 s.
fn runner(id: u128, hourly: u16, daily: u32) -> Runner {
    let number_id = NumberId(Uuid::from_u128(id));
    Runner {
        number: Number {
            id: number_id,
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: Timestamp::UNIX_EPOCH,
            limits: Limits::new(2, 5, hourly, daily).unwrap(),
            failure_streak: 0,
            cool_until: None,
            record: crate::number::HealthRecord::default(),
        },
        pace: Pace::new(number_id, at("2026-11-30T00:00:00Z")),
    }
}

fn load(class: Class, messages: u32, not_before: &str) -> Load {
    Load {
        class,
        messages,
        not_before: at(not_before),
        expires_at: at("2027-06-01T00:00:00Z"),
    }
}

fn look<T>(
    now: &str,
    runners: &[Runner],
    control: &Control,
    ask: impl FnOnce(&Outlook<'_>) -> T,
) -> T {
    ask(&Outlook {
        now: at(now),
        runners,
        hours: &HoursPolicy::new(SendingHours::DEFAULT),
        control,
        welcome_reserve_percent: 10,
        request: SignedDuration::from_secs(1),
    })
}

fn see(now: &str, runners: &[Runner], control: &Control, loads: &[Load]) -> Forecast {
    look(now, runners, control, |outlook| forecast(outlook, loads))
}

fn minutes(from: &str, to: Option<Timestamp>) -> f64 {
    to.unwrap().duration_since(at(from)).as_secs_f64() / 60.0
}

const TEN: &str = "2026-11-30T03:00:00Z";

#[test]
fn few_messages_take_a_gap_and_a_request_each() {
    let seen = see(
        TEN,
        &[runner(1, 240, 1_000)],
        &Control::default(),
        &[load(Class::FollowUp, 100, TEN)],
    );
    assert!((minutes(TEN, seen.done_at) - 7.5).abs() < 0.01);
    let one = &seen.loads[0];
    assert_eq!(
        (one.sent, one.unsent, one.begins_at),
        (100, 0, Some(at(TEN)))
    );
    assert_eq!(one.by_number.len(), 1);
}

#[test]
fn what_the_numbers_send_adds_up_however_few_there_are() {
    let three = [1, 2, 3].map(|id| runner(id, 240, 1_000));
    for messages in [1, 2, 3, 7, 100, 5_000] {
        let loads = [load(Class::FollowUp, messages, TEN)];
        let seen = see(TEN, &three, &Control::default(), &loads)
            .loads
            .remove(0);
        let by_number: u32 = seen.by_number.iter().map(|(_, count)| count).sum();
        assert_eq!(by_number, seen.sent, "{:?}", seen.by_number);
        assert_eq!(seen.sent + seen.unsent, messages);
    }
}

#[test]
fn the_hour_the_day_and_the_window_hold_messages_back() {
    let done = |messages| {
        see(
            TEN,
            &[runner(1, 240, 1_000)],
            &Control::default(),
            &[load(Class::FollowUp, messages, TEN)],
        )
        .done_at
    };
    // 240 in 18 minutes; the 300th leaves with the second hour's sixtieth.
    let second_hour = minutes(TEN, done(300));
    assert!((64.0..70.0).contains(&second_hour), "{second_hour}");
    // 1 000 in the first five hours; the 1 100th leaves when the next day has opened.
    let next_day = minutes("2026-12-01T02:00:00Z", done(1_100));
    assert!((7.0..8.0).contains(&next_day), "{next_day}");
}

#[test]
fn the_urgent_go_first_and_broadcasts_leave_room() {
    let loads = [
        load(Class::Broadcast, 300, TEN),
        load(Class::Reminder, 100, TEN),
    ];
    let seen = see(TEN, &[runner(1, 240, 1_000)], &Control::default(), &loads);
    assert!((minutes(TEN, seen.loads[1].done_at) - 7.5).abs() < 0.01);
    assert!((minutes(TEN, seen.loads[0].begins_at) - 7.5).abs() < 0.01);
    // A tenth of 240 is kept: 216 − 100 broadcasts in this hour, the others in the next.
    let broadcast = minutes(TEN, seen.loads[0].done_at);
    assert!((68.0..85.0).contains(&broadcast), "{broadcast}");

    let ahead = Control {
        ahead: vec![Ahead {
            messages: 240,
            from: at("2026-11-30T03:30:00Z"),
            until: at("2026-11-30T04:30:00Z"),
        }],
        ..Control::default()
    };
    let seen = see(TEN, &[runner(1, 240, 1_000)], &ahead, &loads[..1]);
    assert_eq!(seen.loads[0].begins_at, Some(at("2026-11-30T04:30:00Z")));
}

#[test]
fn what_is_stopped_or_without_a_number_is_not_foretold() {
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    let loads = [load(Class::FollowUp, 10, TEN)];
    let seen = see(TEN, &[runner(1, 240, 1_000)], &stopped, &loads);
    assert_eq!((seen.done_at, seen.loads[0].unsent), (None, 10));
    let seen = see(TEN, &[], &Control::default(), &loads);
    assert_eq!((seen.done_at, seen.loads[0].unsent), (None, 10));
    let mut out = runner(1, 240, 1_000);
    out.number.is_active = false;
    let both = [out, runner(2, 240, 1_000)];
    let seen = see(TEN, &both, &Control::default(), &loads);
    assert_eq!(seen.loads[0].by_number, [(both[1].number.id, 10)]);
}

#[test]
fn what_has_been_sent_and_the_warm_up_count() {
    let control = Control::default();
    let loads = [load(Class::FollowUp, 200, TEN)];
    let mut used = runner(1, 240, 1_000);
    for second in 0..230 {
        let then = at("2026-11-30T02:30:00Z").as_second() + second * 5;
        let then = Timestamp::from_second(then).unwrap();
        used.pace = used.pace.with_send(then, &used.number.limits);
    }
    used.pace.next_free_at = at(TEN);
    let seen = see(TEN, &[used], &control, &loads);
    let late = minutes(TEN, seen.done_at);
    assert!((44.0..52.0).contains(&late), "{late}");

    let mut new = runner(1, 240, 1_000);
    new.number.in_use_since = at("2026-11-30T00:00:00Z");
    let seen = see(TEN, &[new], &control, &loads);
    // 20, 36, 65: the rest on the fourth day.
    let fourth = minutes("2026-12-03T02:00:00Z", seen.done_at);
    assert!((0.0..10.0).contains(&fourth), "{fourth}");
}

#[test]
fn reminders_begin_as_late_as_suffices() {
    let event = "2026-11-30T12:30:00Z";
    let numbers = [runner(1, 240, 1_000), runner(2, 240, 1_000)];
    let of = |messages| {
        look(TEN, &numbers, &Control::default(), |outlook| {
            lead(
                outlook,
                &[],
                ReminderPlan {
                    messages,
                    event_at: at(event),
                    usual: SignedDuration::from_hours(1),
                    max_lead: SignedDuration::from_hours(3),
                },
            )
        })
    };
    let few = of(400);
    assert_eq!((few.unsent, few.more_numbers), (0, Some(0)));
    assert_eq!(few.begins_at, at("2026-11-30T11:30:00Z"));
    let more = of(900);
    assert_eq!(more.unsent, 0);
    let hours = at(event).duration_since(more.begins_at).as_secs_f64() / 3_600.0;
    // 480 at once, the others when an hour is over: 420 take another quarter of one.
    assert!((1.2..1.4).contains(&hours), "{hours}");
    // Each sends 720 in three hours.
    let many = of(2_000);
    assert_eq!(many.begins_at, at("2026-11-30T09:30:00Z"));
    assert!((540..=580).contains(&many.unsent), "{many:?}");
    assert_eq!(many.more_numbers, Some(1));
}

#[test]
fn hundreds_of_thousands_cost_no_more_than_the_days_they_take() {
    let numbers: Vec<Runner> = (0..50).map(|id| runner(id, 400, 2_000)).collect();
    let loads = [load(Class::Broadcast, 300_000, TEN)];
    let seen = see(TEN, &numbers, &Control::default(), &loads);
    assert_eq!(seen.loads[0].unsent, 0);
    // 90 000 a day.
    assert!((4_300.0..4_900.0).contains(&minutes(TEN, seen.done_at)));
}
