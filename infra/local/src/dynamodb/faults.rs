use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use dynoxide::DynoxideError;
use dynoxide::errors::CancellationReason;

/// Injected failures and deterministic counters for one database.
///
/// Counting calls and items, not seconds, lets a test hold the cost of an operation to a figure
/// that is the same on every machine.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    conflict_every: u64,
    /// Whose calls fail, how many it has made since that was asked for, and which of them fail.
    broken: Option<(&'static str, u64, Range<u64>)>,
    transactions: u64,
    calls: BTreeMap<String, u64>,
    items: BTreeMap<String, u64>,
    /// Never set back.
    writes: u64,
}

/// Operations that may change a row.
const WRITES: [&str; 5] = [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];

impl Faults {
    /// Lets every `n`th TransactWriteItems from now on answer TransactionCanceledException with
    /// the reason TransactionConflict, as DynamoDB does when two transactions meet on an item.
    /// Nothing is written then. 0 turns it off.
    pub fn conflict_every(&self, n: u64) {
        self.with(|inner| {
            inner.conflict_every = n;
            inner.transactions = 0;
        });
    }

    /// Lets these of a function's calls from now on, counted from 0, fail with InternalServerError
    /// without an effect: `0..u64::MAX` = the database is down for it, `0..0` = it is well. Only
    /// where calls are noted is it known whose they are.
    pub fn break_calls_of(&self, function: &'static str, which: Range<u64>) {
        self.with(|inner| inner.broken = Some((function, 0, which)));
    }

    /// The answer to this call of a function if it is to fail.
    pub(super) fn broken(&self, function: &str) -> Option<DynoxideError> {
        let hit = self.with(|inner| {
            let (_, count, which) = inner.broken.as_mut().filter(|(of, ..)| *of == function)?;
            let call = *count;
            *count += 1;
            which.contains(&call).then_some(())
        });
        hit.map(|()| DynoxideError::InternalServerError("out of order, as asked".to_owned()))
    }

    /// Calls per operation (`Query` → 3) since the last [`Faults::reset`].
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.with(|inner| inner.calls.clone())
    }

    /// Items per operation: read ones for reads (for Query and Scan those evaluated, which is
    /// what DynamoDB bills), those in the request for writes.
    #[must_use]
    pub fn items(&self) -> BTreeMap<String, u64> {
        self.with(|inner| inner.items.clone())
    }

    /// Sets all counters to zero.
    pub fn reset(&self) {
        self.with(|inner| {
            inner.calls.clear();
            inner.items.clear();
        });
    }

    pub(super) fn called(&self, operation: &str) {
        self.with(|inner| *inner.calls.entry(operation.to_owned()).or_default() += 1);
    }

    pub(super) fn consumed(&self, operation: &str, items: u64) {
        self.with(|inner| {
            *inner.items.entry(operation.to_owned()).or_default() += items;
            inner.writes += u64::from(WRITES.contains(&operation));
        });
    }

    /// How many writes there were: tells whether streams may have something new.
    pub(crate) fn writes(&self) -> u64 {
        self.with(|inner| inner.writes)
    }

    /// The answer to a transaction of `items` items if it is this one's turn to meet a conflict.
    pub(super) fn conflict(&self, items: usize) -> Option<DynoxideError> {
        let hit = self.with(|inner| {
            inner.transactions += 1;
            inner.conflict_every > 0 && inner.transactions.is_multiple_of(inner.conflict_every)
        });
        hit.then(|| conflict_error(items))
    }

    fn with<R>(&self, change: impl FnOnce(&mut Inner) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One reason per item, in order: DynamoDB names the item that is held and `None` for the others.
fn conflict_error(items: usize) -> DynoxideError {
    let reasons: Vec<_> = (0..items)
        .map(|index| {
            let held = index == 0;
            CancellationReason {
                code: if held { "TransactionConflict" } else { "None" }.to_owned(),
                message: held.then(|| "Transaction is ongoing for the item".to_owned()),
                item: None,
            }
        })
        .collect();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    DynoxideError::TransactionCanceledException(
        format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        ),
        reasons,
    )
}
