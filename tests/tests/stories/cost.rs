//! What the main operations cost, in calls and capacity units: counts, the same on every machine.

use std::collections::BTreeMap;

use app::dispatch::{Call, dispatch};
use app::numbers::set_paused;
use local::{Bill, Units};
use tests::{Person, Town};

type Calls = BTreeMap<String, u64>;

fn total(calls: &Calls) -> u64 {
    calls.values().sum()
}

/// A town at rest, some seconds after a full minute, so that no tick comes in between.
async fn at_rest(date_time: &str) -> Town {
    let town = Town::open_on(date_time).await;
    town.advance(5).await;
    town
}

/// What a function asked of the cloud, `UpdateItem pace`, and how often.
fn asked(bill: &Bill) -> Vec<(&str, u64)> {
    let calls = bill.calls.iter();
    calls.map(|(name, count)| (name.as_str(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_takes_three_calls_to_the_database_and_none_to_the_key_service() {
    let town = at_rest("2026-11-24 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.cloud.calls.start_bill();
    let invited = Person::nth(2).invited_by(&referrer);
    town.all_register(&[invited]).await;
    let bill = town.cloud.calls.bill("registration");
    let expected = [
        ("BatchGetItem participants", 1),
        ("SendMessage referrals", 1),
        ("SendMessage wake", 1),
        ("TransactWriteItems notifications_log+participants", 1),
        ("UpdateItem limits", 1),
    ];
    assert_eq!(asked(&bill), expected);
    // As docs/data-model.md says: the limit, and six items in a transaction; four reads; two
    // entries for the participant and three for each of two messages.
    let units = Units {
        base_read: 4.0,
        base_write: 13.0,
        index_read: 0.0,
        index_write: 8.0,
    };
    assert_eq!(bill.units, units);

    town.advance(5).await;
    let bill = town.cloud.calls.bill("referral");
    // The settings say when sending hours begin, once in ten seconds.
    let expected = [
        ("BatchGetItem notifications_log+participants", 1),
        ("BatchGetItem settings", 1),
        ("SendMessage wake", 1),
        ("TransactWriteItems notifications_log+participants", 1),
    ];
    assert_eq!(asked(&bill), expected);
    // The counter, and two items for the one place; besides, one read of four settings.
    let units = Units {
        base_read: 3.0 + 4.0,
        base_write: 2.0 + 4.0,
        index_read: 0.0,
        index_write: 5.0,
    };
    assert_eq!(bill.units, units);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_places_that_are_given_together_take_the_calls_of_one() {
    let town = at_rest("2026-11-24 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.cloud.queue.lose(&["referrals"]);
    for n in 2..12 {
        let invited = Person::nth(n).invited_by(&referrer);
        assert_eq!(town.register(&invited).await.status, 201);
    }
    town.advance(5).await;
    town.cloud.queue.lose(&[]);
    town.cloud.calls.start_bill();
    // The tick sends their jobs again: the queue hands over the first at once, the others together.
    town.advance(120).await;
    assert_eq!(town.total_of(&referrer).await, 10);
    let bill = town.cloud.calls.bill("referral");
    let batches = town.cloud.conductor.runs("referrals");
    assert!(batches <= 3, "{batches}");
    let name = "TransactWriteItems notifications_log+participants";
    assert_eq!(bill.calls.get(name), Some(&batches), "{bill:?}");
    // The counter once a batch, and two items a place.
    assert_eq!(bill.units.base_write, 2.0 * batches as f64 + 4.0 * 10.0);
    assert_eq!(bill.units.index_write, 5.0 * 10.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_takes_four_calls_from_queued_to_accepted_besides_the_queries_that_pick() {
    const MESSAGES: u64 = 20;
    let town = at_rest("2026-11-24 10:00").await;
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    town.limit(1, (2, 2), 600, 4_800).await;
    town.advance(5).await;
    let people: Vec<Person> = (1..=20).map(Person::nth).collect();
    // Before anybody registers: the first turn begins while the others still do.
    town.cloud.calls.start_bill();
    town.all_register(&people).await;
    town.advance(80).await;
    assert_eq!(town.all_messages().await.len(), 20);
    let bill = town.cloud.calls.bill("sender");
    let count = |name: &str| bill.calls.get(name).copied().unwrap_or_default();
    // Claim and record; the record of a number that is well writes the number, too.
    assert_eq!(bill.count(&["TransactWriteItems"]), 2 * MESSAGES);
    // The fence; and the last turn, which finds nothing, fences and ends itself.
    assert_eq!(count("UpdateItem pace"), MESSAGES + 2);
    let settings = count("BatchGetItem settings");
    assert_eq!(bill.count(&["BatchGetItem"]) - settings, MESSAGES, "checks");
    // What waits for this number, reminders and welcomes for each message; the last turn looks
    // into five lanes up to three times: with what it knew, with what is true now, and once more
    // when it has ended.
    let picks = count("Query notifications_log/index/due");
    assert!(
        (3 * MESSAGES..=3 * MESSAGES + 15).contains(&picks),
        "{picks}"
    );
    // What is read once in five seconds (the next event: ten), and again by the last turn: settings, roster, next event.
    let shared = settings
        + count("Query broadcast_numbers/index/roster")
        + count("Query events/index/by_start");
    assert!(shared <= 3 * (MESSAGES / 2 + 2), "{shared}");
    assert_eq!(bill.keys(), 0);
    let known = 3 * MESSAGES + MESSAGES + 2 + picks + shared;
    assert_eq!(bill.database(), known, "{bill:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_with_nothing_to_do_takes_at_most_fourteen_calls_day_or_night() {
    for time in ["2026-11-24 10:00", "2026-11-24 22:00"] {
        let town = at_rest(time).await;
        town.cloud.streams.hold(true);
        town.cloud.faults.reset();
        let done = dispatch(&town.cloud.app, Call::Tick).await.expect("done");
        assert_eq!(done.armed, 0);
        let calls = town.cloud.faults.calls();
        assert!(total(&calls) <= 14, "{calls:?}");
    }
}

/// More alerts than a tick looks at wait for the morning.
#[tokio::test(flavor = "multi_thread")]
async fn a_tick_takes_no_more_calls_when_many_rows_wait() {
    let town = at_rest("2026-11-24 22:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    for n in 2..122 {
        let invited = Person::nth(n).invited_by(&referrer);
        assert_eq!(town.register(&invited).await.status, 201);
    }
    town.cloud.streams.hold(true);
    town.advance(600).await;
    let reason = "waiting_window";
    assert_eq!(
        town.count_rows("referrer_alert", "queued", reason).await,
        120
    );
    town.cloud.faults.reset();
    let done = dispatch(&town.cloud.app, Call::Tick).await.expect("done");
    assert_eq!(done.armed, 0);
    let calls = town.cloud.faults.calls();
    assert!(total(&calls) <= 14, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_through_the_webhook_takes_five_calls_to_the_database_and_no_other() {
    let town = at_rest("2026-11-24 10:00").await;
    let people: Vec<Person> = (1..=2).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(30).await;
    // What is read once in ten seconds.
    assert!(town.says(&people[0], 1, "JADWAL").await.is_some());
    town.cloud.calls.start_bill();
    assert!(town.says(&people[1], 1, "STOP").await.is_some());
    let bill = town.cloud.calls.bill("webhook");
    let expected = [
        ("BatchGetItem notifications_log+participants", 1),
        ("BatchGetItem participants+suppression", 1),
        ("GetItem broadcast_numbers", 1),
        ("TransactWriteItems limits+participants+suppression", 1),
        ("UpdateItem limits", 1),
    ];
    assert_eq!(asked(&bill), expected);
}
