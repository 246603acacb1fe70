use std::collections::BTreeSet;

use app::Chain;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use serde::Serialize;

/// Which records of a batch are to come again (`ReportBatchItemFailures`).
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailures {
    /// Empty if all went well.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// One record that is to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The record's message id, or its sequence number.
    pub item_identifier: String,
}

impl BatchFailures {
    /// Adds a record of a queue.
    pub fn push(&mut self, record: &SqsMessage) {
        self.push_id(record.message_id.clone().unwrap_or_default());
    }

    /// Adds a record by what names it: a message id, or a sequence number of a stream.
    pub fn push_id(&mut self, item_identifier: String) {
        self.batch_item_failures
            .push(ItemFailure { item_identifier });
    }
}

/// Hands each record to `work`, one after the other, and collects those that failed. Behind a
/// failed record of a FIFO group the rest of the group fails too, so that its order holds.
pub async fn each_record<F, W, E>(event: SqsEvent, mut work: F) -> BatchFailures
where
    F: FnMut(String) -> W,
    W: Future<Output = Result<(), E>>,
    E: std::error::Error + 'static,
{
    let mut failures = Failures::default();
    for record in &event.records {
        if failures.stops(record) {
            failures.report.push(record);
        } else if let Err(error) = work(record.body.clone().unwrap_or_default()).await {
            failures.failed(record, &error);
        }
    }
    failures.report
}

/// As [`each_record`], but hands neighbouring records of one FIFO group to `work` together, as
/// `read` made them from their bodies. `work` answers for each in their order; those behind its
/// last answer were not tried and fail too. A failure that it answers in the middle stands alone:
/// `work` knows whether what lies behind may go on, and answers for that.
pub async fn each_group<J, R, F, W, E>(event: SqsEvent, read: R, mut work: F) -> BatchFailures
where
    R: Fn(&str) -> Result<J, E>,
    F: FnMut(Vec<J>) -> W,
    W: Future<Output = Vec<Result<(), E>>>,
    E: std::error::Error + 'static,
{
    let mut failures = Failures::default();
    for run in event
        .records
        .chunk_by(|a, b| group(a).is_some() && group(a) == group(b))
    {
        let mut jobs = Vec::with_capacity(run.len());
        let mut unread = None;
        for record in run {
            match read(record.body.as_deref().unwrap_or_default()) {
                Ok(job) => jobs.push(job),
                Err(error) => {
                    unread = Some(error);
                    break;
                }
            }
        }
        let readable = jobs.len();
        let mut answers = if jobs.is_empty() || run.first().is_some_and(|r| failures.stops(r)) {
            Vec::new()
        } else {
            work(jobs).await
        };
        // What could not be read is the first that was not tried, if all before it were.
        if answers.len() == readable {
            answers.extend(unread.map(Err));
        }
        let mut answers = answers.into_iter();
        for record in run {
            match answers.next() {
                Some(Ok(())) => {}
                Some(Err(error)) => failures.failed(record, &error),
                None => failures.report.push(record),
            }
        }
    }
    failures.report
}

fn group(record: &SqsMessage) -> Option<&String> {
    record.attributes.get("MessageGroupId")
}

/// What failed so far, and the groups that wait behind it.
#[derive(Default)]
struct Failures {
    report: BatchFailures,
    broken_groups: BTreeSet<String>,
}

impl Failures {
    fn stops(&self, record: &SqsMessage) -> bool {
        group(record).is_some_and(|group| self.broken_groups.contains(group))
    }

    fn failed(&mut self, record: &SqsMessage, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(
            message_id = record.message_id.as_deref().unwrap_or_default(),
            error = %Chain(error),
            "record failed"
        );
        self.broken_groups.extend(group(record).cloned());
        self.report.push(record);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no")]
    struct No;

    fn event(records: &[(&str, &str, &str)]) -> SqsEvent {
        let records: Vec<_> = records
            .iter()
            .map(|(id, group, body)| {
                let group = serde_json::json!({"MessageGroupId": group});
                serde_json::json!({"messageId": id, "body": body, "attributes": group})
            })
            .collect();
        serde_json::from_value(serde_json::json!({"Records": records})).unwrap()
    }

    fn ids(failures: &BatchFailures) -> Vec<&str> {
        let failures = failures.batch_item_failures.iter();
        failures.map(|f| f.item_identifier.as_str()).collect()
    }

    #[tokio::test]
    async fn behind_a_failure_its_group_waits_and_other_groups_go_on() {
        let event = event(&[("1", "a", "bad"), ("2", "a", "good"), ("3", "b", "good")]);
        let mut done = Vec::new();
        let failures = each_record(event, |body| {
            let answer = if body == "bad" { Err(No) } else { Ok(()) };
            done.push(body);
            std::future::ready(answer)
        })
        .await;
        assert_eq!(ids(&failures), ["1", "2"]);
        assert_eq!(done, ["bad", "good"]);
        assert_eq!(
            serde_json::to_string(&BatchFailures::default()).unwrap(),
            r#"{"batchItemFailures":[]}"#
        );
    }

    /// Each run that was handed over, and the records that failed. `bad` fails alone, behind `stop`
    /// nothing is tried, `odd` cannot be read.
    async fn in_groups(records: &[(&str, &str, &str)]) -> (Vec<String>, BatchFailures) {
        let mut runs = Vec::new();
        let read = |body: &str| match body {
            "odd" => Err(No),
            body => Ok(body.to_owned()),
        };
        let failures = each_group(event(records), read, |jobs: Vec<String>| {
            runs.push(jobs.join(" "));
            let tried = jobs.iter().position(|job| job == "stop");
            let tried = tried.map_or(jobs.len(), |at| at + 1);
            let answer = |job: &String| match job.as_str() {
                "good" => Ok(()),
                _ => Err(No),
            };
            let answers: Vec<_> = jobs.iter().take(tried).map(answer).collect();
            std::future::ready(answers)
        })
        .await;
        (runs, failures)
    }

    #[tokio::test]
    async fn neighbours_of_a_group_go_together_and_others_by_themselves() {
        let (runs, failures) = in_groups(&[
            ("1", "a", "good"),
            ("2", "a", "bad"),
            ("3", "a", "good"),
            ("4", "b", "good"),
            ("5", "b", "stop"),
            ("6", "b", "good"),
            ("7", "c", "good"),
        ])
        .await;
        assert_eq!(runs, ["good bad good", "good stop good", "good"]);
        assert_eq!(ids(&failures), ["2", "5", "6"]);
    }

    #[tokio::test]
    async fn what_comes_later_of_a_group_that_failed_is_not_tried() {
        let (runs, failures) = in_groups(&[
            ("1", "a", "bad"),
            ("2", "b", "good"),
            ("3", "a", "good"),
            ("4", "b", "good"),
        ])
        .await;
        assert_eq!(runs, ["bad", "good", "good"]);
        assert_eq!(ids(&failures), ["1", "3"]);
    }

    #[tokio::test]
    async fn behind_a_record_that_cannot_be_read_its_group_waits() {
        let (runs, failures) = in_groups(&[
            ("1", "a", "good"),
            ("2", "a", "odd"),
            ("3", "a", "good"),
            ("4", "b", "odd"),
            ("5", "c", "stop"),
            ("6", "c", "odd"),
        ])
        .await;
        assert_eq!(runs, ["good", "stop"]);
        assert_eq!(ids(&failures), ["2", "3", "4", "5", "6"]);
    }
}
