use std::sync::Arc;

use app::ports::{Clock, Schedule, ScheduleError};
use app::queue_body;
use async_trait::async_trait;
use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::SdkError;
use aws_sdk_scheduler::operation::create_schedule::CreateScheduleError;
use aws_sdk_scheduler::operation::delete_schedule::DeleteScheduleError;
use aws_sdk_scheduler::operation::update_schedule::UpdateScheduleError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, Target,
};
use domain::schedule::{Job, ScheduleName, Start, start};
use jiff::Timestamp;

use crate::reason::reason;

/// Times are sent as UTC and named so: a zone of their own would shift them.
const ZONE: &str = "UTC";

/// A schedule that is there cannot be created and one that is gone cannot be updated. It may begin
/// its job, or somebody else put it, between the two: after so many changes of mind it is an error.
const TRIES: u32 = 3;

/// Where jobs go, as the stack hands it to a function.
#[derive(Debug, Clone)]
pub struct JobTarget {
    /// The stack's own group of schedules, so that names of two stacks do not meet.
    pub group: String,
    /// ARN of what takes the jobs.
    pub arn: String,
    /// ARN of the role under which EventBridge hands them over.
    pub role_arn: String,
    /// ARN of the queue for jobs that could not be handed over.
    pub dead_letter_arn: String,
}

/// Schedules in EventBridge: one per name, which begins its job once and then deletes itself.
#[derive(Clone)]
pub struct EventBridgeSchedule {
    client: Client,
    target: JobTarget,
    clock: Arc<dyn Clock>,
}

/// What stands under a name.
struct Entry<'a> {
    name: &'a ScheduleName,
    expression: String,
    window: FlexibleTimeWindow,
    target: Target,
}

impl EventBridgeSchedule {
    /// A schedule over an EventBridge Scheduler client; `clock` says what is too near.
    #[must_use]
    pub fn new(client: Client, target: JobTarget, clock: Arc<dyn Clock>) -> Self {
        Self {
            client,
            target,
            clock,
        }
    }

    fn entry<'a>(
        &self,
        name: &'a ScheduleName,
        at: Timestamp,
        job: Job,
    ) -> Result<Entry<'a>, Box<dyn std::error::Error + Send + Sync>> {
        let dead_letters = DeadLetterConfig::builder().arn(&self.target.dead_letter_arn);
        let target = Target::builder()
            .arn(&self.target.arn)
            .role_arn(&self.target.role_arn)
            .dead_letter_config(dead_letters.build())
            .input(queue_body::encode_job(job)?)
            .build()?;
        let window = FlexibleTimeWindow::builder()
            .mode(FlexibleTimeWindowMode::Off)
            .build()?;
        Ok(Entry {
            name,
            expression: at.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string(),
            window,
            target,
        })
    }

    /// Whether it was created; not if the name is taken.
    async fn create(&self, entry: &Entry<'_>) -> Result<bool, SdkError<CreateScheduleError>> {
        let answer = self
            .client
            .create_schedule()
            .group_name(&self.target.group)
            .name(entry.name.as_str())
            .schedule_expression(&entry.expression)
            .schedule_expression_timezone(ZONE)
            .flexible_time_window(entry.window.clone())
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(entry.target.clone())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conflict_exception() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether it was replaced; not if there is none of that name. An update states everything
    /// anew, and what it leaves out falls back to its default.
    async fn update(&self, entry: &Entry<'_>) -> Result<bool, SdkError<UpdateScheduleError>> {
        let answer = self
            .client
            .update_schedule()
            .group_name(&self.target.group)
            .name(entry.name.as_str())
            .schedule_expression(&entry.expression)
            .schedule_expression_timezone(ZONE)
            .flexible_time_window(entry.window.clone())
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(entry.target.clone())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it came and went {TRIES} times meanwhile")]
struct Restless;

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    what: &'static str,
) -> impl Fn(E) -> ScheduleError {
    move |source| ScheduleError {
        what,
        source: source.into(),
    }
}

#[async_trait]
impl Schedule for EventBridgeSchedule {
    async fn put(
        &self,
        name: &ScheduleName,
        at: Timestamp,
        job: Job,
    ) -> Result<Start, ScheduleError> {
        const WHAT: &str = "put";
        let begins = start(at, self.clock.now());
        let Start::Scheduled(moment) = begins else {
            self.delete(name).await?;
            return Ok(begins);
        };
        let entry = self.entry(name, moment, job).map_err(failed(WHAT))?;
        for _ in 0..TRIES {
            let created = self.create(&entry).await;
            if created.map_err(|error| failed(WHAT)(reason(error)))? {
                return Ok(begins);
            }
            let updated = self.update(&entry).await;
            if updated.map_err(|error| failed(WHAT)(reason(error)))? {
                return Ok(begins);
            }
        }
        Err(failed(WHAT)(Restless))
    }

    async fn delete(&self, name: &ScheduleName) -> Result<(), ScheduleError> {
        let answer = self
            .client
            .delete_schedule()
            .group_name(&self.target.group)
            .name(name.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if is_gone(error.err()) => Ok(()),
            Err(error) => Err(failed("delete")(reason(error))),
        }
    }

    async fn list(&self, prefix: &ScheduleName) -> Result<Vec<ScheduleName>, ScheduleError> {
        const WHAT: &str = "list";
        let mut pages = self
            .client
            .list_schedules()
            .group_name(&self.target.group)
            .name_prefix(prefix.as_str())
            .into_paginator()
            .send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed(WHAT)(reason(error)))?;
            for summary in page.schedules {
                let name = summary.name.unwrap_or_default();
                names.push(ScheduleName::parse(&name).map_err(failed(WHAT))?);
            }
        }
        names.sort();
        Ok(names)
    }
}

fn is_gone(error: &DeleteScheduleError) -> bool {
    error.is_resource_not_found_exception()
}
