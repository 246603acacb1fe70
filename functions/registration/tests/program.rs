//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use app::queue_body::decode_wake;
use serde_json::{Value, json};
use tests::function::refuses_to_start;
use tests::function::{Variables, ends_on_sigterm, refuses_to_start_without, sample};
use tests::{Account, Function};

const PROGRAM: &str = env!("CARGO_BIN_EXE_registration");
/// What the samples hold.
const SECRETS: [&str; 4] = ["81200000001", "0812-0000", "Contoh", "192.0.2.10"];

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
        ("REFERRALS_QUEUE_URL", format!("{url}referrals.fifo")),
        ("FIELD_KEY_ARN", "arn:aws:kms:x:0:key/0".to_owned()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_its_samples_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend([
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("REFERRALS_QUEUE_URL", account.queue_url("referrals")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]);
    let mut function = Function::start(PROGRAM, &variables).await;
    let script = sample("api-registration.json");

    let first = function.invoke(&script.to_string()).await.unwrap();
    assert_eq!(first["statusCode"], 201, "{first}");
    assert_eq!(first["headers"]["content-type"], "application/json");
    assert!(body(&first)["redirect_url"].is_string(), "{first}");
    decode_wake(&account.take("wake").await).unwrap();

    let form = sample("api-registration-form.json").to_string();
    let form = function.invoke(&form).await.unwrap();
    assert_eq!(form["statusCode"], 303, "{form}");
    assert!(form["headers"]["location"].is_string(), "{form}");

    // A body that cannot be read is the visitor's, and answered; an event is nobody's.
    let mut unreadable = script.clone();
    unreadable["body"] = json!("{");
    let refusal = function.invoke(&unreadable.to_string()).await.unwrap();
    assert_eq!(refusal["statusCode"], 400, "{refusal}");
    assert!(body(&refusal)["errors"]["form"].is_string(), "{refusal}");
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }

    let again = function.invoke(&script.to_string()).await.unwrap();
    assert_eq!(body(&again), body(&first));
    ends_on_sigterm(function, &SECRETS).await;

    // With the check on, it makes its secret and refuses who does not know it.
    variables.retain(|(name, _)| *name != "ORIGIN_CHECK");
    variables.push(("ORIGIN_CHECK", "required".to_owned()));
    let mut function = Function::start(PROGRAM, &variables).await;
    let refusal = function.invoke(&script.to_string()).await.unwrap();
    assert_eq!(refusal["statusCode"], 403, "{refusal}");
    ends_on_sigterm(function, &SECRETS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
    let mut odd = required();
    odd.last_mut().unwrap().1 = "maybe".to_owned();
    refuses_to_start(PROGRAM, &odd, "ORIGIN_CHECK").await;
}
