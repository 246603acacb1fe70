//! Which function asked what of the cloud around it, in the words of IAM: proof of least privilege.
//! And what it cost, where that is asked for.

mod bill;
mod directory;
mod ports;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use bill::{Bill, Units};
pub(crate) use directory::NotedDirectory;
pub(crate) use ports::{NotedKeys, NotedQueue, NotedSchedule};

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
pub struct Calls(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    seen: BTreeSet<Call>,
    /// How the partition keys of the items began.
    keys: BTreeSet<(Call, String)>,
    /// By function, once a bill is asked for.
    bills: Option<BTreeMap<&'static str, Bill>>,
}

impl Calls {
    /// What was called so far.
    #[must_use]
    pub fn all(&self) -> BTreeSet<Call> {
        self.lock().seen.clone()
    }

    /// How the partition keys of single items began: `W#` of `W#siti`. What begins with an id of
    /// its own is left out.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<(Call, String)> {
        self.lock().keys.clone()
    }

    /// From now on adds up what calls cost, from nothing.
    pub fn start_bill(&self) {
        self.lock().bills = Some(BTreeMap::new());
    }

    /// What a function's calls have cost since [`Calls::start_bill`]; nothing without that.
    #[must_use]
    pub fn bill(&self, function: &str) -> Bill {
        let inner = self.lock();
        let bill = inner.bills.as_ref().and_then(|bills| bills.get(function));
        bill.cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Whose calls.
    pub(crate) fn function(&self) -> &'static str {
        self.function
    }

    fn note(&self, action: String, resource: &str, key: Option<String>) {
        let call = Call {
            function: self.function,
            action,
            resource: resource.to_owned(),
        };
        let mut inner = self.calls.lock();
        if let Some(key) = key {
            inner.keys.insert((call.clone(), key));
        }
        inner.seen.insert(call);
    }

    /// Changes the function's bill, if there is one.
    fn on_bill(&self, change: impl FnOnce(&mut Bill)) -> bool {
        let mut inner = self.calls.lock();
        let bills = inner.bills.as_mut();
        let bill = bills.map(|bills| bills.entry(self.function).or_default());
        bill.map(change).is_some()
    }

    /// A request to another service: `sqs:SendMessage`, `turns`.
    fn other(&self, service: &str, operation: &str, resource: &str) {
        self.note(format!("{service}:{operation}"), resource, None);
        self.on_bill(|bill| bill.called(operation, resource));
    }

    /// A database request. What IAM asks for are the single actions inside a transaction. With a
    /// bill it goes on as the answer to this, which asks for its cost.
    pub(crate) fn database(&self, operation: &str, body: &[u8]) -> Option<Vec<u8>> {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut tables = BTreeSet::new();
        let mut note = |operation: &str, table: &str, part: &Value| {
            // Physical names are `local-<table>`.
            let table = table.split_once('-').map_or(table, |(_, table)| table);
            self.note(format!("dynamodb:{operation}"), table, beginning(part));
            tables.insert(table.to_owned());
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
            let table = part["TableName"].as_str().unwrap_or_default();
            note(&operation, table, part);
        }
        for table in request["RequestItems"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.keys())
        {
            note(operation, table, &Value::Null);
        }
        if let Some(table) = request["TableName"].as_str() {
            match request["IndexName"].as_str() {
                Some(index) => note(operation, &format!("{table}/index/{index}"), &Value::Null),
                None => note(operation, table, &request),
            }
        }
        let tables: Vec<String> = tables.into_iter().collect();
        let is_billed = self.on_bill(|bill| {
            bill.called(operation, &tables.join("+"));
            bill.bytes += u64::try_from(body.len()).unwrap_or(u64::MAX);
        });
        is_billed.then(|| bill::asking(&request))
    }

    /// The answer to a request that asked for its cost.
    pub(crate) fn answered(&self, operation: &str, answer: &str) {
        let units = bill::units(operation, answer);
        self.on_bill(|bill| bill.units += units);
    }
}

