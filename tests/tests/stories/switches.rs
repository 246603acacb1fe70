//! Kill switches, pauses and settings, changed while messages wait.

use app::numbers::set_paused;
use app::settings::{save_control, save_settings};
use domain::hours::{HoursPolicy, SendingHours};
use domain::message::Class;
use domain::settings::{Control, Settings};
use jiff::civil::Time;
use tests::{Person, Town};

fn all_stopped() -> Control {
    Control {
        all_stopped: true,
        ..Control::default()
    }
}

fn only(class: Class) -> Control {
    Control {
        stopped: vec![class],
        ..Control::default()
    }
}

async fn switch(town: &Town, control: Control) {
    save_control(&town.cloud.app, &control)
        .await
        .expect("saved");
}

async fn each_has_one_message(town: &Town, people: &[Person]) {
    for person in people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_once_everything_is_stopped_and_nothing_is_lost() {
    let town = Town::open_at("10:00").await;
    let people: Vec<Person> = (1..=30).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(20).await;
    switch(&town, all_stopped()).await;
    let before = town.all_messages().await.len();
    assert!((1..30).contains(&before), "in the middle: {before}");
    town.advance(3_600).await;
    assert_eq!(town.all_messages().await.len(), before);
    assert_eq!(
        town.rows()
            .await
            .iter()
            .filter(|r| r.status == "queued")
            .count(),
        30 - before
    );
    switch(&town, Control::default()).await;
    town.advance(90).await;
    each_has_one_message(&town, &people).await;
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 30);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_class_waits_while_the_others_go_on() {
    let town = Town::open_at("10:00").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(30).await;

    switch(&town, only(Class::ReferrerAlert)).await;
    let first = Person::nth(1).invited_by(&referrer);
    town.all_register(std::slice::from_ref(&first)).await;
    town.advance(600).await;
    assert_eq!(town.chat(&first).await.len(), 1);
    assert_eq!(town.chat(&referrer).await.len(), 1, "no alert");

    switch(&town, only(Class::Welcome)).await;
    let second = Person::nth(2).invited_by(&referrer);
    town.all_register(std::slice::from_ref(&second)).await;
    town.advance(600).await;
    assert!(town.chat(&second).await.is_empty(), "no welcome");
    assert_eq!(town.chat(&referrer).await.len(), 3, "both alerts");

    switch(&town, Control::default()).await;
    town.advance(30).await;
    assert_eq!(town.chat(&second).await.len(), 1);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_paused_in_the_middle_sends_nothing_more_until_it_goes_on() {
    let town = Town::open_at("10:00").await;
    let people: Vec<Person> = (1..=30).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(15).await;
    let number = town.number(1);
    let id = town.number_id(1).await;
    let sent = || {
        let received = town.cloud.simulator.received();
        received.iter().filter(|m| m.number == number).count()
    };
    set_paused(&town.cloud.app, id, true).await.expect("known");
    let before = sent();
    assert!(before > 0);
    town.advance(180).await;
    assert_eq!(sent(), before, "paused");
    each_has_one_message(&town, &people).await;

    set_paused(&town.cloud.app, id, false).await.expect("known");
    let more: Vec<Person> = (31..=36).map(Person::nth).collect();
    town.all_register(&more).await;
    town.advance(60).await;
    assert!(sent() > before, "used again");
    each_has_one_message(&town, &more).await;
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn longer_hours_free_what_was_waiting_for_the_morning() {
    let town = Town::open_at("20:00").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.all_register(&[Person::nth(1).invited_by(&referrer)])
        .await;
    town.advance(600).await;
    assert_eq!(town.chat(&referrer).await.len(), 1, "the alert waits");
    let hours = SendingHours::new(Time::constant(9, 0, 0, 0), Time::constant(22, 0, 0, 0));
    let longer = Settings {
        hours: HoursPolicy::new(hours.expect("a window")),
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &longer)
        .await
        .expect("saved");
    town.advance(30).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_may_send_as_many_forms_in_ten_minutes_as_is_set() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let few = Settings {
        registrations_per_address: 3,
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &few).await.expect("saved");
    let mut taken = Vec::new();
    for n in 1..=5 {
        taken.push(town.register(&Person::nth(n)).await.status);
    }
    assert_eq!(taken, [201, 201, 201, 429, 429]);
    assert_eq!(town.participants().await.len(), 3);
    // Somebody else's address is not meant.
    let elsewhere = town
        .registration()
        .header("x-forwarded-for", "192.0.2.7")
        .json(&Person::nth(6).json());
    assert_eq!(town.send(elsewhere).await.status, 201);
    town.advance(600).await;
    assert_eq!(town.register(&Person::nth(7)).await.status, 201);
}
