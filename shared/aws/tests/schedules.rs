//! The requests that go to EventBridge Scheduler, through the real SDK client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;

use app::ports::{Clock, Schedule};
use aws::{EventBridgeSchedule, JobTarget};
use domain::schedule::{Job, JobKind, ScheduleName, Start};
use jiff::Timestamp;
use serde_json::{Value, json};
use support::Wire;
use uuid::Uuid;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-29T12:00:00Z".parse().unwrap()
    }
}

fn schedule(wire: &Wire) -> EventBridgeSchedule {
    let target = JobTarget {
        group: "stage".to_owned(),
        arn: "arn:jobs".to_owned(),
        role_arn: "arn:role".to_owned(),
        dead_letter_arn: "arn:dead".to_owned(),
    };
    let client = aws_sdk_scheduler::Client::new(&wire.config());
    EventBridgeSchedule::new(client, target, Arc::new(Noon))
}

fn name() -> ScheduleName {
    ScheduleName::parse("once").unwrap()
}

fn job() -> Job {
    Job {
        kind: JobKind::Reminder,
        id: Uuid::from_u128(10),
    }
}

/// What was asked, without the token that is new with every request.
fn seen(wire: &Wire) -> Vec<(String, Value)> {
    let mut seen = wire.seen();
    for (_, body) in &mut seen {
        let token = body.as_object_mut().unwrap().remove("ClientToken");
        assert!(token.unwrap().as_str().unwrap().len() >= 32);
    }
    seen
}

fn entry() -> Value {
    json!({
        "GroupName": "stage",
        "ScheduleExpression": "at(2026-11-29T12:30:01)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": "arn:jobs",
            "RoleArn": "arn:role",
            "DeadLetterConfig": {"Arn": "arn:dead"},
            "Input": format!(r#"{{"v":1,"kind":"reminder","id":"{}"}}"#, Uuid::from_u128(10)),
        },
    })
}

#[tokio::test]
async fn a_schedule_is_made_in_utc_with_its_end() {
    let wire = Wire::answering(200, json!({"ScheduleArn": "arn:once"}));
    let at = "2026-11-29T19:30:00.5+07:00".parse().unwrap();
    let start = schedule(&wire).put(&name(), at, job()).await.unwrap();
    let moment = "2026-11-29T12:30:01Z".parse().unwrap();
    assert_eq!(start, Start::Scheduled(moment));
    assert_eq!(seen(&wire), [("POST schedules/once".to_owned(), entry())]);
}

/// The emulator keeps what an update leaves out; EventBridge does not.
#[tokio::test]
async fn a_name_that_is_taken_is_replaced_as_a_whole() {
    let answer = json!({"__type": "ConflictException", "Message": "taken"});
    let wire = Wire::answering(409, answer);
    let at = "2026-11-29T12:30:01Z".parse().unwrap();
    let refused = schedule(&wire).put(&name(), at, job()).await.unwrap_err();
    assert_eq!(refused.what, "put");
    let expected = [
        ("POST schedules/once".to_owned(), entry()),
        ("PUT schedules/once".to_owned(), entry()),
    ];
    assert_eq!(seen(&wire), expected);
}
