//! One shard as a state machine: no clock, no tasks; time comes in as a value.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The longest wait before records are tried again.
const LONGEST_WAIT_S: i64 = 60;

/// Records that were not handed over for good, oldest first.
#[derive(Debug, Default)]
pub(super) struct Shard {
    records: VecDeque<Value>,
    /// How often the first of them has failed.
    failures: u32,
    /// Not before this moment; after a failure.
    not_before: Option<Timestamp>,
    /// A failed batch is cut in half.
    most: Option<usize>,
}

/// The shard of a record's item.
pub(super) fn of(record: &Value, shards: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    record["dynamodb"]["Keys"].to_string().hash(&mut hasher);
    let shards = u64::try_from(shards).unwrap_or(1).max(1);
    usize::try_from(hasher.finish() % shards).unwrap_or(0)
}

fn sequence(record: &Value) -> &str {
    let number = record["dynamodb"]["SequenceNumber"].as_str();
    number.unwrap_or_default()
}

impl Shard {
    pub(super) fn add(&mut self, record: Value) {
        self.records.push_back(record);
    }

    /// Everything, and it is gone from here.
    pub(super) fn take(&mut self) -> Vec<Value> {
        let records = self.records.drain(..).collect();
        *self = Self::default();
        records
    }

    /// When the next batch may be handed over; `None` if there is nothing.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let is_empty = self.records.is_empty();
        (!is_empty).then(|| self.not_before.unwrap_or(Timestamp::MIN))
    }

    /// The batch that may be handed over now; empty if there is none. It stays here until it has
    /// ended.
    pub(super) fn batch(&self, most: usize, now: Timestamp) -> Vec<Value> {
        if self.not_before.is_some_and(|at| now < at) {
            return Vec::new();
        }
        let most = self.most.unwrap_or(most).min(most);
        self.records.iter().take(most).cloned().collect()
    }

    /// A batch has ended: with the numbers that failed, or as a whole. Whatever stands before the
    /// first that failed is done. Answers with the number of a record that was tried too often and
    /// is left out from now on.
    pub(super) fn finish(
        &mut self,
        batch: &[Value],
        failed: Option<&[String]>,
        retries: u32,
        now: Timestamp,
    ) -> Option<String> {
        let done = match failed {
            None => 0,
            Some(failed) => {
                let has_failed =
                    |record: &Value| failed.iter().any(|number| number == sequence(record));
                batch.iter().position(has_failed).unwrap_or(batch.len())
            }
        };
        self.records.drain(..done.min(self.records.len()));
        if done == batch.len() {
            self.failures = 0;
            self.not_before = None;
            self.most = None;
            return None;
        }
        self.failures = if done > 0 { 1 } else { self.failures + 1 };
        if failed.is_none() {
            self.most = Some((batch.len() / 2).max(1));
        }
        let wait = 1_i64 << self.failures.min(6);
        let wait = SignedDuration::from_secs(wait.min(LONGEST_WAIT_S));
        self.not_before = now.checked_add(wait).ok();
        if self.failures <= retries {
            return None;
        }
        self.failures = 0;
        self.not_before = None;
        let given_up = self.records.pop_front()?;
        Some(sequence(&given_up).to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn record(number: u32) -> Value {
        json!({"dynamodb": {"SequenceNumber": number.to_string()}})
    }

    fn numbers(batch: &[Value]) -> Vec<&str> {
        batch.iter().map(sequence).collect()
    }

    fn shard(records: u32) -> Shard {
        let mut shard = Shard::default();
        (1..=records).for_each(|number| shard.add(record(number)));
        shard
    }

    #[test]
    fn from_the_first_that_failed_on_everything_comes_again_later() {
        let (mut shard, now) = (shard(5), Timestamp::UNIX_EPOCH);
        let batch = shard.batch(3, now);
        assert_eq!(numbers(&batch), ["1", "2", "3"]);
        let failed = ["3".to_owned(), "2".to_owned()];
        assert_eq!(shard.finish(&batch, Some(&failed), 9, now), None);
        assert!(shard.batch(3, now).is_empty(), "at once again");
        let later = shard.due().unwrap();
        let batch = shard.batch(3, later);
        assert_eq!(numbers(&batch), ["2", "3", "4"]);
        assert_eq!(shard.finish(&batch, Some(&[]), 9, later), None);
        assert_eq!(numbers(&shard.batch(3, later)), ["5"]);
    }

    #[test]
    fn a_batch_that_fails_as_a_whole_is_cut_and_what_never_works_is_given_up() {
        let (mut shard, mut now) = (shard(4), Timestamp::UNIX_EPOCH);
        let mut sizes = Vec::new();
        let given_up = loop {
            let batch = shard.batch(4, now);
            sizes.push(batch.len());
            if let Some(number) = shard.finish(&batch, None, 3, now) {
                break number;
            }
            now = shard.due().unwrap();
        };
        assert_eq!((given_up.as_str(), sizes), ("1", vec![4, 2, 1, 1]));
        let batch = shard.batch(4, now);
        assert_eq!(numbers(&batch), ["2"]);
        assert_eq!(shard.finish(&batch, Some(&[]), 3, now), None);
        assert_eq!(numbers(&shard.batch(4, now)), ["3", "4"]);
    }
}
