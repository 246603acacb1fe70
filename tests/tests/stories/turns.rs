//! Turns that come twice, never, or too late: time is lost and nothing else.

use std::sync::Arc;

use app::dispatch::{Call, dispatch};
use app::ports::QueueMessage;
use app::take_turn::{Sender, TurnEnd, take_turn};
use app::{App, Dice};
use async_trait::async_trait;
use domain::ids::NumberId;
use domain::lane::Lane;
use domain::message::{Class, DueMessage};
use domain::outcome::Outcome;
use domain::pace::{Pace, Phase};
use domain::reaction::{AfterMessage, AfterNumber};
use gateway::{ApiKey, Gateway, KeyCheck, Reply, SendRequest};
use jiff::{SignedDuration, Timestamp};
use store::{Claimed, Fenced, NextTurn, Record, Recorded};
use tests::{Person, Town};

/// A town in which nothing runs by itself: no wake and no turn arrives.
async fn still(count: u32) -> (Town, Vec<Person>) {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.advance(5).await;
    town.cloud.queue.lose(&["wake", "turns"]);
    let people: Vec<Person> = (1..=count).map(Person::nth).collect();
    town.all_register(&people).await;
    (town, people)
}

async fn pace(town: &Town, number: NumberId) -> Pace {
    let mut paces = town.cloud.app.store.paces(&[number]).await.expect("paces");
    paces.remove(&number).expect("a pace")
}

async fn armed(town: &Town) -> Vec<(NumberId, u64)> {
    let mut armed = Vec::new();
    for number in 1..=3 {
        let id = town.number_id(number).await;
        let pace = pace(town, id).await;
        if matches!(pace.phase, Phase::Armed { .. }) {
            armed.push((id, pace.turn));
        }
    }
    armed
}

