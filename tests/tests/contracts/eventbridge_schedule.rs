//! The contract on `aws::EventBridgeSchedule`, against moto, which keeps schedules and never
//! begins a job.

use std::sync::Arc;

use app::ports::Schedule;
use app::queue_body::{CampaignsJob, decode_campaigns};
use aws::{EventBridgeSchedule, JobTarget, SystemClock};
use aws_sdk_scheduler::types::{ActionAfterCompletion, FlexibleTimeWindowMode};
use tests::Moto;

use crate::schedule::{ahead, job, name, what_stands_under_a_name};

const GROUP: &str = "stage";

fn target() -> JobTarget {
    JobTarget {
        group: GROUP.to_owned(),
        arn: "arn:aws:lambda:ap-southeast-3:123456789012:function:jobs".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/jobs".to_owned(),
        dead_letter_arn: "arn:aws:sqs:ap-southeast-3:123456789012:jobs-dlq".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eventbridge_keeps_the_contract_of_the_schedule() {
    let moto = Moto::start();
    moto.make_schedule_group(GROUP).await;
    let schedule = EventBridgeSchedule::new(moto.scheduler(), target(), Arc::new(SystemClock));
    // Another stack's schedule of the same name.
    moto.make_schedule_group("other").await;
    let others = JobTarget {
        group: "other".to_owned(),
        ..target()
    };
    let others = EventBridgeSchedule::new(moto.scheduler(), others, Arc::new(SystemClock));
    let at = ahead(&SystemClock, 0);
    others.put(&name("once"), at, job(9)).await.unwrap();

    what_stands_under_a_name(&schedule, &SystemClock).await;
    assert_eq!(others.list(&name("o")).await.unwrap(), [name("once")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_eventbridge_keeps_is_one_moment_in_utc_with_ids_and_an_end() {
    let moto = Moto::start();
    moto.make_schedule_group(GROUP).await;
    let schedule = EventBridgeSchedule::new(moto.scheduler(), target(), Arc::new(SystemClock));
    // First made, then replaced.
    for (hours, id) in [(0, 1), (5, 2)] {
        let at = ahead(&SystemClock, hours);
        schedule.put(&name("once"), at, job(id)).await.unwrap();
        let request = moto.scheduler().get_schedule().group_name(GROUP);
        let kept = request.name("once").send().await.unwrap();
        let expression = format!("at({})", at.strftime("%Y-%m-%dT%H:%M:%S"));
        assert_eq!(kept.schedule_expression(), Some(expression.as_str()));
        assert_eq!(kept.schedule_expression_timezone(), Some("UTC"));
        let window = kept.flexible_time_window().unwrap();
        assert_eq!(window.mode(), &FlexibleTimeWindowMode::Off);
        let after = kept.action_after_completion();
        assert_eq!(after, Some(&ActionAfterCompletion::Delete));

        let (kept, expected) = (kept.target().unwrap(), target());
        assert_eq!(kept.arn(), expected.arn);
        assert_eq!(kept.role_arn(), expected.role_arn);
        let dead_letters = kept.dead_letter_config().unwrap().arn();
        assert_eq!(dead_letters, Some(expected.dead_letter_arn.as_str()));
        let begun = decode_campaigns(kept.input().unwrap()).unwrap();
        assert_eq!(begun, CampaignsJob::Begin(job(id)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_refuses_is_an_error() {
    let moto = Moto::start();
    // No group has been made.
    let schedule = EventBridgeSchedule::new(moto.scheduler(), target(), Arc::new(SystemClock));
    let at = ahead(&SystemClock, 0);
    let refused = schedule.put(&name("once"), at, job(1)).await.unwrap_err();
    assert_eq!(refused.what, "put");
}
