//! The gateway itself is down, or no number is left: everything waits, and nothing is lost.

use app::numbers::{reactivate, set_paused};
use local::simulator::Mode;
use tests::{Person, Town, figure, flag, word};

fn people(range: std::ops::RangeInclusive<u32>) -> Vec<Person> {
    range.map(Person::nth).collect()
}

async fn all_in(town: &Town, mode: Mode) {
    for number in 1..=3 {
        town.set_mode(number, mode).await;
    }
}

/// How often this alarm was logged.
fn alarms(town: &Town, name: &str) -> usize {
    let logs = town.logs();
    let lines = logs.lines().filter(|line| line.contains("alarm"));
    lines.filter(|line| line.contains(name)).count()
}

fn sends(town: &Town) -> usize {
    let asked = (1..=3).map(|n| town.cloud.simulator.asked(&town.number(n)));
    asked.map(|asked| asked.expect("known").sends).sum()
}

async fn nobody_is_out(town: &Town) {
    for number in 1..=3 {
        let item = town.number_item(number).await;
        assert_eq!(flag(&item, "is_active"), Some(true), "number {number}");
        assert_eq!(figure(&item, "failure_streak"), Some(0), "number {number}");
        assert_eq!(word(&item, "out_reason"), None, "number {number}");
    }
}

async fn breaker(town: &Town) -> String {
    let items = town.items("settings").await;
    let item = items
        .iter()
        .find(|item| word(item, "sk") == Some("GATEWAY"))
        .expect("the breaker's item");
    word(item, "phase").expect("a phase").to_owned()
}

/// Ten minutes of an outage that is not any number's fault, and what comes after.
async fn outage(mode: Mode) -> Town {
    let town = Town::open_impatient_at("12:00").await;
    all_in(&town, mode).await;
    let early = people(1..=6);
    town.all_register(&early).await;
    town.advance(20).await;
    let at_first = sends(&town);
    assert!(at_first <= 3, "{at_first} requests before it was noticed");
    nobody_is_out(&town).await;
    town.all_register(&people(7..=9)).await;
    town.advance(580).await;
    assert_ne!(breaker(&town).await, "closed");
    assert_eq!(sends(&town), at_first, "no message is risked meanwhile");
    assert_eq!(alarms(&town, "gateway_open"), 1);
    nobody_is_out(&town).await;

    all_in(&town, Mode::Ok).await;
    town.advance(960).await;
    assert_eq!(breaker(&town).await, "closed");
    nobody_is_out(&town).await;
    assert_eq!(alarms(&town, "gateway_open"), 1);
    town.check_invariants();
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_gateway_knows_no_key_for_ten_minutes_nobody_stays_out_and_all_arrives() {
    let town = outage(Mode::InvalidKey).await;
    for person in people(1..=9) {
        assert_eq!(town.chat(&person).await.len(), 1);
    }
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_gateway_refuses_connections_for_ten_minutes_all_arrives_afterwards() {
    let town = outage(Mode::Refused).await;
    for person in people(1..=9) {
        assert_eq!(town.chat(&person).await.len(), 1);
    }
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_gateway_answers_nothing_only_the_first_messages_stay_unconfirmed() {
    let town = outage(Mode::TimeoutAfter).await;
    let unconfirmed = town.count_rows("welcome", "failed", "unconfirmed").await;
    assert!((2..=3).contains(&unconfirmed), "{unconfirmed}");
    let sent = town.count_rows("welcome", "sent", "accepted").await;
    assert_eq!(sent, 9 - unconfirmed);
    for person in people(1..=9) {
        assert_eq!(town.chat(&person).await.len(), 1, "never two");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_broken_keys_do_not_stop_the_number_that_works() {
    let town = Town::open_at("12:00").await;
    for number in [1, 2] {
        town.set_mode(number, Mode::InvalidKey).await;
    }
    let people = people(1..=12);
    town.all_register(&people).await;
    town.advance(300).await;
    for number in [1, 2] {
        let item = town.number_item(number).await;
        assert_eq!(word(&item, "out_reason"), Some("key_invalid"));
    }
    for person in &people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1);
        assert_eq!(chat[0].from, String::from(town.number(3)));
    }
    assert_eq!(alarms(&town, "number_out"), 2 + absolved(&town).await);
    town.check_invariants();
}

/// How many were taken out and came back since it looked like the gateway's fault.
async fn absolved(town: &Town) -> usize {
    let mut count = 0;
    for number in 1..=3 {
        let item = town.number_item(number).await;
        let changes = item["health"].as_l().expect("a list").clone();
        let is_absolution = |change: &&aws_sdk_dynamodb::types::AttributeValue| {
            change.as_m().expect("a map")["why"].as_s() == Ok(&"gateway".to_owned())
        };
        count += changes.iter().filter(is_absolution).count();
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_number_is_its_own_witness_only() {
    let town = Town::open_at("12:00").await;
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    town.set_mode(1, Mode::Refused).await;
    town.all_register(&people(1..=2)).await;
    town.advance(1_200).await;
    assert_eq!(breaker(&town).await, "closed");
    assert_eq!(alarms(&town, "gateway_open"), 0);
    let item = town.number_item(1).await;
    assert_eq!(word(&item, "out_reason"), Some("failure_streak"));
    assert_eq!(alarms(&town, "number_out"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_last_number_is_told_once_each_time() {
    let town = Town::open_at("09:00").await;
    for round in 1..=2 {
        all_in(&town, Mode::Redirect).await;
        let person = Person::nth(round);
        town.all_register(std::slice::from_ref(&person)).await;
        town.advance(2_400).await;
        assert_eq!(alarms(&town, "all_numbers_out"), round as usize);
        assert_eq!(alarms(&town, "number_out"), 3 * round as usize);
        town.all_register(&[Person::nth(10 + round)]).await;
        town.advance(3_600).await;
        assert_eq!(alarms(&town, "all_numbers_out"), round as usize);
        assert!(town.chat(&person).await.is_empty());
        assert_eq!(town.count_rows("welcome", "failed", "exhausted").await, 0);

        all_in(&town, Mode::Ok).await;
        for number in 1..=3 {
            let id = town.number_id(number).await;
            reactivate(&town.cloud.app, id).await.expect("known");
        }
        town.advance(600).await;
        assert_eq!(town.chat(&person).await.len(), 1);
        assert_eq!(town.chat(&Person::nth(10 + round)).await.len(), 1);
    }
    town.check_invariants();
}
