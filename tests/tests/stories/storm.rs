//! Many registrations at the same moment: each sends a wake, and few runs follow.

use app::ports::QueueMessage;
use tests::{Person, Town};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_registrations_at_once_run_the_dispatcher_a_dozen_times_at_most() {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.advance(30).await;
    let people: Vec<Person> = (1..=200).map(Person::nth).collect();
    // However long this machine takes for two hundred forms, their wakes come at once.
    town.cloud.queue.lose(&["wake"]);
    town.all_register(&people).await;
    town.cloud.queue.lose(&[]);
    let before = town.cloud.conductor.runs("wake");
    for _ in &people {
        let app = &town.cloud.app;
        app.queue.send(QueueMessage::Wake).await.expect("queued");
    }
    town.advance(20).await;
    let runs = town.cloud.conductor.runs("wake") - before;
    assert!((1..=12).contains(&runs), "{runs} runs");
    // Until all are welcomed, nothing wakes it again: chains feed themselves.
    town.advance(600).await;
    assert_eq!(town.all_messages().await.len(), 200);
    let runs = town.cloud.conductor.runs("wake") - before;
    assert!(
        runs <= 12 + 3,
        "{runs} runs until the last number went idle"
    );
    town.check_invariants();
}
