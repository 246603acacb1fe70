//! Sending hours by weekday, in another zone, over midnight, and for one class alone.

use app::settings::save_settings;
use domain::hours::{HoursPolicy, SendingHours, Window, Zone};
use domain::message::Class;
use domain::settings::Settings;
use jiff::Timestamp;
use jiff::civil::Time;
use tests::{Person, Town, state, word};

fn window(open: i8, close: i8) -> Option<Window> {
    let hour = |hour| Time::constant(hour, 0, 0, 0);
    Some(Window::new(hour(open), hour(close)).expect("a window"))
}

async fn keep(town: &Town, hours: HoursPolicy) {
    let settings = Settings {
        hours,
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &settings)
        .await
        .expect("saved");
}

/// A referrer's alert, queued at this moment; its welcome is long over.
async fn alert(town: &Town) -> Person {
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    town.all_register(&[Person::nth(1).invited_by(&referrer)])
        .await;
    town.advance(60).await;
    referrer
}

async fn alert_comes_at(town: &Town, referrer: &Person, expected: &str) {
    let row = &town.log_of(referrer, "referrer_alert").await[0];
    assert_eq!(state(row), "queued/waiting_window");
    let expected: Timestamp = expected.parse().expect("a time");
    let said: Timestamp = word(row, "expected_at")
        .expect("a time")
        .parse()
        .expect("a time");
    assert_eq!(said, expected, "what the row says");
    town.cloud
        .conductor
        .advance_to(
            expected
                .saturating_add(jiff::SignedDuration::from_secs(60))
                .expect("a time"),
        )
        .await
        .expect("time advances");
    let chat = town.chat(referrer).await;
    assert_eq!(chat.len(), 2);
    let late = chat[1].at.duration_since(expected).as_secs();
    assert!((0..60).contains(&late), "{late} s after the opening");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_sunday_and_the_end_of_the_year_are_waited_out() {
    // Thursday 31 December 2026, 17.30 WIB; Friday to Sunday nobody sends.
    let town = Town::open_on("2026-12-31 17:30").await;
    let mut days = [window(9, 17); 7];
    (days[4], days[5], days[6]) = (None, None, None);
    let hours = SendingHours::weekly(Zone::Wib, days).expect("hours");
    keep(&town, HoursPolicy::new(hours)).await;
    let referrer = alert(&town).await;
    alert_comes_at(&town, &referrer, "2027-01-04T02:00:00Z").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_over_midnight_is_open_on_both_sides_of_it() {
    let town = Town::open_on("2026-11-30 20:00").await;
    let hours = SendingHours::weekly(Zone::Wita, [window(23, 2); 7]).expect("hours");
    keep(&town, HoursPolicy::new(hours)).await;
    let referrer = alert(&town).await;
    // 23.00 WITA.
    alert_comes_at(&town, &referrer, "2026-11-30T15:00:00Z").await;
    // 01.30 WITA on 1 December: still the window of 30 November.
    let half_past_midnight: Timestamp = "2026-11-30T17:30:00Z".parse().expect("a time");
    town.cloud
        .conductor
        .advance_to(half_past_midnight)
        .await
        .expect("time advances");
    town.all_register(&[Person::nth(2).invited_by(&referrer)])
        .await;
    town.advance(60).await;
    assert_eq!(town.chat(&referrer).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_class_may_have_longer_hours_than_the_rest() {
    let town = Town::open_on("2026-11-30 20:00").await;
    let late = SendingHours::new(Time::constant(8, 0, 0, 0), Time::constant(21, 0, 0, 0));
    let policy = HoursPolicy::new(SendingHours::DEFAULT)
        .with_hours(Class::ReferrerAlert, Some(late.expect("hours")));
    keep(&town, policy).await;
    let referrer = alert(&town).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);
}
