//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use app::ports::QueueMessage;
use app::queue_body::{encode, encode_job};
use domain::event::{Event, EventForm};
use domain::ids::CampaignId;
use domain::schedule::{Job, JobKind};
use jiff::{SignedDuration, Timestamp};
use tests::function::{
    Variables, batch, ends_on_sigterm, failed, refuses_to_start_without, sample,
};
use tests::{Account, Function, Person};

const PROGRAM: &str = env!("CARGO_BIN_EXE_campaign");
const SAMPLE: &str = "sqs-job.json";

fn required() -> Variables {
    let url = "http://127.0.0.1:9/";
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("CAMPAIGNS_QUEUE_URL", format!("{url}campaigns")),
        ("WAKE_QUEUE_URL", format!("{url}wake")),
        ("SCHEDULE_GROUP", "sample-jobs".to_owned()),
        (
            "SCHEDULE_TARGET_ARN",
            "arn:aws:sqs:x:1:campaigns".to_owned(),
        ),
        ("SCHEDULE_ROLE_ARN", "arn:aws:iam::1:role/jobs".to_owned()),
        ("SCHEDULE_DLQ_ARN", "arn:aws:sqs:x:1:dlq".to_owned()),
    ]
}

/// An event that begins in so many hours, stored as if whoever planned it had died then.
async fn event_in(account: &Account, hours: i64) -> Event {
    let app = &account.app;
    let form = EventForm {
        title: Some("Sosialisasi".to_owned()),
        start_time: Some((app.now() + SignedDuration::from_hours(hours)).to_string()),
        zoom_link: Some("https://zoom.example/j/1".to_owned()),
        ..EventForm::default()
    };
    let details = form.check(None, app.now()).unwrap();
    let before = app.store.last_event_created().await.unwrap();
    let event = Event::new(app.dice.event_id(), details, app.now(), before);
    assert!(app.store.create_event(&event).await.unwrap());
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn it_plans_writes_rows_and_outlives_what_it_cannot_read() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend(account.schedule_variables().await);
    for (name, queue) in [
        ("CAMPAIGNS_QUEUE_URL", "campaigns"),
        ("WAKE_QUEUE_URL", "wake"),
    ] {
        variables.push((name, account.queue_url(queue)));
    }
    let mut function = Function::start(PROGRAM, &variables).await;
    for name in [SAMPLE, "sqs-expand.json", "sqs-reconcile.json"] {
        let answer = function.invoke(&sample(name).to_string()).await;
        assert_eq!(answer, Ok(failed(&[])), "{name}");
    }
    let event = batch(
        SAMPLE,
        &["Halo", r#"{"v":1,"reconcile":true}"#, r#"{"v":2}"#],
    );
    let answer = function.invoke(&event.to_string()).await;
    assert_eq!(answer, Ok(failed(&["id-0", "id-2"])));

    // What nobody arranged is scheduled by the reconciliation.
    account.register(&Person::nth(1)).await;
    let far = event_in(&account, 48).await;
    let reconcile = encode(&QueueMessage::Reconcile).unwrap();
    let event = batch(SAMPLE, &[&reconcile]);
    assert_eq!(function.invoke(&event.to_string()).await, Ok(failed(&[])));
    let expected = [
        format!("follow-up-{}", far.id),
        format!("reminder-{}", far.id),
    ];
    assert_eq!(account.schedules().await, expected);

    // Reminders of an event in ten minutes begin at once, and their rows are written.
    let soon = event_in(&account, 1).await;
    let near = Event {
        start_time: account.app.now() + SignedDuration::from_mins(10),
        ..account.app.store.event(soon.id).await.unwrap().unwrap()
    };
    assert!(account.app.store.save_event(&near).await.unwrap());
    let job = Job {
        kind: JobKind::Reminder,
        id: near.id.0,
    };
    let event = batch(SAMPLE, &[&encode_job(job).unwrap()]);
    assert_eq!(function.invoke(&event.to_string()).await, Ok(failed(&[])));
    let stored = account.app.store.event(near.id).await.unwrap().unwrap();
    let campaign: CampaignId = stored.reminder.expect("it is decided").campaign;
    let expand = account.take("campaigns").await;
    assert_eq!(expand, encode(&QueueMessage::Expand { campaign }).unwrap());
    let event = batch(SAMPLE, &[&expand]);
    assert_eq!(function.invoke(&event.to_string()).await, Ok(failed(&[])));
    let written = account.app.store.campaign(campaign).await.unwrap().unwrap();
    assert_eq!(written.counts.queued, 1);
    let end = Timestamp::MAX;
    let lanes = written.all_lanes();
    let mut rows = 0;
    for lane in lanes {
        rows += account
            .app
            .store
            .due(&lane, Timestamp::MIN, end, 9)
            .await
            .unwrap()
            .len();
    }
    assert_eq!(rows, 1);
    ends_on_sigterm(function, &["812100000", "811000000", "Budi"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
}