async fn turn(town: &Town, (number_id, turn): (NumberId, u64)) {
    let message = QueueMessage::Turn {
        number_id,
        turn,
        delay_s: 0,
    };
    let app = &town.cloud.app;
    app.queue.send(message).await.expect("queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatchers_at_the_same_moment_start_at_most_one_chain_for_a_number() {
    let (town, _) = still(2).await;
    let app = &town.cloud.app;
    let run = |call| Box::pin(dispatch(app, call));
    let runs = tokio::join!(
        run(Call::Wake),
        run(Call::Tick),
        run(Call::Wake),
        run(Call::Tick)
    );
    let started: usize = [runs.0, runs.1, runs.2, runs.3]
        .into_iter()
        .map(|run| run.expect("dispatched").armed)
        .sum();
    // Who saw one number armed and not yet the next may arm a third: an empty turn, no harm.
    assert!((2..=3).contains(&started), "{started} for two rows");
    let turns: Vec<u64> = armed(&town).await.iter().map(|(_, turn)| *turn).collect();
    assert_eq!(turns, vec![1; started], "no number twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_arrives_five_times_sends_one_message() {
    let (town, _) = still(3).await;
    dispatch(&town.cloud.app, Call::Wake).await.expect("done");
    let first = armed(&town).await[0];
    town.cloud.queue.lose(&["wake"]);
    for _ in 0..5 {
        turn(&town, first).await;
    }
    town.advance(1).await;
    assert_eq!(town.all_messages().await.len(), 1);
    // An old turn is nobody's, however late it comes.
    town.advance(60).await;
    let sent = town.all_messages().await.len();
    turn(&town, first).await;
    town.advance(0).await;
    assert_eq!(town.all_messages().await.len(), sent);
    town.cloud.queue.lose(&[]);
    town.advance(300).await;
    assert_eq!(town.all_messages().await.len(), 3);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_and_wakes_that_are_lost_are_made_good_within_two_minutes() {
    let (town, people) = still(6).await;
    town.advance(600).await;
    assert!(town.all_messages().await.is_empty(), "every turn was lost");
    town.cloud.queue.lose(&[]);
    town.advance(120).await;
    for person in &people {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    town.check_invariants();
}

/// The first row, claimed by a worker that then falls silent.
async fn claimed_by_a_silent_worker(town: &Town) -> (NumberId, DueMessage, domain::ids::Token) {
    let app = &town.cloud.app;
    dispatch(app, Call::Wake).await.expect("done");
    let (number_id, turn) = armed(town).await[0];
    let token = app.dice.token();
    let now = app.now();
    let Fenced::Held(pace) = app
        .store
        .fence(number_id, turn, token, now)
        .await
        .expect("a fence")
    else {
        panic!("the turn is not ours");
    };
    let lane = Lane::Class(Class::Welcome);
    let rows = app.store.due(&lane, Timestamp::MIN, now, 1).await;
    let row = rows.expect("rows").remove(0);
    let roster = app.store.roster().await.expect("a roster");
    let after = pace.with_send(now, &roster[0].limits);
    let claimed = app.store.claim(&row, token, &after, now).await;
    assert_eq!(claimed.expect("a claim"), Claimed::Yes);
    (number_id, row, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_comes_after_its_lease_corrects_the_row_and_touches_no_later_turn() {
    let (town, people) = still(1).await;
    let (number_id, row, token) = claimed_by_a_silent_worker(&town).await;
    town.advance(180).await;
    assert_eq!(
        town.state_of(&people[0], "welcome").await,
        "failed/unconfirmed",
        "its request may have begun"
    );
    let before = pace(&town, number_id).await;
    assert!(!matches!(before.phase, Phase::Held { .. }), "taken over");

    let app = &town.cloud.app;
    let record = Record {
        message: &row,
        number_id,
        token,
        after: AfterMessage::Sent,
        number: AfterNumber::Unharmed,
        health: None,
        gateway: None,
        absolved: &[],
        answer: "accepted",
        template_version: 0,
        next_free_at: app.now(),
        next: NextTurn::Armed {
            turn: 99,
            due: app.now(),
        },
    };
    let recorded = app.store.record(&record, app.now()).await;
    assert_eq!(recorded.expect("recorded"), Recorded::TurnLost);
    assert_eq!(town.state_of(&people[0], "welcome").await, "sent/accepted");
    let after = pace(&town, number_id).await;
    assert_eq!((after.turn, after.phase), (before.turn, before.phase));
    // Nobody sends it again.
    town.cloud.queue.lose(&[]);
    town.advance(600).await;
    assert!(town.all_messages().await.is_empty());
}

/// What is recorded of a request that was not accepted, by number 1 as it stands.
async fn record_a_failure(town: &Town, keep: bool) -> (Recorded, NumberId) {
    let (number_id, row, token) = claimed_by_a_silent_worker(town).await;
    if !keep {
        town.advance(180).await;
    }
    let app = &town.cloud.app;
    let now = app.now();
    let turn = pace(town, number_id).await.turn + 1;
    let until = now + SignedDuration::from_secs(30);
    let number = AfterNumber::Cools { until, streak: 1 };
    let roster = app.store.roster().await.expect("a roster");
    let known = roster.iter().find(|n| n.id == number_id).expect("known");
    let health = known.record.after(number, "not_accepted", now);
    let record = Record {
        message: &row,
        number_id,
        token,
        after: AfterMessage::Again {
            not_before: until,
            counts: true,
        },
        number,
        health: health.as_ref(),
        gateway: None,
        absolved: &[],
        answer: "not_accepted",
        template_version: 0,
        next_free_at: until,
        next: NextTurn::Armed { turn, due: until },
    };
    let mut recorded = app.store.record(&record, now).await;
    if keep {
        assert_eq!(recorded.expect("recorded"), Recorded::Ours);
        // Its answer got lost: the same again.
        recorded = app.store.record(&record, now).await;
    }
    (recorded.expect("recorded"), number_id)
}

async fn streak_of(town: &Town, id: NumberId) -> u32 {
    let roster = town.cloud.app.store.roster().await.expect("a roster");
    let number = roster.iter().find(|n| n.id == id).expect("known");
    number.failure_streak
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_answer_got_lost_is_known_by_whoever_wrote_it() {
    let (town, people) = still(1).await;
    let (recorded, number_id) = record_a_failure(&town, true).await;
    assert_eq!(recorded, Recorded::Ours, "so its next turn is queued");
    assert_eq!(streak_of(&town, number_id).await, 1, "counted once");
    assert_eq!(town.state_of(&people[0], "welcome").await, "queued/retry");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_late_result_says_of_its_number_is_kept_although_the_turn_is_lost() {
    let (town, people) = still(1).await;
    let (recorded, number_id) = record_a_failure(&town, false).await;
    assert_eq!(recorded, Recorded::TurnLost);
    assert_eq!(streak_of(&town, number_id).await, 1);
    assert_eq!(town.state_of(&people[0], "welcome").await, "queued/retry");
}

/// A gateway that takes nothing, and while it says so the number is removed.
struct Removes(Arc<Town>);

#[async_trait]
impl Gateway for Removes {
    async fn send(&self, _: &SendRequest<'_>) -> Reply {
        for item in self.0.items("broadcast_numbers").await {
            let table = self.0.cloud.dynamodb.delete_item();
            let id = item["number_id"].clone();
            table
                .table_name("local-broadcast_numbers")
                .key("number_id", id)
                .send()
                .await
                .expect("removed");
        }
        Reply {
            outcome: Outcome::NotAccepted,
            odd_body: false,
        }
    }

    async fn check_key(&self, _: &ApiKey) -> KeyCheck {
        KeyCheck::Valid
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_outcome_is_recorded_although_its_number_cannot_be_written() {
    let (town, people) = still(1).await;
    let town = Arc::new(town);
    dispatch(&town.cloud.app, Call::Wake).await.expect("done");
    let (number_id, turn) = armed(&town).await[0];
    let gateway = Arc::new(Removes(Arc::clone(&town)));
    let app = &town.cloud.app;
    let (queue, clock) = (Arc::clone(&app.queue), Arc::clone(&app.clock));
    let app = App::new(app.store.clone(), queue, clock, Dice::seeded(1));
    let sender = Sender::new(app, gateway, true);
    let end = take_turn(&sender, number_id, turn).await.expect("taken");
    assert_eq!(end, TurnEnd::Sent("not_accepted"));
    assert_eq!(town.state_of(&people[0], "welcome").await, "queued/retry");
    let pace = pace(&town, number_id).await;
    assert!(
        !matches!(pace.phase, Phase::Held { .. }),
        "{:?}",
        pace.phase
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gap_holds_although_nobody_recorded_the_outcome() {
    let (town, _) = still(2).await;
    let (number_id, ..) = claimed_by_a_silent_worker(&town).await;
    let held = pace(&town, number_id).await;
    let earliest = held.next_free_at;
    town.cloud.queue.lose(&[]);
    town.advance(300).await;
    for number in 1..=3 {
        if town.number_id(number).await != number_id {
            continue;
        }
        for message in town.cloud.simulator.received() {
            assert!(message.number != town.number(number) || message.at_virtual >= earliest);
        }
    }
    assert_eq!(town.all_messages().await.len(), 1);
}
