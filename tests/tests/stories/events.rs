//! Reminders of events: everyone gets exactly one, in time; what cannot be is said before saving.
//! In a tenth of the size that `make crowds` plays.

use app::event::{EventError, create_event};
use app::numbers::set_paused;
use domain::audience::AudienceInput;
use domain::event::EventStatus;
use jiff::Timestamp;
use tests::events::{ACCEPTING, REMINDER, event_form};
use tests::{Person, Town};

/// The three numbers of every town send so many an hour.
async fn limit_all(town: &Town, hourly: u16) {
    for number in 1..=3 {
        town.limit(number, (2, 5), hourly, 8 * u32::from(hourly))
            .await;
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_reminded_once_and_before_the_event() {
    let town = Town::open_on("2026-11-29 16:00").await;
    limit_all(&town, 60).await;
    let people = town.crowd(100).await;
    town.advance_to("16:30").await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let plan = event.plan.unwrap();
    assert_eq!((plan.people, plan.unsent), (100, 0));
    let from = event.remind_from().unwrap();
    assert_eq!(from, at("2026-11-29T11:30:00Z"), "an hour is enough");
    town.advance_to("17:00").await;
    town.stop(&people[7]).await;
    town.advance_to("19:00").await;
    let late = Person::nth(500);
    assert_eq!(town.register(&late).await.status, 201);
    town.advance_to("19:31").await;

    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), 100);
    assert!(!got.contains_key(&people[7].e164()));
    assert!(got.contains_key(&late.e164()));
    for times in got.values() {
        assert_eq!(times.len(), 1);
        assert!(from <= times[0] && times[0] < event.start_time);
    }
    assert_eq!(town.count_rows("reminder", "sent", "accepted").await, 100);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_begin_as_early_as_all_numbers_need_and_what_cannot_be_is_said_before_saving() {
    let town = Town::open_on("2026-11-29 12:00").await;
    limit_all(&town, 30).await;
    let people = town.crowd(150).await;
    let app = &town.cloud.app;
    for number in 2..=3 {
        let id = town.number_id(number).await;
        set_paused(app, id, true).await.unwrap();
    }
    let form = event_form("Sosialisasi", "2026-11-29 19:30");
    let careful = tests::events::Wishes {
        accept_shortfall: false,
        ..ACCEPTING
    };
    let refused = create_event(app, form.clone(), careful).await.unwrap_err();
    let EventError::Shortfall(plan) = refused else {
        panic!("{refused:?}");
    };
    // Ninety in three hours by the one number; one like it would send as many.
    assert!((60..=62).contains(&plan.unsent), "{plan:?}");
    assert_eq!(plan.more_numbers, Some(1));
    let stored = app
        .store
        .events_after(EventStatus::Planned, Timestamp::UNIX_EPOCH);
    assert_eq!(stored.await.unwrap(), []);

    for number in 2..=3 {
        let id = town.number_id(number).await;
        set_paused(app, id, false).await.unwrap();
    }
    town.add_numbers(5, 30).await;
    let event = create_event(app, form, careful).await.unwrap();
    assert_eq!(event.plan.unwrap().unsent, 0);
    town.advance_to("16:31").await;
    let event = app.store.event(event.id).await.unwrap().unwrap();
    let plan = event.plan.unwrap();
    let from = event.remind_from().unwrap();
    assert!(at("2026-11-29T11:00:00Z") <= from && from <= at("2026-11-29T11:30:00Z"));
    let reason = plan.reason(event.start_time);
    assert!(reason.starts_with("Pengingat untuk 150 orang mulai Minggu, 29 November 2026, 18"));
    assert!(
        reason.ends_with("semua terjangkau sebelum acara mulai."),
        "{reason}"
    );
    town.advance_to("19:30").await;
    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), people.len());
    assert!(
        got.values()
            .all(|times| times.len() == 1 && times[0] >= from)
    );
}

/// Who registers late belongs to the next event, and is among those whom the other one is for too.
#[tokio::test(flavor = "multi_thread")]
async fn who_registers_while_two_events_are_near_is_reminded_of_both() {
    let town = Town::open_on("2026-11-29 10:00").await;
    let referrer = Person::nth(1);
    town.populate(std::slice::from_ref(&referrer), None).await;
    town.advance(120).await;
    town.plan_event("Pertama", "2026-11-29 15:00").await;
    town.plan_event("Kedua", "2026-11-29 15:20").await;
    // For the team of one referrer alone.
    let item = town.participant(&referrer).await.unwrap();
    let mut form = event_form("Khusus", "2026-11-29 15:40");
    form.audience = Some(AudienceInput {
        kind: "segment".to_owned(),
        referrer: tests::word(&item, "id").unwrap().to_owned(),
        ..AudienceInput::default()
    });
    create_event(&town.cloud.app, form, ACCEPTING)
        .await
        .unwrap();
    // The reminders of the first two have begun, those of the third begin in three minutes.
    town.advance_to("14:37").await;
    let invited = Person::nth(500).invited_by(&referrer);
    let alone = Person::nth(501);
    for person in [&invited, &alone] {
        assert_eq!(town.register(person).await.status, 201);
    }
    town.advance_to("15:00").await;
    let titles = async |person: &Person| {
        let mut titles = Vec::new();
        for message in town.chat(person).await {
            if message.text.contains(REMINDER) {
                let about = ["Pertama", "Kedua", "Khusus"].into_iter();
                titles.extend(about.filter(|title| message.text.contains(title)));
            }
        }
        titles.sort_unstable();
        titles
    };
    assert_eq!(titles(&invited).await, ["Kedua", "Khusus", "Pertama"]);
    assert_eq!(titles(&alone).await, ["Kedua", "Pertama"]);
    assert_eq!(titles(&referrer).await, ["Kedua", "Pertama"]);
    town.check_invariants();
}

/// Whoever registers after an event was planned counts from the next night on: in its plan, in the room
/// that broadcasts leave, and in the warning that numbers will not suffice.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_made_anew_every_night_until_it_is_decided() {
    let town = Town::open_on("2026-11-27 10:00").await;
    limit_all(&town, 10).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    assert_eq!(event.plan.unwrap().people, 0);
    town.crowd(120).await;
    let app = &town.cloud.app;
    let ahead = async || {
        let lanes = app.store.open_lanes().await.unwrap();
        let messages: Vec<u32> = lanes.ahead.iter().map(|one| one.ahead.messages).collect();
        messages
    };
    assert_eq!(ahead().await, [0]);
    town.advance_to("03:05").await;
    let planned = app.store.event(event.id).await.unwrap().unwrap();
    let plan = planned.plan.unwrap();
    assert_eq!(plan.people, 120);
    // Three numbers at ten an hour, three hours: ninety.
    assert!((29..=31).contains(&plan.unsent), "{plan:?}");
    assert_eq!(planned.revision, event.revision, "no change of an admin's");
    assert_eq!(planned.reminder, None);
    assert_eq!(ahead().await, [120]);
    let logs = town.logs();
    let id = event.id.to_string();
    let told = |line: &str| line.contains("reminder_short") && line.contains(&id);
    assert!(logs.lines().any(told), "somebody is told in time");
}
