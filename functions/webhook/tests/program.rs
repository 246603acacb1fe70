//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use app::hook_token::issue_hook_token;
use app::ports::{Aside, QueueMessage};
use app::queue_body::{decode_inbound, decode_wake, encode};
use serde_json::{Value, json};
use tests::function::{
    Variables, batch, ends_on_sigterm, failed, refuses_to_start, refuses_to_start_without, sample,
};
use tests::{Account, Function, Line, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_webhook");
/// What the events here hold.
const SECRETS: [&str; 5] = ["812100000", "811000000", "Budi", "STOP", "Selamat siang"];

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
        ("INBOUND_QUEUE_URL", format!("{url}inbound")),
        ("FIELD_KEY_ARN", "arn:aws:kms:x:0:key/0".to_owned()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]
}

/// The sample, from this person, to this address.
fn post(token: &str, person: &Person, text: &str) -> Value {
    let mut event = sample("api-hook.json");
    event["pathParameters"]["token"] = token.into();
    event["rawPath"] = format!("/hooks/dripsender/{token}").into();
    let number = person.e164().replace('+', "");
    let body = json!({
        "phone": number, "id": "3EB0SAMPLE", "jid": format!("{number}@s.whatsapp.net"),
        "text": text, "name": "Budi", "timestamp": 1_795_921_200,
    });
    event["body"] = body.to_string().into();
    event
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_messages_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend([
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("INBOUND_QUEUE_URL", account.queue_url("inbound")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]);
    let _gateway = account.add_number().await;
    let number = account.app.store.roster().await.unwrap()[0].id;
    let token = issue_hook_token(&account.app, number).await.unwrap();
    let token = token.reveal();
    let person = Person::nth(1);
    account.register(&person).await;
    decode_wake(&account.take("wake").await).unwrap();

    let mut function = Function::start(PROGRAM, &variables).await;
    let stranger = sample("api-hook.json").to_string();
    let answer = function.invoke(&stranger).await.unwrap();
    assert_eq!(answer["statusCode"], 404, "{answer}");
    let stop = post(token, &person, "STOP").to_string();
    let first = function.invoke(&stop).await.unwrap();
    assert_eq!(first["statusCode"], 200, "{first}");
    assert_eq!(first["headers"]["content-type"], "application/json");
    assert_eq!(body(&first)["reply"], true, "{first}");
    let again = function.invoke(&stop).await.unwrap();
    assert_eq!(body(&again), json!({}), "{again}");

    // A body that cannot be read is the gateway's, and answered; an event is nobody's.
    let mut unreadable = post(token, &person, "x");
    unreadable["body"] = json!("{");
    let refusal = function.invoke(&unreadable.to_string()).await.unwrap();
    assert_eq!(refusal["statusCode"], 400, "{refusal}");
    assert_eq!(body(&refusal), json!({ "error": "not_json" }));
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }

    // What was put aside: one that this account has encrypted, and others.
    let id = uuid::Uuid::from_u128(7);
    let plain = post(token, &Person::nth(2), "Selamat siang");
    let plain = format!("\n{}", plain["body"].as_str().unwrap());
    let app = &account.app;
    let sealed = app.store.seal_aside(id, plain.as_bytes()).await;
    let aside = QueueMessage::Inbound(Aside {
        id,
        number_id: Some(number),
        received_at: app.now(),
        sealed: sealed.unwrap(),
    });
    let good = encode(&aside).unwrap();
    let event = batch("sqs-inbound.json", &["Halo", &good, r#"{"v":1}"#]);
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&["id-0", "id-2"])));
    let mut secrets = SECRETS.to_vec();
    secrets.push(token);
    ends_on_sigterm(function, &secrets).await;

    // With the check on, it makes its secret and refuses who does not know it.
    variables.retain(|(name, _)| *name != "ORIGIN_CHECK");
    variables.push(("ORIGIN_CHECK", "required".to_owned()));
    let mut function = Function::start(PROGRAM, &variables).await;
    let refusal = function.invoke(&stop).await.unwrap();
    assert_eq!(refusal["statusCode"], 403, "{refusal}");
    ends_on_sigterm(function, &secrets).await;
}

/// A process that is new while the database is down has no key yet, and no address to compare with.
#[tokio::test(flavor = "multi_thread")]
async fn it_starts_and_puts_aside_while_the_database_is_down() {
    let account = Account::open().await;
    let mut variables = account.variables();
    let url = variables
        .iter_mut()
        .find(|(name, _)| *name == "AWS_ENDPOINT_URL_DYNAMODB");
    let (_, url) = url.unwrap();
    let line = Line::to(url).await;
    url.clone_from(&line.url);
    variables.extend([
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("INBOUND_QUEUE_URL", account.queue_url("inbound")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("ORIGIN_CHECK", "required".to_owned()),
    ]);
    let _gateway = account.add_number().await;
    let app = &account.app;
    let number = app.store.roster().await.unwrap()[0].id;
    let token = issue_hook_token(app, number).await.unwrap();
    let token = token.reveal();
    let (person, other) = (Person::nth(1), Person::nth(2));
    let is_stopped = async |person: &Person| {
        let phone = domain::phone::Phone::parse(&person.phone).unwrap();
        let index = app.store.phone_index(&phone).unwrap();
        let standing = app::suppression::standing_of(app, &index).await;
        standing.unwrap().standing.is_stopped()
    };

    let mut function = Function::start(PROGRAM, &variables).await;
    let mut waiting = Vec::new();
    // Nobody can tell yet which of them is ours.
    let made_up = token.chars().rev().collect::<String>();
    for (token, person) in [(token, &person), (&made_up, &other)] {
        let event = post(token, person, "STOP").to_string();
        let answer = function.invoke(&event).await.unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        assert_eq!(body(&answer), json!({}));
        waiting.push(account.take("inbound").await);
    }
    for body in &waiting {
        assert!(!body.contains("number_id"), "{body}");
        let sealed = decode_inbound(body).unwrap().sealed;
        for secret in SECRETS.iter().chain([&token]) {
            let has = |bytes: &[u8]| bytes == secret.as_bytes();
            assert!(!sealed.windows(secret.len()).any(has), "{secret}");
        }
    }
    let bodies: Vec<_> = waiting.iter().map(String::as_str).collect();
    let event = batch("sqs-inbound.json", &bodies).to_string();
    let answer = function.invoke(&event).await;
    assert_eq!(answer, Ok(failed(&["id-0", "id-1"])), "they come again");
    assert!(!is_stopped(&person).await);

    line.mend();
    let answer = function.invoke(&event).await;
    assert_eq!(answer, Ok(failed(&[])));
    assert!(is_stopped(&person).await);
    assert!(!is_stopped(&other).await, "through no address of ours");
    let event = post(token, &person, "STOP").to_string();
    let answer = function.invoke(&event).await.unwrap();
    assert_eq!(answer["statusCode"], 403, "the door is shut again");
    let mut secrets = SECRETS.to_vec();
    secrets.push(token);
    ends_on_sigterm(function, &secrets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
    let mut odd = required();
    odd.last_mut().unwrap().1 = "maybe".to_owned();
    refuses_to_start(PROGRAM, &odd, "ORIGIN_CHECK").await;
}
