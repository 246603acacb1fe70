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
    /// The record's message id.
    pub item_identifier: String,
}

impl BatchFailures {
    /// Adds a record.
    pub fn push(&mut self, record: &SqsMessage) {
        self.batch_item_failures.push(ItemFailure {
            item_identifier: record.message_id.clone().unwrap_or_default(),
        });
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

    #[tokio::test]
    async fn behind_a_failure_its_group_waits_and_other_groups_go_on() {
        let record = |id: &str, group: &str, body: &str| serde_json::json!({"messageId": id, "body": body, "attributes": {"MessageGroupId": group}});
        let event: SqsEvent = serde_json::from_value(serde_json::json!({"Records": [
            record("1", "a", "bad"), record("2", "a", "good"), record("3", "b", "good"),
        ]}))
        .unwrap();
        let mut done = Vec::new();
        let failures = each_record(event, |body| {
            let answer = if body == "bad" { Err(No) } else { Ok(()) };
            done.push(body);
            std::future::ready(answer)
        })
        .await;
        let ids: Vec<_> = failures
            .batch_item_failures
            .iter()
            .map(|f| f.item_identifier.as_str())
            .collect();
        assert_eq!(ids, ["1", "2"]);
        assert_eq!(done, ["bad", "good"]);
        assert_eq!(
            serde_json::to_string(&BatchFailures::default()).unwrap(),
            r#"{"batchItemFailures":[]}"#
        );
    }
}
