//! What the functions' calls cost: how many there were, and what DynamoDB would charge for them.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde_json::Value;

/// DynamoDB's units, as the engine computes them by DynamoDB's rules: 1 KB a write and 4 KB a
/// read, half for a read that need not be consistent, double for the tables of a transaction and
/// single for its indexes. What a refused condition costs is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Units {
    /// Reads of tables.
    pub base_read: f64,
    /// Writes to tables.
    pub base_write: f64,
    /// Reads of indexes.
    pub index_read: f64,
    /// Writes to indexes: one that moves an entry counts twice.
    pub index_write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.base_read += other.base_read;
        self.base_write += other.base_write;
        self.index_read += other.index_read;
        self.index_write += other.index_write;
    }
}

/// Everything that one function called.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bill {
    /// How often which operation was called on what: `UpdateItem pace`,
    /// `Query notifications_log/index/due`, `SendMessage wake`, `Decrypt field key`. One with
    /// several tables names them all: `BatchGetItem pace+settings`.
    pub calls: BTreeMap<String, u64>,
    /// Capacity.
    pub units: Units,
    /// Bytes of the requests to the database.
    pub bytes: u64,
}

impl Bill {
    /// Calls whose name begins with one of `operations`.
    #[must_use]
    pub fn count(&self, operations: &[&str]) -> u64 {
        let counted = self.calls.iter().filter(|(name, _)| {
            let operation = name.split(' ').next().unwrap_or_default();
            operations.contains(&operation)
        });
        counted.map(|(_, count)| count).sum()
    }

    /// Calls to the database.
    #[must_use]
    pub fn database(&self) -> u64 {
        let all: u64 = self.calls.values().sum();
        all - self.queues() - self.keys()
    }

    /// Messages put on queues.
    #[must_use]
    pub fn queues(&self) -> u64 {
        self.count(&["SendMessage"])
    }

    /// Calls to the key service.
    #[must_use]
    pub fn keys(&self) -> u64 {
        self.count(&["GenerateDataKey", "Decrypt"])
    }

    pub(super) fn called(&mut self, operation: &str, resource: &str) {
        let name = format!("{operation} {resource}");
        *self.calls.entry(name).or_default() += 1;
    }
}

/// The request with the wish to be told what it costs.
pub(super) fn asking(request: &Value) -> Vec<u8> {
    let mut request = request.clone();
    request["ReturnConsumedCapacity"] = "INDEXES".into();
    request.to_string().into_bytes()
}

/// What an answer says that its request cost.
pub(super) fn units(operation: &str, answer: &str) -> Units {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let mut units = Units::default();
    let tables = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    for table in tables {
        let base = &table["Table"]["CapacityUnits"];
        let base = base.as_f64().unwrap_or_default();
        let indexes = table["GlobalSecondaryIndexes"].as_object();
        let indexes = indexes.into_iter().flat_map(|all| all.values());
        let index: f64 = indexes
            .filter_map(|index| index["CapacityUnits"].as_f64())
            .sum();
        if is_read(operation) {
            units.base_read += base;
            units.index_read += index;
        } else {
            units.base_write += base;
            units.index_write += index;
        }
    }
    units
}

fn is_read(operation: &str) -> bool {
    [
        "GetItem",
        "BatchGetItem",
        "TransactGetItems",
        "Query",
        "Scan",
    ]
    .contains(&operation)
}
