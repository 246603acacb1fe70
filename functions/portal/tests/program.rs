//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use std::collections::HashSet;

use domain::event::{Event, EventForm};
use domain::ids::ParticipantId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tests::function::{
    Variables, ends_on_sigterm, refuses_to_start, refuses_to_start_without, sample,
};
use tests::{Account, Function, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_portal");

fn required() -> Variables {
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("FIELD_KEY_ARN", "arn:aws:kms:x:0:key/0".to_owned()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]
}

/// An event that begins in an hour.
async fn event(account: &Account) -> Event {
    let now = account.app.now();
    let form = EventForm {
        title: Some("Sosialisasi".to_owned()),
        start_time: Some((now + SignedDuration::from_hours(1)).to_string()),
        zoom_link: Some("https://zoom.example/j/1".to_owned()),
        ..EventForm::default()
    };
    let details = form.check(None, now).unwrap();
    let id = account.app.dice.event_id();
    let event = Event::new(id, details, now, Timestamp::UNIX_EPOCH);
    assert!(account.app.store.create_event(&event).await.unwrap());
    event
}

/// The sample, for this link.
fn opened(name: &str, token: &str) -> Value {
    let mut event = sample(name);
    let path = format!("/j/{token}");
    event["rawPath"] = path.as_str().into();
    event["requestContext"]["http"]["path"] = path.into();
    event["pathParameters"]["token"] = token.into();
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leads_to_the_meeting_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend([
        ("FIELD_KEY_ARN", account.key_arn()),
        ("ORIGIN_CHECK", "off".to_owned()),
    ]);
    let event = event(&account).await;
    account.register(&Person::nth(1)).await;
    let (store, now) = (&account.app.store, account.app.now());
    let people = store.registrants(&event, &HashSet::new(), now).await;
    let person = people.unwrap().remove(0).id;
    let token = store.join_token(event.id, person).unwrap();
    let token = token.encode();
    let stranger = ParticipantId(uuid::Uuid::from_u128(5));
    let gone = store.join_token(event.id, stranger).unwrap();

    let mut function = Function::start(PROGRAM, &variables).await;
    let join = opened("api-join.json", &token).to_string();
    let answer = function.invoke(&join).await.unwrap();
    assert_eq!(answer["statusCode"], 302, "{answer}");
    assert_eq!(answer["headers"]["location"], event.zoom_link);
    let look = opened("api-join-look.json", &token).to_string();
    let answer = function.invoke(&look).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let erased = opened("api-join.json", &gone.encode()).to_string();
    let answer = function.invoke(&erased).await.unwrap();
    assert_eq!(answer["statusCode"], 410, "{answer}");
    let unknown = sample("api-join.json").to_string();
    let answer = function.invoke(&unknown).await.unwrap();
    assert_eq!(answer["statusCode"], 404, "{answer}");
    let mut file = sample("api-calendar.json");
    let path = format!("/api/events/{}.ics", event.id);
    file["rawPath"] = path.as_str().into();
    file["requestContext"]["http"]["path"] = path.into();
    let answer = function.invoke(&file.to_string()).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(
        answer["headers"]["content-type"],
        "text/calendar; charset=utf-8"
    );
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }
    let secrets = [token.as_str(), "81210000001", "zoom.example"];
    ends_on_sigterm(function, &secrets).await;

    // With the check on, it makes its secret and refuses who does not know it.
    variables.retain(|(name, _)| *name != "ORIGIN_CHECK");
    variables.push(("ORIGIN_CHECK", "required".to_owned()));
    let mut function = Function::start(PROGRAM, &variables).await;
    let refusal = function.invoke(&join).await.unwrap();
    assert_eq!(refusal["statusCode"], 403, "{refusal}");
    ends_on_sigterm(function, &secrets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
    let mut odd = required();
    odd.last_mut().unwrap().1 = "maybe".to_owned();
    refuses_to_start(PROGRAM, &odd, "ORIGIN_CHECK").await;
}
