//! Welcomes to people who have not written to us have a ceiling; above it they wait for the chat
//! or an admin.

use app::ceiling::release_held;
use app::settings::save_settings;
use domain::inbound::Request;
use domain::settings::Settings;
use tests::{Item, Person, Town, figure, state, word};

/// At noon, with this ceiling.
async fn town_with(ceiling: u32) -> Town {
    let town = Town::open_on("2026-11-24 12:00").await;
    let settings = Settings {
        cold_welcomes_per_day: Some(ceiling),
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &settings)
        .await
        .expect("saved");
    town.advance(15).await;
    town
}

async fn register(town: &Town, people: std::ops::RangeInclusive<u32>) -> Vec<Person> {
    let people: Vec<_> = people.map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(60).await;
    people
}

/// Those of these people whose welcome is held.
async fn held(town: &Town, people: &[Person]) -> Vec<Person> {
    let mut held = Vec::new();
    for person in people {
        if town.state_of(person, "welcome").await == "queued/held" {
            held.push(person.clone());
        }
    }
    held
}

async fn counters(town: &Town) -> Vec<Item> {
    let mut items = town.items("limits").await;
    items.retain(|item| word(item, "key").is_some_and(|key| key.starts_with("COLD#")));
    items.sort_by_key(|item| word(item, "key").map(str::to_owned));
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_ceiling_welcomes_are_held_and_the_next_day_counts_anew() {
    let town = town_with(2).await;
    let people = register(&town, 1..=4).await;
    assert_eq!(town.all_messages().await.len(), 2);
    let waiting = held(&town, &people).await;
    assert_eq!(waiting.len(), 2);
    for person in &waiting {
        let row = &town.log_of(person, "welcome").await[0];
        assert_eq!(word(row, "lane"), Some("held#0"));
        assert_eq!(word(row, "token"), None);
    }

    town.advance_to("10:00").await;
    register(&town, 5..=7).await;
    assert_eq!(town.all_messages().await.len(), 4, "two of the new day");
    assert_eq!(held(&town, &people).await.len(), 2, "nobody let them go");
    let counters = counters(&town).await;
    let keys: Vec<_> = counters.iter().map(|item| word(item, "key")).collect();
    assert_eq!(keys, [Some("COLD#2026-11-24"), Some("COLD#2026-11-25")]);
    assert!(counters.iter().all(|item| figure(item, "n") == Some(2)));
    assert!(counters.iter().all(|item| figure(item, "ttl").is_some()));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_to_us_gets_the_welcome_and_an_admin_lets_the_others_go() {
    let town = town_with(2).await;
    let people = register(&town, 1..=5).await;
    let waiting = held(&town, &people).await;
    let app = &town.cloud.app;
    town.writes(&waiting[0], 1, Request::Link).await;
    let state = town.state_of(&waiting[0], "welcome").await;
    assert_ne!(state, "queued/held");
    town.writes(&waiting[0], 1, Request::Link).await;
    town.advance(20).await;
    assert_eq!(town.chat(&waiting[0]).await.len(), 1);

    assert_eq!(release_held(app, 1).await.expect("done"), 1);
    town.advance(20).await;
    assert_eq!(held(&town, &people).await.len(), 1);
    assert_eq!(release_held(app, 10).await.expect("done"), 1);
    assert_eq!(release_held(app, 10).await.expect("done"), 0);
    town.advance(20).await;
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 5);
    assert_eq!(figure(&counters(&town).await[0], "n"), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_written_before_their_turn_comes_is_not_counted() {
    let town = town_with(0).await;
    let app = &town.cloud.app;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        app::numbers::set_paused(app, id, true)
            .await
            .expect("known");
    }
    let people = register(&town, 1..=3).await;
    // It is marked while it waits for its turn, before any turn could hold it.
    for person in &people[..2] {
        town.writes(person, 1, Request::Link).await;
    }
    for number in 1..=3 {
        let id = town.number_id(number).await;
        app::numbers::set_paused(app, id, false)
            .await
            .expect("known");
    }
    town.advance(60).await;
    let mut states = Vec::new();
    for person in &people {
        states.push(state(&town.log_of(person, "welcome").await[0]));
    }
    assert_eq!(states, ["sent/accepted", "sent/accepted", "queued/held"]);
    assert!(counters(&town).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_to_a_number_that_the_gateway_refuses_takes_nobodys_place() {
    let town = town_with(1).await;
    for number in 1..=3 {
        let mode = local::simulator::Mode::BadRecipient;
        town.set_mode(number, mode).await;
    }
    let refused = register(&town, 1..=1).await.remove(0);
    assert_eq!(
        town.state_of(&refused, "welcome").await,
        "failed/bad_recipient"
    );
    for number in 1..=3 {
        town.set_mode(number, local::simulator::Mode::Ok).await;
    }
    let next = register(&town, 2..=2).await.remove(0);
    assert_eq!(town.state_of(&next, "welcome").await, "sent/accepted");
    assert_eq!(figure(&counters(&town).await[0], "n"), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_welcome_that_nobody_let_go_expires_and_says_so() {
    let town = town_with(0).await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(71 * 3_600).await;
    assert_eq!(town.state_of(&person, "welcome").await, "queued/held");
    town.advance(3_720).await;
    assert_eq!(town.state_of(&person, "welcome").await, "failed/expired");
    assert_eq!(release_held(&town.cloud.app, 9).await.expect("done"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_asked_for_does_not_count_and_a_failed_welcome_gives_its_place_back() {
    let town = town_with(1).await;
    for number in 1..=3 {
        town.set_mode(number, local::simulator::Mode::Refused).await;
    }
    let person = register(&town, 1..=1).await.remove(0);
    for number in 1..=3 {
        town.set_mode(number, local::simulator::Mode::Ok).await;
    }
    town.advance(600).await;
    assert_eq!(town.chat(&person).await.len(), 1);
    assert_eq!(figure(&counters(&town).await[0], "n"), Some(1));
    town.advance_to("12:00").await;
    // One cold welcome uses the new day up; the link goes all the same.
    register(&town, 2..=2).await;
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    assert_eq!(town.count_rows("link", "sent", "accepted").await, 1);
    assert_eq!(figure(&counters(&town).await[1], "n"), Some(1));
}
