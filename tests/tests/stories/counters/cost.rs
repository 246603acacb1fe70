//! What counting costs, in calls and units.

use tests::{Person, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_and_its_place_are_counted_in_one_transaction() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    // The first one makes items; the second shows what each next one costs.
    town.all_register(&[Person::nth(2).invited_by(&referrer)])
        .await;
    town.comes_to_rest().await;
    let runs = town.cloud.streams.runs();
    town.cloud.calls.start_bill();
    town.all_register(&[Person::nth(3).invited_by(&referrer)])
        .await;
    town.advance(30).await;
    let bill = town.cloud.calls.bill("projector");
    let runs = town.cloud.streams.runs() - runs;
    // The participant, welcome and alert: in as many batches as they have shards, if all comes
    // within one window, which a busy machine may miss.
    assert!((2..=6).contains(&runs), "{runs}");
    let count = |name: &str| bill.calls.get(name).copied().unwrap_or_default();
    assert_eq!(count("BatchGetItem counters"), runs, "{bill:?}");
    // When it was counted.
    assert_eq!(count("UpdateItem counters"), runs);
    // Mark, two words, and the six totals of somebody with a place: 2 W each.
    let person = 2.0 * (1.0 + 2.0 + 6.0);
    // Mark and total of two messages; a total that both move is written once if they come together.
    let messages = [2.0 * (2.0 + 1.0), 2.0 * (2.0 + 2.0)];
    let when = runs as f64;
    let written = bill.units.base_write - when;
    // If the place came in a window of its own: mark and totals of the place by themselves.
    let apart = [0.0, 2.0];
    let expected = messages.map(|messages| apart.map(|apart| person + messages + apart));
    assert!(
        expected.as_flattened().contains(&written),
        "{written}: {bill:?}"
    );
    // A city and three periods, each moved on its board.
    assert_eq!(bill.units.index_write, 2.0 * 4.0, "{bill:?}");
}
