//! The ports as one function sees them: each use is noted as the permission it takes.

use std::sync::Arc;

use app::ports::{Queue, QueueError, QueueMessage, Schedule, ScheduleError};
use async_trait::async_trait;
use domain::schedule::{Job, ScheduleName, Start};
use jiff::Timestamp;
use vault::{KeyService, KeyServiceError, NewKey, PlainKey};

use super::Caller;
use crate::schedule::LocalSchedule;

/// The queues as one function sees them.
pub(crate) struct NotedQueue {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) caller: Option<Caller>,
}

#[async_trait]
impl Queue for NotedQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        if let Some(caller) = &self.caller {
            let queue = match &message {
                QueueMessage::Wake => "wake",
                QueueMessage::Turn { .. } | QueueMessage::Check { .. } => "turns",
                QueueMessage::Referral(_) => "referrals",
                QueueMessage::Inbound(_) => "inbound",
                QueueMessage::Expand { .. } | QueueMessage::Reconcile => "campaigns",
            };
            caller.other("sqs", "SendMessage", queue);
        }
        self.queue.send(message).await
    }
}

/// The key service as one function sees it.
pub(crate) struct NotedKeys {
    pub(crate) keys: Arc<dyn KeyService>,
    pub(crate) caller: Option<Caller>,
}

impl NotedKeys {
    fn note(&self, operation: &str) {
        if let Some(caller) = &self.caller {
            caller.other("kms", operation, "field key");
        }
    }
}

#[async_trait]
impl KeyService for NotedKeys {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        self.note("GenerateDataKey");
        self.keys.new_data_key().await
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        self.note("Decrypt");
        self.keys.unwrap_key(wrapped).await
    }
}

/// The scheduler as one function sees it.
pub(crate) struct NotedSchedule {
    pub(crate) schedule: LocalSchedule,
    pub(crate) caller: Option<Caller>,
}

impl NotedSchedule {
    fn note(&self, operation: &str, resource: &str) {
        if let Some(caller) = &self.caller {
            caller.other("scheduler", operation, resource);
        }
    }
}

#[async_trait]
impl Schedule for NotedSchedule {
    async fn put(
        &self,
        name: &ScheduleName,
        at: Timestamp,
        job: Job,
    ) -> Result<Start, ScheduleError> {
        let begins = self.schedule.put(name, at, job).await?;
        match begins {
            Start::Scheduled(_) => {
                self.note("CreateSchedule", "jobs");
                self.note("UpdateSchedule", "jobs");
            }
            Start::Inline => self.note("DeleteSchedule", "jobs"),
        }
        Ok(begins)
    }

    async fn delete(&self, name: &ScheduleName) -> Result<(), ScheduleError> {
        self.note("DeleteSchedule", "jobs");
        self.schedule.delete(name).await
    }

    async fn list(&self, prefix: &ScheduleName) -> Result<Vec<ScheduleName>, ScheduleError> {
        self.note("ListSchedules", "*");
        self.schedule.list(prefix).await
    }
}
