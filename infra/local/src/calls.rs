//! Which function asked what of the cloud around it, in the words of IAM: proof of least privilege.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::{Queue, QueueError, QueueMessage};
use async_trait::async_trait;
use serde_json::Value;
use vault::{KeyService, KeyServiceError, NewKey, PlainKey};

/// A permission that was made use of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Folder in `functions/`.
    pub function: &'static str,
    /// `dynamodb:Query`, `sqs:SendMessage`, `kms:Decrypt` …
    pub action: String,
    /// `participants`, `participants/index/sweep`, `turns`, `field key`.
    pub resource: String,
}

/// All calls of all functions; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeSet<Call>>>);

impl Calls {
    /// What was called so far.
    #[must_use]
    pub fn all(&self) -> BTreeSet<Call> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn by(&self, function: &'static str) -> Caller {
        Caller {
            function,
            calls: self.clone(),
        }
    }
}

/// Notes the calls of one function.
#[derive(Debug, Clone)]
pub struct Caller {
    function: &'static str,
    calls: Calls,
}

impl Caller {
    fn note(&self, action: String, resource: &str) {
        self.calls
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(Call {
                function: self.function,
                action,
                resource: resource.to_owned(),
            });
    }

    /// A database request. What IAM asks for are the single actions inside a transaction.
    pub(crate) fn database(&self, operation: &str, body: &[u8]) {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let note = |operation: &str, table: &str| {
            // Physical names are `local-<table>`.
            let table = table.split_once('-').map_or(table, |(_, table)| table);
            self.note(format!("dynamodb:{operation}"), table);
        };
        let parts = request["TransactItems"].as_array();
        for (action, part) in parts
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flatten()
        {
            let operation = match action.as_str() {
                "ConditionCheck" => "ConditionCheckItem".to_owned(),
                action => format!("{action}Item"),
            };
            note(&operation, part["TableName"].as_str().unwrap_or_default());
        }
        for table in request["RequestItems"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys())
        {
            note(operation, table);
        }
        if let Some(table) = request["TableName"].as_str() {
            match request["IndexName"].as_str() {
                Some(index) => note(operation, &format!("{table}/index/{index}")),
                None => note(operation, table),
            }
        }
    }
}

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
            };
            caller.note("sqs:SendMessage".to_owned(), queue);
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
    fn note(&self, action: &str) {
        if let Some(caller) = &self.caller {
            caller.note(action.to_owned(), "field key");
        }
    }
}

#[async_trait]
impl KeyService for NotedKeys {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        self.note("kms:GenerateDataKey");
        self.keys.new_data_key().await
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        self.note("kms:Decrypt");
        self.keys.unwrap_key(wrapped).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_noted_by_table_index_and_single_action() {
        let calls = Calls::default();
        let caller = calls.by("sender");
        caller.database("Query", br#"{"TableName":"local-pace","IndexName":"due"}"#);
        caller.database(
            "BatchGetItem",
            br#"{"RequestItems":{"local-a":{},"local-b":{}}}"#,
        );
        caller.database(
            "TransactWriteItems",
            br#"{"TransactItems":[{"Put":{"TableName":"local-c"}},
                {"ConditionCheck":{"TableName":"local-d"}}]}"#,
        );
        let all: Vec<_> = calls
            .all()
            .into_iter()
            .map(|call| format!("{} {} {}", call.function, call.action, call.resource))
            .collect();
        assert_eq!(
            all,
            [
                "sender dynamodb:BatchGetItem a",
                "sender dynamodb:BatchGetItem b",
                "sender dynamodb:ConditionCheckItem d",
                "sender dynamodb:PutItem c",
                "sender dynamodb:Query pace/index/due",
            ]
        );
    }
}
