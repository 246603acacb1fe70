//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use app::queue_body::decode_turn;
use tests::function::{
    Variables, batch, ends_on_sigterm, failed, refuses_to_start_without, sample,
};
use tests::{Account, Function, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dispatcher");

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("TURNS_QUEUE_URL", format!("{url}turns")),
        ("REFERRALS_QUEUE_URL", format!("{url}referrals.fifo")),
        ("CAMPAIGNS_QUEUE_URL", format!("{url}campaigns")),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gives_turns_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend([
        ("TURNS_QUEUE_URL", account.queue_url("turns")),
        ("REFERRALS_QUEUE_URL", account.queue_url("referrals")),
        ("CAMPAIGNS_QUEUE_URL", account.queue_url("campaigns")),
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
    ]);
    let mut function = Function::start(PROGRAM, &variables).await;
    let tick = sample("tick.json").to_string();
    let answer = function.invoke(&tick).await.unwrap();
    assert_eq!(answer["armed"], 0);
    // Nothing waits but the daily reconciliation.
    let next: jiff::Timestamp = answer["next"].as_str().unwrap().parse().unwrap();
    assert_eq!(next.to_string().split_once('T').unwrap().1, "20:00:00Z");
    const SAMPLE: &str = "sqs-wake.json";
    let answer = function.invoke(&sample(SAMPLE).to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));

    let event = batch(SAMPLE, &["Halo", r#"{"v":1}"#, r#"{"v":2}"#]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&["id-0", "id-2"])));
    for event in ["{}", "null", r#"{"v":1,"kind":"dance"}"#, "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }

    // Once something waits and a number is idle, a wake gives it a turn.
    let _gateway = account.add_number().await;
    account.register(&Person::nth(1)).await;
    let wake = account.take("wake").await;
    let event = batch(SAMPLE, &[&wake]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));
    let turn = decode_turn(&account.take("turns").await).unwrap();
    let numbers = account.app.store.roster().await.unwrap();
    assert_eq!(numbers.len(), 1);
    assert_eq!(turn.number_id, numbers[0].id);
    ends_on_sigterm(function, &["812100000", "811000000", "Budi"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
}
