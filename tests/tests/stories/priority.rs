//! Which number sends when there are more numbers than messages.

use std::collections::BTreeMap;

use app::numbers::{NumberEntry, add_number, set_paused};
use app::settings::save_settings;
use domain::number::Limits;
use domain::phone::Phone;
use domain::settings::{Settings, Strategy};
use jiff::{SignedDuration, Timestamp};
use local::simulator::{Mode, NumberSetup};
use store::GatewayKey;
use tests::{Person, Town};

const HELPER: &str = "+6281100000004";

/// Number 1 alone, and a helper of priority 2.
async fn one_and_a_helper() -> Town {
    let town = Town::open_at("10:00").await;
    let app = &town.cloud.app;
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(app, id, true).await.expect("known");
    }
    let key = "simulated-key-4-0d17be";
    let setup = NumberSetup {
        phone: HELPER.parse().expect("a number"),
        label: "Nomor 4".to_owned(),
        api_key: key.to_owned(),
    };
    town.cloud.simulator.add_number(setup).await.expect("added");
    let entry = NumberEntry {
        label: "Nomor 4".to_owned(),
        phone: Phone::parse(HELPER).expect("a number"),
        api_key: GatewayKey(key.to_owned().into()),
        priority: 2,
        in_use_since: "2026-01-01T00:00:00Z".parse().expect("a time"),
        limits: Limits::new(2, 5, 600, 4_800).expect("limits"),
    };
    add_number(app, entry).await.expect("added");
    town.limit(1, (2, 2), 600, 4_800).await;
    town.advance(30).await;
    town
}

fn people(count: u32) -> Vec<Person> {
    (1..=count).map(Person::nth).collect()
}

/// When the helper sent.
fn helped(town: &Town) -> Vec<Timestamp> {
    let received = town.cloud.simulator.received();
    received
        .iter()
        .filter(|message| message.number.as_str() == HELPER)
        .map(|message| message.at_virtual)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_stays_silent_while_the_best_number_is_quick_enough() {
    let town = one_and_a_helper().await;
    for pair in people(6).chunks(2) {
        town.all_register(pair).await;
        town.advance(60).await;
    }
    assert_eq!(town.all_messages().await.len(), 6);
    assert!(helped(&town).is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_takes_what_has_waited_for_ten_seconds() {
    let town = one_and_a_helper().await;
    let people = people(12);
    let began = town.now();
    town.all_register(&people).await;
    town.advance(90).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    let helped = helped(&town);
    assert!(
        !helped.is_empty(),
        "twelve take the best number half a minute"
    );
    assert!(helped.len() < 12);
    let first = helped[0].duration_since(began);
    assert!(first >= SignedDuration::from_secs(10), "after {first}");
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_takes_over_at_once_when_the_best_number_is_out() {
    let town = one_and_a_helper().await;
    town.set_mode(1, Mode::InvalidKey).await;
    let people = people(2);
    let began = town.now();
    town.all_register(&people).await;
    town.advance(60).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    let helped = helped(&town);
    assert_eq!(helped.len(), 2);
    let last = helped[1].duration_since(began);
    assert!(last < SignedDuration::from_secs(20), "after {last}");

    // From then on there is nothing to wait for.
    let began = town.now();
    town.all_register(&[Person::nth(20)]).await;
    town.advance(60).await;
    let waited = self::helped(&town)[2].duration_since(began);
    assert!(waited < SignedDuration::from_secs(8), "{waited}");
}

/// How often each number sent when messages come one at a time.
async fn one_at_a_time(town: &Town, count: u32) -> BTreeMap<String, u32> {
    for person in people(count) {
        town.all_register(&[person]).await;
        town.advance(20).await;
    }
    let mut used = BTreeMap::new();
    for message in town.cloud.simulator.received() {
        *used.entry(String::from(message.number)).or_default() += 1;
    }
    assert_eq!(used.values().sum::<u32>(), count);
    used
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_one_at_a_time_go_by_the_longest_unused_number() {
    let town = Town::open_at("10:00").await;
    let used = one_at_a_time(&town, 9).await;
    assert_eq!(used.len(), 3);
    assert!(used.values().all(|times| *times == 3), "{used:?}");
    let order: Vec<_> = town.cloud.simulator.received();
    for turn in order.windows(3) {
        assert!(turn[0].number != turn[1].number && turn[0].number != turn[2].number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_chance_a_number_of_lower_rank_sends_as_well_but_less() {
    let town = one_and_a_helper().await;
    let random = Settings {
        strategy: Strategy::Random,
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &random)
        .await
        .expect("saved");
    let used = one_at_a_time(&town, 40).await;
    let helper = used.get(HELPER).copied().unwrap_or(0);
    // Weights 1 and 1/2: one in three. Never, or more often than not by far, is one run in 10⁶.
    assert!((1..=30).contains(&helper), "{used:?}");
    town.check_invariants();
}
