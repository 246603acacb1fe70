//! What the main operations cost, in calls to the database: a count, the same on every machine.

use std::collections::BTreeMap;

use app::dispatch::{Call, dispatch};
use app::numbers::set_paused;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_takes_three_calls() {
    let town = at_rest("2026-11-24 10:00").await;
    town.all_register(&[Person::nth(1)]).await;
    // The wake is a second away: nothing else runs meanwhile.
    town.cloud.faults.reset();
    town.all_register(&[Person::nth(2)]).await;
    let calls = town.cloud.faults.calls();
    assert!(total(&calls) <= 3, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_takes_seven_calls_from_queued_to_accepted_and_two_of_them_are_transactions() {
    let town = at_rest("2026-11-24 10:00").await;
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    town.limit(1, (2, 2), 600, 4_800).await;
    town.advance(5).await;
    let people: Vec<Person> = (1..=20).map(Person::nth).collect();
    town.all_register(&people).await;
    town.cloud.faults.reset();
    town.advance(80).await;
    assert_eq!(town.all_messages().await.len(), 20);
    let calls = town.cloud.faults.calls();
    assert_eq!(calls["TransactWriteItems"], 2 * 20, "claim and record");
    // Four calls of its own (fence, claim, check, record) and two queries that pick; what is read
    // once in ten seconds makes a seventh at this pace. Besides: wakes, ticks, the chain's end.
    assert!(total(&calls) <= 7 * 20 + 30, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_with_nothing_to_do_takes_at_most_twelve_calls_day_or_night() {
    for time in ["2026-11-24 10:00", "2026-11-24 22:00"] {
        let town = at_rest(time).await;
        town.cloud.faults.reset();
        let done = dispatch(&town.cloud.app, Call::Tick).await.expect("done");
        assert_eq!(done.armed, 0);
        let calls = town.cloud.faults.calls();
        assert!(total(&calls) <= 12, "{calls:?}");
    }
}
