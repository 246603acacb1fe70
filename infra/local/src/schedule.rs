use std::sync::Arc;

use app::ports::{Clock, Schedule, ScheduleError};
use app::queue_body::encode_job;
use async_trait::async_trait;
use domain::schedule::{Job, ScheduleName, Start, start};
use jiff::Timestamp;

use crate::conductor::Conductor;

/// The schedule port on the conductor's agenda of virtual time. Schedules live in memory only:
/// after a restart whoever plans the jobs puts them again.
pub struct LocalSchedule {
    conductor: Conductor,
    queue: &'static str,
    clock: Arc<dyn Clock>,
}

impl LocalSchedule {
    /// Jobs go to the conductor's standard queue `queue`, with the bodies that EventBridge would
    /// hand over; `clock` says what is too near.
    #[must_use]
    pub fn new(conductor: Conductor, queue: &'static str, clock: Arc<dyn Clock>) -> Self {
        Self {
            conductor,
            queue,
            clock,
        }
    }
}

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    what: &'static str,
) -> impl Fn(E) -> ScheduleError {
    move |source| ScheduleError {
        what,
        source: source.into(),
    }
}

#[async_trait]
impl Schedule for LocalSchedule {
    async fn put(
        &self,
        name: &ScheduleName,
        at: Timestamp,
        job: Job,
    ) -> Result<Start, ScheduleError> {
        const WHAT: &str = "put";
        let begins = start(at, self.clock.now());
        match begins {
            Start::Inline => self.conductor.unschedule(name.as_str()),
            Start::Scheduled(moment) => {
                let body = encode_job(job).map_err(failed(WHAT))?;
                self.conductor
                    .schedule(name.as_str(), moment, self.queue, body)
                    .map_err(failed(WHAT))?;
            }
        }
        Ok(begins)
    }

    async fn delete(&self, name: &ScheduleName) -> Result<(), ScheduleError> {
        self.conductor.unschedule(name.as_str());
        Ok(())
    }

    async fn list(&self, prefix: &ScheduleName) -> Result<Vec<ScheduleName>, ScheduleError> {
        let names = self.conductor.scheduled(prefix.as_str());
        names
            .iter()
            .map(|name| ScheduleName::parse(name).map_err(failed("list")))
            .collect()
    }
}
