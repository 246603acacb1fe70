//! Conditional writes: one shape for a single update and for a part of a transaction.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::StoreError;
use crate::item::Item;

mod parts;

pub(crate) use parts::{delete_present, put_new, put_over, put_when_equals};

/// Conflicts are over in milliseconds; after so many tries something else is wrong.
const CONFLICT_TRIES: u32 = 10;

/// An update of one item: what it sets, what it removes, and the condition under which.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    table: String,
    key: Item,
    sets: Vec<(&'static str, AttributeValue)>,
    removes: Vec<&'static str>,
    appends: Vec<(&'static str, AttributeValue)>,
    adds: Vec<(&'static str, i64, i64)>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    pub(crate) fn of(table: String, key: Item) -> Self {
        Self {
            table,
            key,
            sets: Vec::new(),
            removes: Vec::new(),
            appends: Vec::new(),
            adds: Vec::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
        }
    }

    pub(crate) fn set(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.sets.push((name, value));
        self
    }

    pub(crate) fn remove(mut self, name: &'static str) -> Self {
        self.removes.push(name);
        self
    }

    /// Adds the list `values` to the end of a list; one that is not there yet is empty.
    pub(crate) fn append(mut self, name: &'static str, values: AttributeValue) -> Self {
        self.appends.push((name, values));
        self
    }

    /// One more than the number is now; one that is not there yet is 0.
    pub(crate) fn count_up(self, name: &'static str) -> Self {
        self.add(name, 1, 0)
    }

    /// So much more than the number is now; one that is not there yet is `start`.
    pub(crate) fn add(mut self, name: &'static str, by: i64, start: i64) -> Self {
        self.adds.push((name, by, start));
        self
    }

    fn named(&mut self, name: &str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn compare(mut self, name: &'static str, operator: &str, value: AttributeValue) -> Self {
        let placeholder = self.named(name);
        let operand = format!(":if{}", self.conditions.len());
        self.conditions
            .push(format!("{placeholder} {operator} {operand}"));
        self.values.insert(operand, value);
        self
    }

    pub(crate) fn when_equals(self, name: &'static str, value: AttributeValue) -> Self {
        self.compare(name, "=", value)
    }

    /// As [`Change::when_equals`]; a number that is not there yet is 0.
    pub(crate) fn when_counted(self, name: &'static str, count: u64) -> Self {
        if count > 0 {
            return self.when_equals(name, crate::item::number(count));
        }
        let mut change = self;
        let placeholder = change.named(name);
        let operand = format!(":if{}", change.conditions.len());
        change.conditions.push(format!(
            "(attribute_not_exists({placeholder}) OR {placeholder} = {operand})"
        ));
        change
            .values
            .insert(operand, AttributeValue::N("0".to_owned()));
        change
    }

    pub(crate) fn when_at_most(self, name: &'static str, value: AttributeValue) -> Self {
        self.compare(name, "<=", value)
    }

    pub(crate) fn when_at_least(self, name: &'static str, value: AttributeValue) -> Self {
        self.compare(name, ">=", value)
    }

    pub(crate) fn when_one_of(mut self, name: &'static str, values: &[&str]) -> Self {
        let placeholder = self.named(name);
        let at = self.conditions.len();
        let operands: Vec<String> = (0..values.len()).map(|i| format!(":if{at}x{i}")).collect();
        for (operand, value) in operands.iter().zip(values) {
            self.values
                .insert(operand.clone(), AttributeValue::S((*value).to_owned()));
        }
        self.conditions
            .push(format!("{placeholder} IN ({})", operands.join(", ")));
        self
    }

    pub(crate) fn when_present(mut self, name: &'static str) -> Self {
        let placeholder = self.named(name);
        self.conditions
            .push(format!("attribute_exists({placeholder})"));
        self
    }

    pub(crate) fn when_absent(mut self, name: &'static str) -> Self {
        let placeholder = self.named(name);
        self.conditions
            .push(format!("attribute_not_exists({placeholder})"));
        self
    }

    /// What it sets, as an item.
    #[cfg(test)]
    pub(crate) fn written(self) -> Item {
        let sets = self.sets.into_iter();
        sets.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn expressions(&mut self) -> (String, Option<String>) {
        let mut parts = Vec::new();
        let mut assignments: Vec<String> = Vec::new();
        for (name, value) in std::mem::take(&mut self.sets) {
            let placeholder = self.named(name);
            let operand = format!(":{name}");
            self.values.insert(operand.clone(), value);
            assignments.push(format!("{placeholder} = {operand}"));
        }
        for (name, values) in std::mem::take(&mut self.appends) {
            let placeholder = self.named(name);
            let operand = format!(":{name}");
            self.values.insert(operand.clone(), values);
            assignments.push(format!(
                "{placeholder} = list_append(if_not_exists({placeholder}, :none), {operand})"
            ));
            self.values
                .insert(":none".to_owned(), AttributeValue::L(Vec::new()));
        }
        for (name, by, start) in std::mem::take(&mut self.adds) {
            let placeholder = self.named(name);
            let (more, from) = (format!(":more_{name}"), format!(":from_{name}"));
            assignments.push(format!(
                "{placeholder} = if_not_exists({placeholder}, {from}) + {more}"
            ));
            self.values.insert(more, crate::item::number(by));
            self.values.insert(from, crate::item::number(start));
        }
        if !assignments.is_empty() {
            parts.push(format!("SET {}", assignments.join(", ")));
        }
        let removes = std::mem::take(&mut self.removes);
        if !removes.is_empty() {
            let names: Vec<String> = removes.into_iter().map(|name| self.named(name)).collect();
            parts.push(format!("REMOVE {}", names.join(", ")));
        }
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        (parts.join(" "), condition)
    }

    pub(crate) fn in_transaction(
        mut self,
        what: &'static str,
    ) -> Result<TransactWriteItem, StoreError> {
        let (update, condition) = self.expressions();
        let built = Update::builder()
            .table_name(self.table)
            .set_key(Some(self.key))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values((!self.values.is_empty()).then_some(self.values))
            .build()
            .map_err(StoreError::database(what))?;
        Ok(TransactWriteItem::builder().update(built).build())
    }

    /// Applies the change by itself.
    pub(crate) async fn apply(
        mut self,
        what: &'static str,
        client: &Client,
    ) -> Result<Applied, StoreError> {
        let (update, condition) = self.expressions();
        let request = client
            .update_item()
            .table_name(self.table)
            .set_key(Some(self.key))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values((!self.values.is_empty()).then_some(self.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut attempt = 0;
        let answer = loop {
            let answer = request.clone().send().await;
            let meets_transaction = matches!(&answer, Err(SdkError::ServiceError(e))
                if matches!(e.err(), UpdateItemError::TransactionConflictException(_)));
            if !meets_transaction {
                break answer;
            }
            if attempt == CONFLICT_TRIES {
                return Err(StoreError::Contended { what });
            }
            pause(attempt).await;
            attempt += 1;
        };
        match answer {
            Ok(output) => Ok(Applied::Done(output.attributes.unwrap_or_default())),
            Err(SdkError::ServiceError(e))
                if matches!(e.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                let UpdateItemError::ConditionalCheckFailedException(refused) = e.into_err() else {
                    return Ok(Applied::Refused(None));
                };
                Ok(Applied::Refused(refused.item))
            }
            Err(other) => Err(StoreError::database(what)(other)),
        }
    }
}

/// What became of a single conditional update.
pub(crate) enum Applied {
    /// Written; the item as it is now.
    Done(Item),
    /// The condition did not hold; the item as it is, if there is one.
    Refused(Option<Item>),
}

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Committed {
    /// All of it was written.
    Yes,
    /// Nothing was: the conditions of these parts (by position) did not hold.
    Refused(Vec<usize>),
}

impl Committed {
    pub(crate) fn refused_at(&self, position: usize) -> bool {
        matches!(self, Self::Refused(at) if at.contains(&position))
    }
}

/// Writes all or nothing. Conflicts with other transactions are tried again after a short random
/// wait; a condition that fails is an outcome, and wins over a conflict in the same answer.
pub(crate) async fn transact(
    what: &'static str,
    client: &Client,
    parts: Vec<TransactWriteItem>,
) -> Result<Committed, StoreError> {
    transact_made(what, client, || Ok(parts.clone())).await
}

/// The same with parts that are made for each attempt: a large one nearly always needs but one, and
/// to copy it for another costs as much as to make it.
pub(crate) async fn transact_made(
    what: &'static str,
    client: &Client,
    parts: impl Fn() -> Result<Vec<TransactWriteItem>, StoreError>,
) -> Result<Committed, StoreError> {
    // One token for all attempts: an attempt whose answer got lost is not done twice.
    let token = uuid::Uuid::new_v4().to_string();
    for attempt in 0..CONFLICT_TRIES {
        let answer = client
            .transact_write_items()
            .client_request_token(&token)
            .set_transact_items(Some(parts()?))
            .send()
            .await;
        let error = match answer {
            Ok(_) => return Ok(Committed::Yes),
            Err(error) => error,
        };
        let reasons = match &error {
            SdkError::ServiceError(e) => match e.err() {
                TransactWriteItemsError::TransactionCanceledException(canceled) => {
                    canceled.cancellation_reasons()
                }
                TransactWriteItemsError::TransactionInProgressException(_) => &[],
                _ => return Err(StoreError::database(what)(error)),
            },
            _ => return Err(StoreError::database(what)(error)),
        };
        let with_code = |code: &str| -> Vec<usize> {
            reasons
                .iter()
                .enumerate()
                .filter(|(_, r)| r.code() == Some(code))
                .map(|(i, _)| i)
                .collect()
        };
        let refused = with_code("ConditionalCheckFailed");
        if !refused.is_empty() {
            return Ok(Committed::Refused(refused));
        }
        let passing = [
            "TransactionConflict",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
        ];
        let is_passing = reasons.iter().all(|r| {
            r.code()
                .is_none_or(|code| code == "None" || passing.contains(&code))
        });
        if !is_passing {
            return Err(StoreError::database(what)(error));
        }
        pause(attempt).await;
    }
    Err(StoreError::Contended { what })
}

/// A short random wait, longer with each attempt: at most 10 ms, 20 ms, … 640 ms.
pub(crate) async fn pause(attempt: u32) {
    let most = 10_u64 << attempt.min(6);
    let wait = rand::random_range(1..=most);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}
