//! One queue as a state machine: no clock, no tasks; time comes in as a value.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::spec::{DeadLetter, Delivery, QueueSpec};

/// A message inside the conductor. `sequence` is the order of putting.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) sequence: u64,
    pub(super) id: String,
    pub(super) body: String,
    pub(super) group: Option<String>,
    pub(super) receive_count: u32,
}

/// What one run of the consumer gets.
#[derive(Debug)]
pub(super) struct Batch {
    messages: Vec<Message>,
    received_at: Timestamp,
}

impl Batch {
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        self.messages
            .iter()
            .map(|message| Delivery {
                message_id: message.id.clone(),
                body: message.body.clone(),
                receive_count: message.receive_count,
                group: message.group.clone(),
            })
            .collect()
    }
}

pub(super) struct QueueState {
    pub(super) spec: QueueSpec,
    /// Visible messages in the order of putting.
    ready: BTreeMap<u64, Message>,
    /// When the open batching window ends.
    window: Option<Timestamp>,
    running: usize,
    /// FIFO: messages per group that are delivered or wait for redelivery. A group is closed
    /// until it has none, which is what keeps its order when one fails.
    held: BTreeMap<String, usize>,
    dead: Vec<DeadLetter>,
}

impl QueueState {
    pub(super) fn new(spec: QueueSpec) -> Self {
        Self {
            spec,
            ready: BTreeMap::new(),
            window: None,
            running: 0,
            held: BTreeMap::new(),
            dead: Vec::new(),
        }
    }

    /// A message has become visible. Answers when the queue must be looked at again because a
    /// batching window was opened.
    pub(super) fn arrive(&mut self, message: Message, now: Timestamp) -> Option<Timestamp> {
        if message.receive_count > 0 {
            self.release(&message);
        }
        if message.receive_count >= self.spec.max_receives {
            tracing::error!(
                queue = self.spec.name,
                receive_count = message.receive_count,
                "a message went to the dead letters"
            );
            self.dead.push(DeadLetter {
                body: message.body,
                receive_count: message.receive_count,
                group: message.group,
            });
            return None;
        }
        self.ready.insert(message.sequence, message);
        if self.spec.window.is_zero() || self.window.is_some() {
            return None;
        }
        self.window = Some(now + self.spec.window);
        self.window
    }

    /// The next delivery that may begin now, if there is one.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Batch> {
        if self.running >= self.spec.max_concurrency {
            return None;
        }
        let is_full = self.ready.len() >= self.spec.batch;
        if !is_full && self.window.is_some_and(|end| now < end) {
            return None;
        }
        let sequences = if self.spec.fifo {
            self.first_of_open_group()
        } else {
            self.ready.keys().copied().take(self.spec.batch).collect()
        };
        let messages: Vec<_> = sequences
            .iter()
            .filter_map(|sequence| self.ready.remove(sequence))
            .map(|message| Message {
                receive_count: message.receive_count + 1,
                ..message
            })
            .collect();
        if messages.is_empty() {
            return None;
        }
        for group in messages.iter().filter_map(|message| message.group.clone()) {
            *self.held.entry(group).or_default() += 1;
        }
        if self.ready.is_empty() {
            self.window = None;
        }
        self.running += 1;
        Some(Batch {
            messages,
            received_at: now,
        })
    }

    /// A delivery has ended with `failed` message ids, or with an error: then all have failed.
    /// Answers what comes again, and when. Naming an unknown id fails the whole batch, as it
    /// does in the event source.
    pub(super) fn finish(
        &mut self,
        batch: Batch,
        failed: Option<Vec<String>>,
    ) -> Vec<(Timestamp, Message)> {
        self.running -= 1;
        let is_known = |id: &String| batch.messages.iter().any(|message| message.id == *id);
        let failed = failed.filter(|ids| ids.iter().all(is_known));
        let due = batch.received_at + self.spec.visibility;
        let mut again = Vec::new();
        for message in batch.messages {
            if failed.as_ref().is_none_or(|ids| ids.contains(&message.id)) {
                again.push((due, message));
            } else {
                self.release(&message);
            }
        }
        again
    }

    pub(super) fn ready(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn dead(&self) -> &[DeadLetter] {
        &self.dead
    }

    fn first_of_open_group(&self) -> Vec<u64> {
        let is_open = |message: &Message| {
            let group = message.group.as_deref().unwrap_or_default();
            !self.held.contains_key(group)
        };
        let Some(first) = self.ready.values().find(|message| is_open(message)) else {
            return Vec::new();
        };
        self.ready
            .values()
            .filter(|message| message.group == first.group)
            .map(|message| message.sequence)
            .take(self.spec.batch)
            .collect()
    }

    fn release(&mut self, message: &Message) {
        let Some(group) = &message.group else { return };
        if let Some(count) = self.held.get_mut(group) {
            *count -= 1;
            if *count == 0 {
                self.held.remove(group);
            }
        }
    }
}
