//! People who have chatted with one of the numbers hear from that number (requirement S8).

use app::numbers::set_paused;
use app::settings::save_control;
use domain::inbound::Request;
use domain::settings::Control;
use jiff::SignedDuration;
use local::simulator::Mode;
use tests::{Person, Town, state};

/// Three people who registered yesterday and have written to number 2 since.
async fn chatted_with_number_2(town: &Town) -> Vec<Person> {
    let people: Vec<Person> = (1..=3).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(24 * 3_600).await;
    for person in &people {
        town.writes(person, 2, Request::Link).await;
    }
    people
}

/// From which of the numbers this person's last message came.
async fn last_sender(town: &Town, person: &Person) -> String {
    let chat = town.chat(person).await;
    chat.last().expect("a message").from.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_chatted_with_a_number_hears_from_it_and_from_no_other() {
    let town = Town::open_at("10:00").await;
    let people = chatted_with_number_2(&town).await;
    // Asked for again: the row waits for its number from the beginning.
    town.all_register(&people).await;
    town.advance(60).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 2);
        assert_eq!(last_sender(&town, person).await, town.number(2).as_str());
    }
    // An alert, decided by somebody who does not know the referrer's chat: whoever picks it
    // hands it on.
    for n in 0..4 {
        town.all_register(&[Person::nth(10 + n).invited_by(&people[0])])
            .await;
        town.advance(60).await;
        assert_eq!(town.chat(&people[0]).await.len(), 3 + n as usize);
        assert_eq!(
            last_sender(&town, &people[0]).await,
            town.number(2).as_str()
        );
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_paused_number_go_through_the_others_within_a_minute() {
    let town = Town::open_at("10:00").await;
    let people = chatted_with_number_2(&town).await;
    let number = town.number_id(2).await;
    set_paused(&town.cloud.app, number, true)
        .await
        .expect("known");
    town.all_register(&people).await;
    town.advance(90).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 2);
        assert_ne!(last_sender(&town, person).await, town.number(2).as_str());
        assert_eq!(town.state_of(person, "link").await, "sent/accepted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_number_that_falls_out_go_through_the_others() {
    let town = Town::open_at("10:00").await;
    let people = chatted_with_number_2(&town).await;
    town.set_mode(2, Mode::InvalidKey).await;
    town.all_register(&people).await;
    town.advance(120).await;
    for person in &people {
        assert_eq!(town.state_of(person, "link").await, "sent/accepted");
        assert_ne!(last_sender(&town, person).await, town.number(2).as_str());
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_cap_is_used_up_lets_its_rows_go_and_they_do_not_come_back() {
    let town = Town::open_at("10:00").await;
    let people = chatted_with_number_2(&town).await;
    town.limit(2, (2, 5), 1, 4_800).await;
    let asked = town.now();
    town.all_register(&people).await;
    town.advance(180).await;
    let mut from_number_2 = 0;
    for person in &people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 2);
        assert!(chat[1].at.duration_since(asked) < SignedDuration::from_secs(150));
        from_number_2 += usize::from(chat[1].from == town.number(2).as_str());
    }
    assert_eq!(from_number_2, 1, "as many as its cap allows");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_waits_for_the_morning_hides_no_younger_one_of_its_number() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let people = chatted_with_number_2(&town).await;
    town.advance_to("20:00").await;
    let app = &town.cloud.app;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    save_control(app, &stopped).await.expect("saved");
    town.all_register(&people[..1]).await;
    town.advance_to("21:00").await;
    save_control(app, &Control::default()).await.expect("saved");
    town.advance(600).await;
    assert_eq!(
        town.state_of(&people[0], "link").await,
        "queued/waiting_window",
        "it has missed its half hour"
    );
    town.all_register(&people[1..2]).await;
    town.advance(120).await;
    assert_eq!(town.state_of(&people[1], "link").await, "sent/accepted");
    assert_eq!(
        last_sender(&town, &people[1]).await,
        town.number(2).as_str()
    );
    town.advance_to("09:02").await;
    assert_eq!(town.state_of(&people[0], "link").await, "sent/accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_with_a_number_that_is_gone_binds_nobody() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(24 * 3_600).await;
    let unknown = town.cloud.app.dice.number_id();
    let message = tests::inbound::message(
        domain::inbound::Sender::Phone {
            phone: person.phone(),
            lid: None,
        },
        town.now(),
    );
    let written = app::receive::receive(&town.cloud.app, unknown, &message, Request::Link).await;
    written.expect("stored");
    town.all_register(std::slice::from_ref(&person)).await;
    let waiting = town.log_of(&person, "link").await;
    assert_eq!(state(&waiting[0]), "queued/waiting_number");
    town.advance(120).await;
    assert_eq!(town.state_of(&person, "link").await, "sent/accepted");
}
