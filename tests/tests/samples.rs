//! Every sample event goes to its real handler and is answered; what cannot be read comes back as
//! the failure of that one record.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::ports::{Aside, QueueMessage};
use app::queue_body::{decode_inbound, encode};
use app::take_turn::Sender;
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::OriginDoor;
use local::LocalGateway;
use registration::Deps;
use serde_json::{Value, json};
use tests::Town;

/// The files of `events/` by name.
fn samples() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = std::fs::read_dir(folder).unwrap();
    // What comes to the webhook is read in shared/gateway/tests.
    let paths = files.map(|file| file.unwrap().path());
    let samples: BTreeMap<_, _> = paths
        .filter(|path| path.is_file())
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    assert!(!samples.is_empty());
    samples
}

async fn app() -> App {
    Town::open().await.cloud.app
}

async fn webhook_deps() -> webhook::Deps {
    webhook::Deps {
        app: app().await,
        origin: OriginDoor::open(),
    }
}

/// The same with a first record that this app has encrypted, since no other can be opened.
async fn sealed(event: &Value, app: &App) -> Value {
    let mut event = event.clone();
    let body = event["Records"][0]["body"].as_str().unwrap();
    let Aside {
        id,
        number_id,
        received_at,
        ..
    } = decode_inbound(body).unwrap();
    let sealed = app.store.seal_aside(id, b"\n{}").await;
    let aside = QueueMessage::Inbound(Aside {
        id,
        number_id,
        received_at,
        sealed: sealed.unwrap(),
    });
    event["Records"][0]["body"] = encode(&aside).unwrap().into();
    event
}

async fn sender() -> Sender {
    let cloud = Town::open().await.cloud;
    let gateway = LocalGateway::new(cloud.simulator, Duration::from_secs(1));
    Sender::new(cloud.app, Arc::new(gateway), true)
}

fn batch(event: &Value) -> SqsEvent {
    serde_json::from_value(event.clone()).unwrap()
}

/// Which records of a stream the projector reports as failed, in a town's tables.
async fn uncounted(event: &Value) -> Vec<String> {
    let event = event.to_string().replace("socialpreneur-dev", "local");
    let event = serde_json::from_str(&event).unwrap();
    let answer = projector::handle(&app().await, event).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    let number = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    failures.map(number).collect()
}

/// Which handler takes events of a queue.
fn queue(event: &Value) -> Option<&'static str> {
    let arn = event["Records"][0]["eventSourceARN"].as_str()?;
    if arn.starts_with("arn:aws:dynamodb:") {
        return None;
    }
    let queues = ["wake", "turns", "referrals.fifo", "inbound", "campaigns"];
    let known = queues
        .into_iter()
        .find(|queue| arn.ends_with(&format!("-{queue}")));
    Some(known.unwrap_or_else(|| panic!("no handler is known for {arn}")))
}

