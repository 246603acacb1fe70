//! The program as it is deployed, behind the Runtime API, with real clients and a simulated gateway.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::time::Duration;

use app::dispatch::{Call, dispatch};
use tests::function::{
    Variables, batch, ends_on_sigterm, failed, refuses_to_start, refuses_to_start_without, sample,
};
use tests::{Account, Function, Person};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sender");

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("TURNS_QUEUE_URL", format!("{url}turns")),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
        ("FIELD_KEY_ARN", "arn:aws:kms:x:0:key/0".to_owned()),
        ("GATEWAY_MODE", "live".to_owned()),
        ("GATEWAY_URL", url.to_owned()),
        ("GATEWAY_TIMEOUT_S", "5".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_turns_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let gateway = account.add_number().await;
    let key = local::seed::NUMBERS[0].2;
    let mut variables = account.variables();
    variables.extend([
        ("TURNS_QUEUE_URL", account.queue_url("turns")),
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("GATEWAY_MODE", "live".to_owned()),
        ("GATEWAY_URL", gateway.url_of(key)),
        ("GATEWAY_TIMEOUT_S", "5".to_owned()),
    ]);
    let mut function = Function::start(PROGRAM, &variables).await;
    const SAMPLE: &str = "sqs-turn.json";
    let event = sample(SAMPLE);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));

    let known = event["Records"][0]["body"].as_str().unwrap();
    let event = batch(SAMPLE, &["Halo", known, "{}"]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&["id-0", "id-2"])));
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }
    assert!(gateway.received().is_empty());

    // A turn that is due sends the welcome that waits; the same turn again sends nothing.
    let person = Person::nth(1);
    account.register(&person).await;
    dispatch(&account.app, Call::Wake).await.unwrap();
    let turn = account.take("turns").await;
    let event = batch(SAMPLE, &[&turn, &turn]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));
    let received = gateway.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].to, person.e164().parse().unwrap());
    ends_on_sigterm(function, &["812100000", "811000000", "Budi", key]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_finishes_the_turn_and_takes_no_other() {
    let account = Account::open().await;
    // The number is real; its gateway is one that answers when the test says so.
    let _unused = account.add_number().await;
    let gateway = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut variables = account.variables();
    variables.extend([
        ("TURNS_QUEUE_URL", account.queue_url("turns")),
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("GATEWAY_MODE", "live".to_owned()),
        (
            "GATEWAY_URL",
            format!("http://{}/", gateway.local_addr().unwrap()),
        ),
        ("GATEWAY_TIMEOUT_S", "20".to_owned()),
    ]);
    account.register(&Person::nth(1)).await;
    dispatch(&account.app, Call::Wake).await.unwrap();
    let turn = account.take("turns").await;

    let mut function = Function::start(PROGRAM, &variables).await;
    let event = batch("sqs-turn.json", &[&turn]);
    function.hand(&event.to_string()).await;
    let asked = tokio::time::timeout(Duration::from_secs(60), gateway.accept()).await;
    let (mut request, _) = asked.unwrap().unwrap();
    assert!(request.read(&mut [0; 4096]).await.unwrap() > 0);
    function.ask_to_end();
    let accepted = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK";
    request.write_all(accepted).await.unwrap();

    let ended = function.end().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert_eq!(ended.told, [failed(&[])], "{}", ended.log);
    assert_eq!(ended.polls, 1, "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
    for (variable, value, because) in [
        ("GATEWAY_MODE", "maybe", "GATEWAY_MODE"),
        ("GATEWAY_TIMEOUT_S", "0", "GATEWAY_TIMEOUT_S"),
        ("GATEWAY_TIMEOUT_S", "soon", "GATEWAY_TIMEOUT_S"),
        ("GATEWAY_URL", "http://gateway.invalid/", "NotHttps"),
    ] {
        let mut variables = required();
        variables.retain(|(name, _)| *name != variable);
        variables.push((variable, value.to_owned()));
        refuses_to_start(PROGRAM, &variables, because).await;
    }
}
