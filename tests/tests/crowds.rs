//! The stories of reminders in full size, on virtual time, and lists of a hundred thousand people: `make
//! crowds`. They take long, so `make test` plays a tenth of them (stories/events.rs, people_lists.rs).
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "stories"
)]

use app::event::{EventError, create_event};
use app::numbers::set_paused;
use app::people::list_participants;
use domain::people::{Filter, FilterInput, ListQuery};
use jiff::Timestamp;
use tests::events::{ACCEPTING, REMINDER, Wishes, event_form};
use tests::people::{Register, residents};
use tests::{Person, Town};

const CAREFUL: Wishes<'static> = Wishes {
    accept_shortfall: false,
    ..ACCEPTING
};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_registrants_three_hours_ahead_by_three_numbers() {
    let town = Town::open_on("2026-11-29 16:00").await;
    let people = town.crowd(1_000).await;
    town.advance_to("16:30").await;
    let form = event_form("Sosialisasi", "2026-11-29 19:30");
    let event = create_event(&town.cloud.app, form, CAREFUL).await.unwrap();
    let from = event.remind_from().unwrap();
    town.advance_to("17:00").await;
    town.stop(&people[7]).await;
    town.advance_to("19:00").await;
    let late = Person::nth(5_000);
    assert_eq!(town.register(&late).await.status, 201);
    town.advance_to("19:31").await;
    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), 1_000);
    assert!(!got.contains_key(&people[7].e164()));
    assert!(got.contains_key(&late.e164()));
    for times in got.values() {
        assert_eq!(times.len(), 1);
        assert!(from <= times[0] && times[0] < event.start_time);
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_by_one_number_is_refused_and_by_five_reaches_everyone() {
    let town = Town::open_on("2026-11-29 12:00").await;
    town.crowd(3_000).await;
    let app = &town.cloud.app;
    for number in 2..=3 {
        set_paused(app, town.number_id(number).await, true)
            .await
            .unwrap();
    }
    let form = event_form("Sosialisasi", "2026-11-29 19:30");
    let refused = create_event(app, form.clone(), CAREFUL).await.unwrap_err();
    let EventError::Shortfall(plan) = refused else {
        panic!("{refused:?}");
    };
    // 600 an hour for three hours, and one more number would do the rest.
    assert!((1_200..1_220).contains(&plan.unsent), "{plan:?}");
    assert_eq!(plan.more_numbers, Some(1));
    for number in 2..=3 {
        set_paused(app, town.number_id(number).await, false)
            .await
            .unwrap();
    }
    town.add_numbers(5, 600).await;
    let event = create_event(app, form, CAREFUL).await.unwrap();
    town.advance_to("16:31").await;
    let event = app.store.event(event.id).await.unwrap().unwrap();
    let (plan, from) = (event.plan.unwrap(), event.remind_from().unwrap());
    let earliest: Timestamp = "2026-11-29T09:30:00Z".parse().unwrap();
    let usual: Timestamp = "2026-11-29T11:30:00Z".parse().unwrap();
    assert!(earliest <= from && from <= usual, "{from}");
    let reason = plan.reason(event.start_time);
    assert!(
        reason.starts_with("Pengingat untuk 3000 orang mulai"),
        "{reason}"
    );
    assert!(
        reason.ends_with("semua terjangkau sebelum acara mulai."),
        "{reason}"
    );
    town.advance_to("19:31").await;
    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), 3_000);
    for times in got.values() {
        assert_eq!(times.len(), 1);
        assert!(from <= times[0] && times[0] < event.start_time);
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_eight_calls_at_most_among_a_hundred_thousand() {
    let people = residents(100_000);
    let register = Register::open("2026-11-24 10:00").await;
    for some in people.chunks(10_000) {
        register.load(some).await;
    }
    let asked = |city: &str, status: &str, name: &str| FilterInput {
        city: city.to_owned(),
        status: status.to_owned(),
        name: name.to_owned(),
        ..FilterInput::default()
    };
    let questions = [
        asked("", "", ""),
        asked("Surabaya", "sudah_join", ""),
        asked("", "", "muhammad nur"),
        FilterInput {
            unsubscribed: "true".to_owned(),
            ..asked("Atlantis", "sudah_join", "")
        },
    ];
    for input in questions {
        let mut after = None;
        for page in 0..10 {
            let query = ListQuery {
                filter: Filter::parse(&input).unwrap(),
                limit: 100,
                after,
            };
            register.faults.reset();
            let began = std::time::Instant::now();
            let found = list_participants(&register.app, &query).await.unwrap();
            let (calls, took) = (register.calls(), began.elapsed());
            println!(
                "{input:?}: page {page}, {calls} calls, {} people, {took:?}",
                found.people.len()
            );
            assert!(calls <= 8, "{calls} calls for {query:?}");
            after = found.next;
            if after.is_none() {
                break;
            }
        }
    }
}