/// What the handler of a queue reports as failed.
async fn failed(event: &Value) -> Vec<String> {
    let answer = match queue(event) {
        Some("wake") => dispatcher::handle(&app().await, event.clone())
            .await
            .unwrap(),
        Some("turns") => {
            let answer = sender::handle(&sender().await, batch(event)).await.unwrap();
            serde_json::to_value(answer).unwrap()
        }
        Some("referrals.fifo") => {
            let answer = referral::handle(&app().await, batch(event)).await.unwrap();
            serde_json::to_value(answer).unwrap()
        }
        Some("inbound") => {
            let deps = webhook_deps().await;
            let event = sealed(event, &deps.app).await;
            webhook::handle(&deps, event).await.unwrap()
        }
        Some("campaigns") => {
            let answer = campaign::handle(&app().await, batch(event)).await.unwrap();
            serde_json::to_value(answer).unwrap()
        }
        _ => panic!("not an event of a queue: {event}"),
    };
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_answered_by_its_handler() {
    for (name, event) in samples() {
        let route = event["routeKey"].as_str();
        if route == Some("POST /hooks/dripsender/{token}") {
            let answer = webhook::handle(&webhook_deps().await, event).await.unwrap();
            assert_eq!(answer["statusCode"], 404, "{name}: {answer}");
        } else if route == Some("ANY /api/admin/{proxy+}") {
            let cloud = Town::open().await.cloud;
            let admin = admin::Admin::new(admin::Deps {
                app: cloud.app,
                directory: Arc::new(cloud.sign_in),
                gateway: None,
                hooks_at: None,
                origin: None,
            });
            let request = lambda_http::request::from_str(&event.to_string()).unwrap();
            let answer = admin.handle(request).await;
            assert_eq!(answer.status(), 200, "{name}: {:?}", answer.body());
        } else if route.is_some_and(|route| route.contains('{')) {
            let deps = portal::Deps {
                app: app().await,
                origin: None,
            };
            let request = lambda_http::request::from_str(&event.to_string()).unwrap();
            let answer = portal::handle(&deps, request).await;
            assert_eq!(answer.status(), 404, "{name}: {:?}", answer.body());
        } else if let Some(route) = route {
            let deps = Deps {
                app: app().await,
                origin: None,
            };
            let request = lambda_http::request::from_str(&event.to_string()).unwrap();
            let answer = registration::handle(&deps, request).await;
            let expected = match route {
                "POST /api/registrations" if name.contains("form") => 303,
                "POST /api/registrations" => 201,
                "POST /api/visits" => 204,
                "GET /api/landing" | "GET /api/contact.vcf" => 200,
                _ => panic!("{name}: no handler is known for {route}"),
            };
            assert_eq!(answer.status(), expected, "{name}: {:?}", answer.body());
        } else if event["kind"] == "tick" {
            let answer = dispatcher::handle(&app().await, event).await.unwrap();
            assert_eq!(answer["armed"], 0, "{name}");
        } else if event["kind"] == "recount" {
            let answer = projector::handle(&app().await, event).await.unwrap();
            assert_eq!(answer["done"], true, "{name}: {answer}");
        } else if name.starts_with("stream-") {
            assert_eq!(uncounted(&event).await, [""; 0], "{name}");
        } else if queue(&event).is_some() {
            assert_eq!(Box::pin(failed(&event)).await, [""; 0], "{name}");
        } else {
            panic!("{name}: no handler is known for it");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_fails_alone() {
    let unreadable = [
        json!(null),
        json!(""),
        json!("Halo"),
        json!("[]"),
        json!("{}"),
        json!("{\"v\":2}"),
        json!("{\"v\":1,\"number_id\":\"x\",\"turn\":-1,\"job\":\"dance\"}"),
        json!("\u{0}"),
    ];
    for (name, event) in samples() {
        if queue(&event).is_none() {
            continue;
        }
        for body in &unreadable {
            // Behind the good ones, so that those are seen to be done.
            let mut event = event.clone();
            let records = event["Records"].as_array_mut().unwrap();
            let mut bad = records[0].clone();
            bad["messageId"] = json!("bad");
            bad["body"] = body.clone();
            records.push(bad);
            assert_eq!(Box::pin(failed(&event)).await, ["bad"], "{name}: {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_read_fails_alone_wherever_it_stands() {
    for name in ["stream-people.json", "stream-messages.json"] {
        let event = samples().remove(name).unwrap();
        let number = |number: &str| json!({ "SequenceNumber": number });
        for content in [
            number("9"),
            json!({ "SequenceNumber": "9", "Keys": { "pk": { "S": "P#x" }, "sk": { "S": "PROFILE" } } }),
            json!({ "SequenceNumber": "9", "Keys": { "id": { "S": "x" } } }),
            json!({ "SequenceNumber": "9", "Keys": "odd", "NewImage": [] }),
        ] {
            let mut event = event.clone();
            let records = event["Records"].as_array_mut().unwrap();
            let mut bad = records[0].clone();
            bad["dynamodb"] = content.clone();
            records.insert(0, bad.clone());
            assert_eq!(uncounted(&event).await, ["9"], "{name}: {content}");
        }
        let mut event = event.clone();
        event["Records"][0]["eventSourceARN"] = json!("arn:aws:dynamodb:x:0:table/other/stream/1");
        assert_eq!(uncounted(&event).await.len(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_an_unreadable_job_its_group_waits() {
    let mut event = samples().remove("sqs-referral.json").unwrap();
    event["Records"][0]["body"] = json!("?");
    let ids = event["Records"].as_array().unwrap().iter();
    let ids: Vec<_> = ids
        .map(|record| record["messageId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(Box::pin(failed(&event)).await, ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_neither_a_batch_nor_a_tick_is_an_error_that_someone_sees() {
    let app = app().await;
    let deps = webhook_deps().await;
    for event in [
        json!({}),
        json!(null),
        json!({ "v": 2, "kind": "tick" }),
        json!({ "v": 1, "kind": "dance" }),
        json!({ "v": 1, "kind": "tick", "more": 1 }),
        json!({ "Records": "none" }),
    ] {
        let answer = dispatcher::handle(&app, event.clone()).await;
        assert!(answer.is_err(), "{event}");
        let answer = webhook::handle(&deps, event.clone()).await;
        assert!(answer.is_err(), "{event}");
        let answer = projector::handle(&app, event.clone()).await;
        assert!(answer.is_err(), "{event}");
    }
}
