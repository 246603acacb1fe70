//! What keeps a turn from sending although its number looks well: a key that cannot be opened, a
//! gateway that is slow to know it, a number that is gone when the answer comes.

use std::sync::Arc;
use std::time::Duration;

use app::dispatch::{Call, dispatch};
use app::take_turn::{Sender, TurnEnd, take_turn};
use app::{App, Dice};
use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::breaker::{Breaker, Phase};
use domain::ids::NumberId;
use domain::outcome::Outcome;
use gateway::{ApiKey, Gateway, KeyCheck, Reply, SendRequest};
use jiff::SignedDuration;
use local::conductor::Conductor;
use tests::{Person, Town, flag, word};

const NUMBERS: &str = "local-broadcast_numbers";

async fn set_key(town: &Town, number: usize, key: AttributeValue) {
    let id = town.number_id(number).await.to_string();
    let update = town.cloud.dynamodb.update_item().table_name(NUMBERS);
    update
        .key("number_id", AttributeValue::S(id))
        .update_expression("SET api_key = :key")
        .expression_attribute_values(":key", key)
        .send()
        .await
        .expect("a number");
}

/// What is stored of its key is damaged; returns what it was.
async fn damage_key(town: &Town, number: usize) -> AttributeValue {
    let key = town.number_item(number).await["api_key"].clone();
    set_key(town, number, AttributeValue::B(Blob::new(*b"damaged"))).await;
    key
}

/// Since a second ago one turn may probe; these numbers have failed.
async fn open_breaker(town: &Town, suspects: Vec<NumberId>) {
    let second = SignedDuration::from_secs(1);
    let app = &town.cloud.app;
    let seen = app.store.steering().await.expect("a breaker").gateway;
    let open = Breaker {
        revision: seen.revision + 1,
        phase: Phase::Open {
            until: app.now().saturating_sub(second).expect("a second ago"),
            wait_s: 30,
        },
        suspects,
        ..seen
    };
    assert!(app.store.save_gateway(&open).await.expect("stored"));
}

async fn breaker(town: &Town) -> Breaker {
    town.cloud.app.store.steering().await.expect("read").gateway
}

fn numbers_out(town: &Town) -> usize {
    let logs = town.logs();
    let lines = logs.lines().filter(|line| line.contains("number_out"));
    lines.filter(|line| line.contains("key_unreadable")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_key_cannot_be_opened_is_out_until_it_can() {
    let town = Town::open_at("12:00").await;
    let key = damage_key(&town, 1).await;
    let people: Vec<Person> = (1..=9).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(120).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(false));
    assert_eq!(word(&item, "out_reason"), Some("key_unreadable"));
    assert_eq!(numbers_out(&town), 1);
    // Its check finds the same, and the next one that the key is back.
    town.advance(31 * 60).await;
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(false));
    set_key(&town, 1, key).await;
    town.advance(61 * 60).await;
    let item = town.number_item(1).await;
    assert_eq!(flag(&item, "is_active"), Some(true));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn probers_whose_keys_cannot_be_opened_leave_the_probe_to_the_next() {
    let town = Town::open_at("12:00").await;
    damage_key(&town, 1).await;
    damage_key(&town, 2).await;
    // They are above suspicion, so they probe first.
    open_breaker(&town, vec![town.number_id(3).await]).await;
    let people: Vec<Person> = (1..=4).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(120).await;
    for number in [1, 2] {
        let item = town.number_item(number).await;
        assert_eq!(word(&item, "out_reason"), Some("key_unreadable"));
    }
    assert_eq!(breaker(&town).await.phase, Phase::Closed);
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    town.check_invariants();
}

/// A town in which nothing runs by itself, one row, and one number armed for it.
async fn armed_by_hand(probes: bool) -> (Town, Person, NumberId, u64) {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.advance(5).await;
    town.cloud.queue.lose(&["wake", "turns"]);
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    if probes {
        open_breaker(&town, Vec::new()).await;
    }
    let app = &town.cloud.app;
    let armed = dispatch(app, Call::Wake).await.expect("dispatched").armed;
    assert_eq!(armed, 1);
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(town.number_id(number).await);
    }
    let paces = app.store.paces(&ids).await.expect("paces");
    let mut armed = paces.values().filter(|pace| pace.turn == 1);
    let id = armed.next().expect("an armed number").number_id;
    (town, person, id, 1)
}

