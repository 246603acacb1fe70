//! Turns that come twice, never, or too late: time is lost and nothing else.

use app::dispatch::{Call, dispatch};
use app::ports::QueueMessage;
use domain::ids::{NumberId, Token};
use domain::lane::Lane;
use domain::message::{Class, DueMessage, Failure};
use domain::pace::{Pace, Phase};
use domain::reaction::{AfterMessage, AfterNumber};
use jiff::Timestamp;
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

/// The only row, claimed by a worker that then falls silent.
async fn claimed_by_a_silent_worker(town: &Town) -> (NumberId, DueMessage, Token) {
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

/// The record of an accepted request whose number goes on at once.
fn accepted(
    row: &DueMessage,
    number_id: NumberId,
    token: Token,
    turn: u64,
    now: Timestamp,
) -> Record<'_> {
    Record {
        message: row,
        number_id,
        token,
        after: AfterMessage::Sent,
        number: AfterNumber::Unharmed,
        health: None,
        gateway: None,
        absolved: &[],
        answer: "accepted",
        template_version: 0,
        next_free_at: now,
        next: NextTurn::Armed { turn, due: now },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_answer_got_lost_is_still_ours() {
    let (town, _) = still(1).await;
    let (number_id, row, token) = claimed_by_a_silent_worker(&town).await;
    let app = &town.cloud.app;
    let armed = accepted(&row, number_id, token, 2, app.now());
    for _ in 0..2 {
        let recorded = app.store.record(&armed, app.now()).await;
        assert_eq!(recorded.expect("recorded"), Recorded::Ours);
    }
    // Another turn's record is not.
    let other = accepted(&row, number_id, app.dice.token(), 3, app.now());
    let recorded = app.store.record(&other, app.now()).await;
    assert_eq!(recorded.expect("refused"), Recorded::RowGone);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_late_result_says_of_its_number_is_kept() {
    let (town, people) = still(1).await;
    let (number_id, row, token) = claimed_by_a_silent_worker(&town).await;
    town.advance(180).await;
    let app = &town.cloud.app;
    let facts = app.store.facts(number_id).await.expect("facts");
    let stumbled = AfterNumber::Cools {
        until: app.now(),
        streak: 1,
    };
    let number = facts.number.expect("a number");
    let health = number.record.after(stumbled, "unconfirmed", app.now());
    let record = Record {
        after: AfterMessage::Failed(Failure::Unconfirmed),
        number: stumbled,
        health: health.as_ref(),
        ..accepted(&row, number_id, token, 99, app.now())
    };
    let recorded = app.store.record(&record, app.now()).await;
    assert_eq!(recorded.expect("recorded"), Recorded::TurnLost);
    assert_eq!(
        town.state_of(&people[0], "welcome").await,
        "failed/unconfirmed"
    );
    let facts = app.store.facts(number_id).await.expect("facts");
    let number = facts.number.expect("a number");
    assert_eq!((number.failure_streak, number.record.revision), (1, 1));
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
    let record = accepted(&row, number_id, token, 99, app.now());
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
