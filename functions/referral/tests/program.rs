//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use app::queue_body::decode_wake;
use tests::function::{
    Variables, batch, ends_on_sigterm, failed, refuses_to_start_without, sample,
};
use tests::{Account, Function, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_referral");

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
        ("REFERRALS_QUEUE_URL", format!("{url}referrals.fifo")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_its_jobs_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend([
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("REFERRALS_QUEUE_URL", account.queue_url("referrals")),
    ]);
    let mut function = Function::start(PROGRAM, &variables).await;
    const SAMPLE: &str = "sqs-referral.json";
    let answer = function.invoke(&sample(SAMPLE).to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));

    // Behind a job that cannot be read its group waits.
    let job = r#"{"v":1,"job":"adopt","referrer_id":"22222222-2222-4222-8222-222222222222"}"#;
    let event = batch(SAMPLE, &[job, "Halo", job]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&["id-1", "id-2"])));
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }

    // A real job, as it comes from the queue, makes an alert, and the alert a wake.
    let referrer = Person::nth(1);
    let invited = Person::nth(2).invited_by(&referrer);
    account.register(&referrer).await;
    account.register(&invited).await;
    for _ in ["hers", "the invited person's"] {
        decode_wake(&account.take("wake").await).unwrap();
    }
    let job = account.take("referrals").await;
    let event = batch(SAMPLE, &[&job]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&[])));
    decode_wake(&account.take("wake").await).unwrap();
    ends_on_sigterm(function, &["812100000", "Budi"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
}
