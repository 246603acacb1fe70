use app::ports::{Queue, QueueError, QueueMessage};
use app::queue_body;
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use uuid::Uuid;

use crate::reason::reason;

/// Rows that become sendable together wake the dispatcher once rather than each.
const WAKE_DELAY_S: i32 = 1;

/// The longest that SQS delays a message.
const MAX_DELAY_S: u16 = 900;

/// Addresses of the queues, as the stack hands them to each function.
#[derive(Debug, Clone)]
pub struct QueueUrls {
    /// Standard queue that starts the dispatcher.
    pub wake: String,
    /// Standard queue of turns, one message per number.
    pub turns: String,
    /// FIFO queue of referrals, grouped by referrer.
    pub referrals: String,
    /// Standard queue of what the webhook brought while the store did not answer.
    pub inbound: String,
    /// Standard queue of work on campaigns and events.
    pub campaigns: String,
}

/// Puts messages on SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    urls: QueueUrls,
}

impl SqsQueue {
    /// A queue over an SQS client.
    #[must_use]
    pub fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let queue = match message {
            QueueMessage::Wake => "wake",
            QueueMessage::Turn { .. } | QueueMessage::Check { .. } => "turns",
            QueueMessage::Referral(_) => "referrals",
            QueueMessage::Inbound(_) => "inbound",
            QueueMessage::Expand { .. } | QueueMessage::Reconcile => "campaigns",
        };
        let body = queue_body::encode(&message).map_err(|error| QueueError {
            queue,
            source: Box::new(error),
        })?;
        let request = self.client.send_message().message_body(body);
        let request = match message {
            QueueMessage::Wake => request
                .queue_url(&self.urls.wake)
                .delay_seconds(WAKE_DELAY_S),
            // A longer delay would be refused and the turn lost until the tick; cut short it
            // merely arrives early and is sent on with the rest of its delay.
            QueueMessage::Turn { delay_s, .. } => request
                .queue_url(&self.urls.turns)
                .delay_seconds(delay_s.min(MAX_DELAY_S).into()),
            QueueMessage::Check { .. } => request.queue_url(&self.urls.turns),
            QueueMessage::Expand { .. } | QueueMessage::Reconcile => {
                request.queue_url(&self.urls.campaigns)
            }
            // SQS drops for five minutes whatever repeats a deduplication id, also when the
            // first copy has been taken and its work failed. The tick repeats a job on purpose
            // and must get through, so the id is new with every call (yet the same for the
            // client's own retries within one call). Doing a job twice is harmless: the
            // transaction behind it refuses.
            QueueMessage::Referral(job) => request
                .queue_url(&self.urls.referrals)
                .message_group_id(job.group().to_string())
                .message_deduplication_id(Uuid::new_v4().to_string()),
            QueueMessage::Inbound(_) => request.queue_url(&self.urls.inbound),
        };
        request.send().await.map_err(|error| QueueError {
            queue,
            source: reason(error),
        })?;
        Ok(())
    }
}
