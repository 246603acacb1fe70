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
    let mut failures = BatchFailures::default();
    let mut broken_groups: BTreeSet<String> = BTreeSet::new();
    for record in &event.records {
        let group = record.attributes.get("MessageGroupId");
        if group.is_some_and(|g| broken_groups.contains(g)) {
            failures.push(record);
            continue;
        }
        let body = record.body.clone().unwrap_or_default();
        if let Err(error) = work(body).await {
            tracing::error!(
                message_id = record.message_id.as_deref().unwrap_or_default(),
                error = %Chain(&error),
                "record failed"
            );
            broken_groups.extend(group.cloned());
            failures.push(record);
        }
    }
    failures
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