/// How the partition key of a request's one item begins, unless that is an id.
fn beginning(request: &Value) -> Option<String> {
    const LONGEST: usize = 20;
    let item = request["Key"].as_object();
    let single = item.filter(|key| key.len() == 1);
    let single = single.and_then(|key| key.values().next());
    let pk = [&request["Key"]["pk"], &request["Item"]["pk"]];
    let pk = pk.into_iter().find(|key| key.is_object());
    let key = pk.or(single)?["S"].as_str()?;
    match key.split_once('#') {
        Some((kind, _)) => Some(format!("{kind}#")),
        None => (key.len() <= LONGEST).then(|| key.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
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
        assert_eq!(calls.bill("sender"), Bill::default());
    }

    #[test]
    fn a_key_is_noted_by_how_it_begins() {
        let calls = Calls::default();
        let caller = calls.by("portal");
        for request in [
            r#"{"TableName":"local-keyring","Key":{"key_id":{"S":"origin"}}}"#,
            r#"{"TableName":"local-a","Key":{"sk":{"S":"x"},"pk":{"S":"W#siti"}}}"#,
            r#"{"TableName":"local-a","Item":{"id":{"S":"x"},"pk":{"S":"SETTINGS"}}}"#,
            r#"{"TableName":"local-b","Key":{"id":{"S":"8c9f4f0e-6b0a-4c41-9b59"}}}"#,
            r#"{"TableName":"local-b","Key":{"sk":{"S":"x"},"day":{"S":"2026-11-29"}}}"#,
        ] {
            caller.database("GetItem", request.as_bytes());
        }
        let keys: Vec<String> = calls.keys().into_iter().map(|(_, key)| key).collect();
        assert_eq!(keys, ["SETTINGS", "W#", "origin"]);
    }

    #[test]
    fn a_bill_counts_whole_requests_and_what_they_are_said_to_cost() {
        let calls = Calls::default();
        let (sender, other) = (calls.by("sender"), calls.by("referral"));
        sender.database("Query", b"{}");
        calls.start_bill();
        let write = br#"{"TransactItems":[{"Put":{"TableName":"local-b"}},
            {"Put":{"TableName":"local-a"}},{"Put":{"TableName":"local-a"}}]}"#;
        let asked = sender.database("TransactWriteItems", write).unwrap();
        let asked: Value = serde_json::from_slice(&asked).unwrap();
        assert_eq!(asked["ReturnConsumedCapacity"], "INDEXES");
        assert_eq!(asked["TransactItems"].as_array().unwrap().len(), 3);
        sender.answered(
            "TransactWriteItems",
            r#"{"ConsumedCapacity":[
                {"CapacityUnits":7,"Table":{"CapacityUnits":4},
                 "GlobalSecondaryIndexes":{"x":{"CapacityUnits":1},"y":{"CapacityUnits":2}}},
                {"CapacityUnits":2,"Table":{"CapacityUnits":2}}]}"#,
        );
        let read = br#"{"TableName":"local-a","IndexName":"x"}"#;
        sender.database("Query", read);
        sender.answered(
            "Query",
            r#"{"ConsumedCapacity":{"CapacityUnits":0.5,"Table":{"CapacityUnits":0},
                "GlobalSecondaryIndexes":{"x":{"CapacityUnits":0.5}}}}"#,
        );
        sender.other("sqs", "SendMessage", "wake");
        other.other("kms", "Decrypt", "field key");

        let bill = calls.bill("sender");
        let calls_expected = [
            ("Query a/index/x".to_owned(), 1),
            ("SendMessage wake".to_owned(), 1),
            ("TransactWriteItems a+b".to_owned(), 1),
        ];
        assert_eq!(bill.calls, BTreeMap::from(calls_expected));
        assert_eq!((bill.database(), bill.queues(), bill.keys()), (2, 1, 0));
        assert_eq!(bill.bytes as usize, write.len() + read.len());
        let units = Units {
            base_read: 0.0,
            base_write: 6.0,
            index_read: 0.5,
            index_write: 3.0,
        };
        assert_eq!(bill.units, units);
        assert_eq!(calls.bill("referral").keys(), 1);

        calls.start_bill();
        assert_eq!(calls.bill("sender"), Bill::default());
    }
}
