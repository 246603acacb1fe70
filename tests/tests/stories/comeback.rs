//! A number that was taken out comes back: by itself, once its key is known again.

use app::numbers::{reactivate, set_paused};
use app::ports::{Queue as _, QueueMessage};
use aws_sdk_dynamodb::types::AttributeValue;
use local::simulator::Mode;
use tests::{Item, Person, Town, figure, flag, word};

/// Number 1 is out, its key refused; nothing else is wrong.
async fn town_with_one_out(mode: Mode) -> Town {
    let town = Town::open_at("09:00").await;
    town.set_mode(1, mode).await;
    let people: Vec<Person> = (1..=6).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(120).await;
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(false));
    town
}

fn lists(town: &Town) -> usize {
    let asked = town.cloud.simulator.asked(&town.number(1));
    asked.expect("known").lists
}

/// `out key_invalid`, `back check` …, oldest first.
fn history(item: &Item) -> Vec<String> {
    let word = |change: &Item, name: &str| change[name].as_s().expect("a word").clone();
    let changes = item["health"].as_l().expect("a list").iter();
    changes
        .map(|change| change.as_m().expect("a map"))
        .map(|change| format!("{} {}", word(change, "what"), word(change, "why")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_key_is_known_again_comes_back_after_half_an_hour() {
    let town = town_with_one_out(Mode::InvalidKey).await;
    town.set_mode(1, Mode::Ok).await;
    town.advance(25 * 60).await;
    assert_eq!(lists(&town), 0, "not yet");
    town.advance(6 * 60).await;
    let item = town.number_item(1).await;
    assert_eq!(lists(&town), 1);
    assert_eq!(flag(&item, "is_active"), Some(true));
    assert_eq!(word(&item, "out_reason"), None);
    assert_eq!(history(&item), ["out key_invalid", "back check"]);

    let people: Vec<Person> = (20..=25).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(60).await;
    let first = String::from(town.number(1));
    let messages = town.all_messages().await;
    assert!(messages.iter().any(|message| message.from == first));
    let item = town.number_item(1).await;
    assert_eq!(figure(&item, "failure_streak"), Some(0));
    assert_eq!(
        history(&item).last().map(String::as_str),
        Some("back accepted")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_still_refused_is_asked_ever_more_rarely() {
    let town = town_with_one_out(Mode::InvalidKey).await;
    // 30 min, then 1, 2, 4, 6 and 6 hours later.
    for (hours, expected) in [(1, 1), (1, 2), (2, 3), (4, 4), (6, 5), (6, 6)] {
        town.advance(hours * 3_600).await;
        assert_eq!(lists(&town), expected, "after {hours} more hours");
    }
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(false));
    assert_eq!(history(&item), ["out key_invalid"]);
    assert_eq!(
        town.cloud
            .simulator
            .asked(&town.number(1))
            .expect("known")
            .sends,
        1,
        "no message is risked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_check_is_made_however_often_it_is_asked_for() {
    let town = town_with_one_out(Mode::InvalidKey).await;
    town.cloud.queue.lose(&["turns"]);
    town.advance(32 * 60).await;
    assert_eq!(lists(&town), 0, "every request for it was lost");
    town.cloud.queue.lose(&[]);
    let number_id = town.number_id(1).await;
    let item = town.number_item(1).await;
    let revision = figure(&item, "health_rev").expect("a revision");
    for _ in 0..5 {
        let check = QueueMessage::Check {
            number_id,
            revision: u64::try_from(revision).expect("a revision"),
        };
        town.cloud.queue.send(check).await.expect("taken");
    }
    town.advance(60).await;
    assert_eq!(lists(&town), 1);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_redirect_or_a_pause_only_a_person_brings_a_number_back() {
    let town = town_with_one_out(Mode::Redirect).await;
    town.set_mode(1, Mode::Ok).await;
    town.advance(24 * 3_600).await;
    assert_eq!(lists(&town), 0);
    let id = town.number_id(1).await;
    let app = &town.cloud.app;
    reactivate(app, id).await.expect("known");
    set_paused(app, id, true).await.expect("known");
    town.advance(24 * 3_600).await;
    assert_eq!(lists(&town), 0);
    set_paused(app, id, false).await.expect("known");
    let item = town.number_item(1).await;
    assert_eq!(
        history(&item),
        [
            "out redirected",
            "back admin",
            "paused admin",
            "resumed admin"
        ]
    );
    for _ in 0..15 {
        set_paused(app, id, true).await.expect("known");
        set_paused(app, id, false).await.expect("known");
    }
    assert_eq!(history(&town.number_item(1).await).len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_fails_again_is_out_at_once_and_waits_twice_as_long() {
    let town = town_with_one_out(Mode::InvalidKey).await;
    town.set_mode(1, Mode::Ok).await;
    town.advance(31 * 60).await;
    assert_eq!(lists(&town), 1);
    // The key is known, but the phone is offline.
    town.set_mode(1, Mode::NotAccepted500).await;
    let people: Vec<Person> = (20..=25).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(60).await;
    let item = town.number_item(1).await;
    assert_eq!(word(&item, "out_reason"), Some("failure_streak"));
    town.set_mode(1, Mode::Ok).await;
    town.advance(55 * 60).await;
    assert_eq!(lists(&town), 1, "half an hour is not enough this time");
    town.advance(6 * 60).await;
    assert_eq!(lists(&town), 2);
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(true));
    for person in people {
        assert_eq!(town.chat(&person).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_an_older_release_is_paused_and_taken_out_like_others() {
    let town = Town::open_at("09:00").await;
    let id = town.number_id(1).await;
    let update = town.cloud.dynamodb.update_item();
    update
        .table_name("local-broadcast_numbers")
        .key("number_id", AttributeValue::S(id.to_string()))
        .update_expression("REMOVE health, health_rev, check_wait_s")
        .send()
        .await
        .expect("a number");
    let before = town.number_item(1).await;
    town.set_mode(1, Mode::InvalidKey).await;
    let people: Vec<Person> = (1..=6).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(120).await;
    let item = town.number_item(1).await;
    assert_eq!(history(&item), ["out key_invalid"]);
    for person in &people {
        assert_eq!(town.state_of(person, "welcome").await, "sent/accepted");
    }

    let put = town.cloud.dynamodb.put_item();
    let put = put.table_name("local-broadcast_numbers");
    put.set_item(Some(before)).send().await.expect("put back");
    for paused in [true, false] {
        set_paused(&town.cloud.app, id, paused)
            .await
            .expect("known");
    }
    let item = town.number_item(1).await;
    assert_eq!(history(&item), ["paused admin", "resumed admin"]);
    assert_eq!(figure(&item, "health_rev"), Some(2));
}