fn sender(town: &Town, gateway: impl Gateway + 'static) -> Sender {
    let app = &town.cloud.app;
    let (queue, clock) = (Arc::clone(&app.queue), Arc::clone(&app.clock));
    let app = App::new(app.store.clone(), queue, clock, Dice::seeded(1));
    Sender::new(app, Arc::new(gateway), true)
}

async fn takes(sender: &Sender, id: NumberId, turn: u64) -> TurnEnd {
    let taken = Box::pin(take_turn(sender, id, turn));
    // A function has 30 s, of which a request may take 15.
    let taken = tokio::time::timeout(Duration::from_secs(12), taken).await;
    taken.expect("it ends in time").expect("a turn")
}

/// Answers keys after so many seconds of virtual time, or never.
struct SlowToKnow(Option<(Conductor, u64)>);

#[async_trait]
impl Gateway for SlowToKnow {
    async fn send(&self, _: &SendRequest<'_>) -> Reply {
        panic!("no message is risked")
    }

    async fn check_key(&self, _: &ApiKey) -> KeyCheck {
        let Some((conductor, seconds)) = &self.0 else {
            return std::future::pending().await;
        };
        let wait = Duration::from_secs(*seconds);
        conductor.advance(wait).await.expect("time advances");
        KeyCheck::Valid
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_gets_no_answer_in_five_seconds_has_failed() {
    let (town, person, id, turn) = armed_by_hand(true).await;
    let sender = sender(&town, SlowToKnow(None));
    assert_eq!(takes(&sender, id, turn).await, TurnEnd::Nothing);
    let breaker = breaker(&town).await;
    assert_eq!(breaker.suspects, [id]);
    assert!(matches!(breaker.phase, Phase::Open { wait_s: 60, .. }));
    assert_eq!(
        town.state_of(&person, "welcome").await,
        "queued/waiting_number"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_took_too_long_is_not_followed_by_a_message() {
    let (town, person, id, turn) = armed_by_hand(true).await;
    let conductor = town.cloud.conductor.clone();
    let sender = sender(&town, SlowToKnow(Some((conductor, 9))));
    assert_eq!(takes(&sender, id, turn).await, TurnEnd::Nothing);
    let breaker = breaker(&town).await;
    assert_eq!(breaker.suspects, [id]);
    assert!(matches!(breaker.phase, Phase::Open { wait_s: 30, .. }));
    assert_eq!(
        town.state_of(&person, "welcome").await,
        "queued/waiting_number"
    );
}

/// The number is removed while it sends; the message was not taken.
struct RemovesNumber(aws_sdk_dynamodb::Client, NumberId);

#[async_trait]
impl Gateway for RemovesNumber {
    async fn send(&self, _: &SendRequest<'_>) -> Reply {
        let delete = self.0.delete_item().table_name(NUMBERS);
        let delete = delete.key("number_id", AttributeValue::S(self.1.to_string()));
        delete.send().await.expect("removed");
        Reply {
            outcome: Outcome::NotAccepted,
            odd_body: false,
        }
    }

    async fn check_key(&self, _: &ApiKey) -> KeyCheck {
        panic!("nobody probes")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_recorded_although_its_number_can_never_be() {
    let (town, person, id, turn) = armed_by_hand(false).await;
    let dynamodb = town.cloud.dynamodb.clone();
    let sender = sender(&town, RemovesNumber(dynamodb, id));
    let end = takes(&sender, id, turn).await;
    assert_eq!(end, TurnEnd::Sent("not_accepted"));
    assert_eq!(town.state_of(&person, "welcome").await, "queued/retry");
    town.cloud.queue.lose(&[]);
    town.advance(300).await;
    assert_eq!(town.state_of(&person, "welcome").await, "sent/accepted");
    assert_eq!(town.chat(&person).await.len(), 1);
}
