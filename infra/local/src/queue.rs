use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use app::ports::{Queue, QueueError, QueueMessage};
use app::queue_body::encode;
use async_trait::async_trait;

use crate::conductor::Conductor;

/// The queue port on the conductor's queues. Contents live in memory only: after a restart the
/// tick brings back what was lost, but for what the webhook had put aside.
pub struct LocalQueue {
    conductor: Conductor,
    history: Option<Mutex<Vec<PutBody>>>,
    lost: Mutex<BTreeSet<&'static str>>,
    refusing: Mutex<BTreeSet<&'static str>>,
}

/// A body that was put, for tests that search all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBody {
    /// Logical queue name.
    pub queue: &'static str,
    /// The body as a consumer gets it.
    pub body: String,
}

impl LocalQueue {
    /// Puts messages on `conductor`, with the bodies that SQS would carry.
    #[must_use]
    pub fn new(conductor: Conductor) -> Self {
        Self {
            conductor,
            history: None,
            lost: Mutex::default(),
            refusing: Mutex::default(),
        }
    }

    /// Keeps every body ever put.
    #[must_use]
    pub fn with_history(mut self) -> Self {
        self.history = Some(Mutex::default());
        self
    }

    /// From now on messages for these queues are lost on their way, which queues may do.
    pub fn lose(&self, queues: &[&'static str]) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) =
            queues.iter().copied().collect();
    }

    /// From now on these queues take nothing and say so.
    pub fn refuse(&self, queues: &[&'static str]) {
        *self.refusing.lock().unwrap_or_else(PoisonError::into_inner) =
            queues.iter().copied().collect();
    }

    /// Every body ever put, oldest first; empty without [`LocalQueue::with_history`].
    #[must_use]
    pub fn history(&self) -> Vec<PutBody> {
        let lock = |history: &Mutex<Vec<PutBody>>| {
            history
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        };
        self.history.as_ref().map(lock).unwrap_or_default()
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError> {
        let (queue, delay_s, group) = match &message {
            QueueMessage::Wake => ("wake", 1, None),
            QueueMessage::Turn { delay_s, .. } => ("turns", *delay_s, None),
            QueueMessage::Check { .. } => ("turns", 0, None),
            QueueMessage::Referral(job) => ("referrals", 0, Some(job.group().to_string())),
            QueueMessage::Inbound(_) => ("inbound", 0, None),
            QueueMessage::Expand { .. } | QueueMessage::Reconcile => ("campaigns", 0, None),
        };
        let body = encode(&message).map_err(|error| QueueError {
            queue,
            source: error.into(),
        })?;
        let is_refused = self
            .refusing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(queue);
        if is_refused {
            return Err(QueueError {
                queue,
                source: "out of order, as asked".into(),
            });
        }
        if let Some(history) = &self.history {
            history
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(PutBody {
                    queue,
                    body: body.clone(),
                });
        }
        let is_lost = self
            .lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(queue);
        if is_lost {
            return Ok(());
        }
        self.conductor
            .put(queue, body, Duration::from_secs(delay_s.into()), group)
            .map_err(|error| QueueError {
                queue,
                source: error.into(),
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use std::sync::Arc;

    use app::ports::ReferralJob;
    use domain::ids::{NumberId, ParticipantId};
    use uuid::Uuid;

    use super::*;
    use crate::clock::VirtualClock;
    use crate::conductor::{Delivery, QueueSpec};
    use crate::gate::Gate;

    fn turn(delay_s: u16) -> QueueMessage {
        QueueMessage::Turn {
            number_id: NumberId(Uuid::nil()),
            turn: 7,
            delay_s,
        }
    }

    #[tokio::test]
    async fn each_message_takes_its_queue_with_body_delay_and_group() {
        let clock = Arc::new(VirtualClock::in_memory());
        let queues = vec![
            QueueSpec::wake(),
            QueueSpec::turns(5),
            QueueSpec::referrals(5),
        ];
        let conductor = Conductor::new(clock, Gate::default(), queues);
        let seen: Arc<Mutex<Vec<(&str, Delivery)>>> = Arc::default();
        for name in ["wake", "turns", "referrals"] {
            let seen = seen.clone();
            let consumer = move |batch: Vec<Delivery>| {
                let mut seen = seen.lock().unwrap();
                seen.extend(batch.into_iter().map(|delivery| (name, delivery)));
                async { Ok(vec![]) }
            };
            conductor.consume(name, consumer).unwrap();
        }
        let referrer_id = ParticipantId(Uuid::from_u128(5));
        let adopt = QueueMessage::Referral(ReferralJob::Adopt { referrer_id });
        let queue = LocalQueue::new(conductor.clone()).with_history();
        for message in [turn(30), QueueMessage::Wake, adopt.clone()] {
            queue.send(message).await.unwrap();
        }
        let _running = conductor.start();

        conductor.advance(Duration::from_secs(29)).await.unwrap();
        let early = seen.lock().unwrap().clone();
        assert_eq!(early.len(), 2, "the turn is delayed");
        let (name, referral) = &early[0];
        assert_eq!(
            (*name, &referral.body),
            ("referrals", &encode(&adopt).unwrap())
        );
        assert_eq!(referral.group, Some(referrer_id.to_string()));
        assert_eq!(early[1].0, "wake");
        conductor.advance(Duration::from_secs(2)).await.unwrap();
        let (name, last) = seen.lock().unwrap()[2].clone();
        assert_eq!((name, last.body), ("turns", encode(&turn(30)).unwrap()));

        let put: Vec<_> = queue.history().into_iter().map(|put| put.queue).collect();
        assert_eq!(put, ["turns", "wake", "referrals"]);
    }

    #[tokio::test]
    async fn a_refused_message_is_a_queue_error() {
        let clock = Arc::new(VirtualClock::in_memory());
        let conductor = Conductor::new(clock, Gate::default(), vec![QueueSpec::turns(5)]);
        let queue = LocalQueue::new(conductor);
        let too_long = queue.send(turn(901)).await.unwrap_err();
        assert_eq!(too_long.queue, "turns");
        assert_eq!(
            queue.send(QueueMessage::Wake).await.unwrap_err().queue,
            "wake"
        );
        assert!(queue.history().is_empty());
    }
}
