//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use domain::counting::Period;
use serde_json::{Value, json};
use tests::function::{Variables, ends_on_sigterm, failed, refuses_to_start_without, sample};
use tests::{Account, Function, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_projector");

fn required() -> Variables {
    vec![("TABLE_PREFIX", "sample".to_owned())]
}

/// A sample event, in the account's tables.
fn here(name: &str) -> Value {
    let event = sample(name).to_string();
    let event = event.replace("socialpreneur-dev", "sample");
    serde_json::from_str(&event).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_changes_once_and_everything_anew() {
    let account = Account::open().await;
    let mut function = Function::start(PROGRAM, &account.variables()).await;
    for name in ["stream-people.json", "stream-messages.json"] {
        for _ in ["the first time", "again"] {
            let answer = function.invoke(&here(name).to_string()).await;
            assert_eq!(answer, Ok(failed(&[])), "{name}");
        }
    }
    let store = &account.app.store;
    let lines = store.top_referrers(Period::All, None, 9).await.unwrap();
    let lines = lines.items;
    assert_eq!(lines.iter().map(|line| line.total).collect::<Vec<_>>(), [1]);
    assert_eq!(store.people_totals().await.unwrap().subscribed, 1);

    let mut event = here("stream-people.json");
    event["Records"][1]["dynamodb"]["NewImage"]["status"] = json!({"S": "odd"});
    let number = event["Records"][1]["dynamodb"]["SequenceNumber"].clone();
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&[number.as_str().unwrap()])));
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }

    // What the samples told of is not there; somebody else is.
    account.register(&Person::nth(1)).await;
    let answer = function
        .invoke(&sample("recount.json").to_string())
        .await
        .unwrap();
    assert_eq!(
        (&answer["done"], &answer["unreadable"]),
        (&json!(true), &json!(0))
    );
    assert!(
        store
            .top_referrers(Period::All, None, 9)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(store.people_totals().await.unwrap().subscribed, 1);
    ends_on_sigterm(function, &["812100000", "Budi", "Siti", "Aminah"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
}
