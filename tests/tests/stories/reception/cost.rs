//! What a message costs, in calls: counts, the same on every machine.

use std::collections::BTreeMap;

use domain::inbound::{Lid, Request, Sender};
use tests::inbound::message;
use tests::{Person, Town};

/// The calls that one message of this sender causes.
async fn calls(town: &Town, sender: Sender, request: Request) -> BTreeMap<String, u64> {
    let received = message(sender, town.now());
    let via = town.number_id(1).await;
    let app = &town.cloud.app;
    let token = app::hook_token::issue_hook_token(app, via)
        .await
        .expect("a token");
    // What is counted here are the calls of the one function.
    town.cloud.streams.hold(true);
    town.advance(1).await;
    town.cloud.faults.reset();
    let number = app::hook_token::number_of_hook(app, token.reveal(), app.now()).await;
    assert_eq!(number.expect("an answer"), Some(via));
    assert!(
        app::hook_token::within_hook_limit(app, via)
            .await
            .expect("an answer")
    );
    let answer = app::receive::receive(app, via, &received, request).await;
    answer.expect("done");
    town.cloud.faults.calls()
}

fn expected(batch_reads: u64) -> BTreeMap<String, u64> {
    let calls = [
        ("GetItem", 1),
        ("UpdateItem", 1),
        ("BatchGetItem", batch_reads),
        ("TransactWriteItems", 1),
    ];
    calls.map(|(name, count)| (name.to_owned(), count)).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_takes_five_calls_whatever_it_asks_for() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let lid = Lid::parse("123456789").expect("a hidden id");
    let person = |n: u32| Person::nth(n);
    let people: Vec<_> = (1..=3).map(person).collect();
    town.all_register(&people).await;
    town.advance(15).await;
    let from = |n: u32| Sender::Phone {
        phone: person(n).phone(),
        lid: None,
    };
    // Settings, contact and the next event are read once in ten seconds in a warm function.
    town.writes(&person(9), 1, Request::Schedule).await;
    town.writes(&person(9), 1, Request::Other).await;
    let both = Sender::Phone {
        phone: person(1).phone(),
        lid: Some(lid.clone()),
    };
    for (sender, request, reads) in [
        (from(1), Request::Stop, 2),
        (from(1), Request::Stop, 2),
        (from(2), Request::WrongNumber, 2),
        (from(3), Request::Other, 2),
        (from(3), Request::Other, 2),
        (both, Request::Link, 2),
        // Whoever is not registered has no profile to read.
        (from(8), Request::Schedule, 1),
        (from(8), Request::Stop, 1),
        // The hidden id is looked up first.
        (Sender::Hidden(lid), Request::Link, 3),
    ] {
        let what = format!("{sender:?} {request:?}");
        let calls = calls(&town, sender, request).await;
        assert_eq!(calls, expected(reads), "{what}");
    }
}
