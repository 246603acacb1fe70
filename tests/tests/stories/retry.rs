//! A failed message that is tried again on an admin's word.

use app::campaign::{cancel_campaign, open_campaign, progress};
use app::dispatch::{Call, dispatch};
use app::retry::retry_message;
use app::{Act, Failpoint};
use domain::campaign::Phase;
use domain::ids::MessageId;
use domain::log::{Refusal, Retried};
use domain::message::Failure;
use local::simulator::Mode;
use tests::{Item, Person, Town, state, word};

fn id_of(row: &Item) -> MessageId {
    word(row, "id").unwrap().parse().unwrap()
}

async fn welcome_of(town: &Town, person: &Person) -> Item {
    town.log_of(person, "welcome").await.remove(0)
}

async fn retry(town: &Town, id: MessageId, knowingly: bool) -> Retried {
    let retried = retry_message(&town.cloud.app, id, knowingly, &Act::of_the_system()).await;
    retried.unwrap().expect("a message")
}

async fn all_numbers(town: &Town, mode: Mode) {
    for number in 1..=3 {
        town.set_mode(number, mode).await;
    }
}

/// Somebody whose welcome nobody can be sure of.
async fn unsure(town: &Town) -> (Person, MessageId) {
    let person = Person::nth(1);
    all_numbers(town, Mode::BadGateway).await;
    town.register(&person).await;
    town.advance(60).await;
    let row = welcome_of(town, &person).await;
    assert_eq!(state(&row), "failed/unconfirmed");
    all_numbers(town, Mode::Ok).await;
    town.advance(600).await;
    (person, id_of(&row))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_goes_again_only_knowingly_and_then_once() {
    let town = Town::open_at("12:00").await;
    let (person, id) = unsure(&town).await;
    let refused = Retried::Refused(Refusal::Knowingly(Failure::Unconfirmed));
    assert_eq!(retry(&town, id, false).await, refused);
    town.advance(600).await;
    assert_eq!(town.chat(&person).await.len(), 0);

    // Two admins at once, and one who comes late.
    let app = &town.cloud.app;
    let act = Act::of_the_system();
    let (one, two) = tokio::join!(
        retry_message(app, id, true, &act),
        retry_message(app, id, true, &act)
    );
    let outcomes = [one.unwrap().unwrap(), two.unwrap().unwrap()];
    let done = outcomes.iter().filter(|one| **one == Retried::Done(id));
    assert_eq!(done.count(), 1, "{outcomes:?}");
    town.advance(120).await;
    assert_eq!(town.chat(&person).await.len(), 1);
    let row = welcome_of(&town, &person).await;
    assert_eq!(state(&row), "sent/accepted");
    assert!(word(&row, "problem").is_none() && word(&row, "failed_at").is_none());
    let late = Retried::Refused(Refusal::NotFailed);
    assert_eq!(retry(&town, id, true).await, late);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_stopped_and_nobody_who_is_gone_gets_it_and_a_lift_brings_it_back() {
    let town = Town::open_at("12:00").await;
    let (person, id) = unsure(&town).await;
    town.stop(&person).await;
    let refused = Retried::Refused(Refusal::Stopped);
    assert_eq!(retry(&town, id, true).await, refused);

    let index = town.index_of(&person);
    let app = &town.cloud.app;
    let since = app::suppression::standing_of(app, &index)
        .await
        .unwrap()
        .changed_at;
    app::suppression::lift_stop(app, &index, since, "admin", "Diminta lagi")
        .await
        .unwrap();
    // The lift alone lets nothing of before through; the admin's word is newer than it.
    town.advance(120).await;
    assert_eq!(town.chat(&person).await.len(), 0);
    assert_eq!(retry(&town, id, true).await, Retried::Done(id));
    town.advance(120).await;
    assert_eq!(town.chat(&person).await.len(), 1);

    assert_eq!(
        retry_message(
            app,
            MessageId(uuid::Uuid::nil()),
            true,
            &Act::of_the_system()
        )
        .await
        .unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_comes_after_the_word_still_counts() {
    let town = Town::open_at("12:00").await;
    let (person, id) = unsure(&town).await;
    all_numbers(&town, Mode::Refused).await;
    assert_eq!(retry(&town, id, true).await, Retried::Done(id));
    town.advance(30).await;
    town.stop(&person).await;
    all_numbers(&town, Mode::Ok).await;
    town.advance(7_200).await;
    assert_eq!(town.chat(&person).await.len(), 0);
    assert_eq!(
        state(&welcome_of(&town, &person).await),
        "failed/suppressed"
    );
}

/// A broadcast to ten people of which one row failed, and which is done.
async fn done_but_one(town: &Town) -> (domain::campaign::NewCampaign, MessageId) {
    let all: Vec<Person> = (0..10).map(Person::nth).collect();
    town.populate(&all, None).await;
    let new = town.broadcast(1);
    town.set_mode(1, Mode::BadGateway).await;
    open_campaign(&town.cloud.app, &new).await.unwrap();
    town.advance(7).await;
    town.set_mode(1, Mode::Ok).await;
    town.advance(900).await;
    let campaign = town.campaign(new.id).await;
    assert_eq!(campaign.status.phase, Phase::Done);
    let rows = town.rows_of(new.id).await;
    let failed = rows.iter().find(|row| state(row) == "failed/unconfirmed");
    (new, id_of(failed.expect("one that failed")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_that_is_done_opens_for_one_row_and_is_done_again() {
    let town = Town::open_at("12:00").await;
    let (new, id) = done_but_one(&town).await;
    let (_, before) = progress(&town.cloud.app, new.id).await.unwrap();
    assert_eq!(retry(&town, id, true).await, Retried::Done(id));
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Open);
    town.advance(900).await;
    let (campaign, after) = progress(&town.cloud.app, new.id).await.unwrap();
    assert_eq!(campaign.status.phase, Phase::Done);
    assert_eq!(
        after.with_status("failed") + 1,
        before.with_status("failed")
    );
    assert_eq!(after.with_status("sent"), before.with_status("sent") + 1);
    let lanes = town.cloud.app.store.open_lanes().await.unwrap();
    assert!(lanes.open.is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_behind_the_word_costs_a_minute_and_nothing_else() {
    let town = std::sync::Arc::new(Town::open_at("12:00").await);
    let (new, id) = done_but_one(&town).await;
    let point = Failpoint::RetryCommitted.name();
    fail::cfg(point, "panic").unwrap();
    let worker = std::sync::Arc::clone(&town);
    let died = tokio::spawn(async move {
        let act = Act::of_the_system();
        retry_message(&worker.cloud.app, id, true, &act)
            .await
            .is_ok()
    });
    assert!(died.await.is_err());
    fail::remove(point);
    // The minute comes, which virtual time passes over while nobody says that it is needed.
    dispatch(&town.cloud.app, Call::Tick).await.unwrap();
    town.advance(900).await;
    let (campaign, after) = progress(&town.cloud.app, new.id).await.unwrap();
    assert_eq!(campaign.status.phase, Phase::Done);
    assert_eq!(after.with_status("queued"), 0);
    let rows = town.rows_of(new.id).await;
    let row = rows.iter().find(|row| id_of(row) == id).unwrap();
    assert_eq!(state(row), "sent/accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_that_was_called_off_stays_so() {
    let town = Town::open_at("12:00").await;
    let all: Vec<Person> = (0..10).map(Person::nth).collect();
    town.populate(&all, None).await;
    let new = town.broadcast(1);
    town.set_mode(1, Mode::BadGateway).await;
    open_campaign(&town.cloud.app, &new).await.unwrap();
    town.advance(7).await;
    cancel_campaign(&town.cloud.app, new.id, "admin")
        .await
        .unwrap();
    town.advance(900).await;
    for row in town.rows_of(new.id).await {
        if state(&row).starts_with("failed") {
            let refused = Retried::Refused(Refusal::Withdrawn);
            assert_eq!(retry(&town, id_of(&row), true).await, refused);
        }
    }
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Closed);
}
