//! Consistent reads of several items at once, and queries that follow their last key.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Select};

use crate::item::Item;
use crate::write::pause;
use crate::{Chain, StoreError};

/// Rounds of one batch read before throttling counts as a failure.
const MOST_ROUNDS: u32 = 8;

/// Consistent BatchGetItem of at most 100 items; answers stand in the order of the questions.
pub(crate) async fn get_all(
    what: &'static str,
    client: &Client,
    wanted: &[(String, Item)],
) -> Result<Vec<Option<Item>>, StoreError> {
    // Who asks for which key. The service refuses a key that stands twice.
    let mut asked: HashMap<Address<'_>, Vec<usize>> = HashMap::with_capacity(wanted.len());
    let mut requests: HashMap<&str, Vec<Item>> = HashMap::new();
    for (at, (table, key)) in wanted.iter().enumerate() {
        let asking = asked.entry(address(table, key, key)).or_default();
        if asking.is_empty() {
            requests.entry(table).or_default().push(key.clone());
        }
        asking.push(at);
    }
    // All keys of a table have the same names.
    let named: HashMap<&str, &Item> = wanted.iter().map(|(table, key)| (&**table, key)).collect();
    let mut request: HashMap<String, KeysAndAttributes> = HashMap::new();
    for (table, keys) in requests {
        let part = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()
            .map_err(StoreError::database(what))?;
        request.insert(table.to_owned(), part);
    }
    let mut found: Vec<Option<Item>> = vec![None; wanted.len()];
    let mut round = 0;
    while !request.is_empty() {
        // Keys that were left out were throttled: asking again at once would be throttled again.
        if round == MOST_ROUNDS {
            return Err(StoreError::Contended { what });
        }
        if round > 0 {
            pause(round).await;
        }
        round += 1;
        let output = client
            .batch_get_item()
            .set_request_items(Some(request))
            .send()
            .await
            .map_err(StoreError::database(what))?;
        for (table, items) in output.responses.unwrap_or_default() {
            let Some(names) = named.get(&*table) else {
                continue;
            };
            for item in items {
                let asking = asked.get(&address(&table, names, &item));
                for at in asking.into_iter().flatten() {
                    if let Some(slot) = found.get_mut(*at) {
                        *slot = Some(item.clone());
                    }
                }
            }
        }
        request = output.unprocessed_keys.unwrap_or_default();
    }
    Ok(found)
}

/// What an item is told apart by: its table and the texts of its key, by their names' order.
type Address<'a> = (&'a str, [Option<&'a str>; 2]);

/// The address of `item`; `key` names the attributes that make its key, at most two, which are texts
/// in every table.
fn address<'a>(table: &'a str, key: &Item, item: &'a Item) -> Address<'a> {
    let mut names: [Option<&String>; 2] = [None, None];
    for (slot, name) in names.iter_mut().zip(key.keys()) {
        *slot = Some(name);
    }
    names.sort_unstable();
    let text = |name: &String| item.get(name).and_then(|value| value.as_s().ok());
    (
        table,
        names.map(|name| name.and_then(text).map(String::as_str)),
    )
}

/// A query's question.
pub(crate) struct Question {
    pub(crate) table: String,
    pub(crate) index: Option<&'static str>,
    pub(crate) condition: String,
    pub(crate) names: Vec<(&'static str, &'static str)>,
    pub(crate) values: Vec<(&'static str, AttributeValue)>,
    pub(crate) consistent: bool,
}

/// The first `limit` items in key order, over as many pages as it takes.
pub(crate) async fn query(
    what: &'static str,
    client: &Client,
    question: Question,
    limit: usize,
) -> Result<Vec<Item>, StoreError> {
    let names: HashMap<String, String> = question
        .names
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    let values: HashMap<String, AttributeValue> = question
        .values
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v))
        .collect();
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let missing = limit.saturating_sub(items.len());
        let output = client
            .query()
            .table_name(&question.table)
            .set_index_name(question.index.map(str::to_owned))
            .key_condition_expression(&question.condition)
            .set_expression_attribute_names(Some(names.clone()))
            .set_expression_attribute_values(Some(values.clone()))
            .consistent_read(question.consistent)
            .limit(i32::try_from(missing).unwrap_or(i32::MAX).max(1))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::database(what))?;
        items.extend(output.items.unwrap_or_default());
        start = output.last_evaluated_key;
        if start.is_none() || items.len() >= limit {
            items.truncate(limit);
            return Ok(items);
        }
    }
}

/// A page of a list: what could be read of it, and behind what the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T, P> {
    /// In the list's order. What cannot be read is missing, and takes nothing else with it.
    pub items: Vec<T>,
    /// The place of the last item of the page as it is stored, readable or not; none behind the last
    /// page.
    pub next: Option<P>,
}

/// The first `limit` items as they are stored, and the place that `place` reads from the last of
/// them if there are more.
pub(crate) async fn page<P>(
    what: &'static str,
    client: &Client,
    question: Question,
    limit: usize,
    place: impl FnOnce(&Item) -> Option<P>,
) -> Result<Found<Item, P>, StoreError> {
    // One more than is wanted tells whether there is a next page.
    let mut items = query(what, client, question, limit.saturating_add(1)).await?;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| has_more);
    let next = last
        .map(|last| place(last).ok_or_else(|| StoreError::unreadable(what, "its place")))
        .transpose()?;
    Ok(Found { items, next })
}

/// How many items answer the question, over as many pages as it takes; `filter` is a condition on
/// attributes that are no keys.
pub(crate) async fn count(
    what: &'static str,
    client: &Client,
    question: Question,
    filter: Option<String>,
) -> Result<u32, StoreError> {
    let names = question.names.into_iter();
    let names: HashMap<String, String> = names.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let values = question.values.into_iter();
    let values: HashMap<String, AttributeValue> = values.map(|(k, v)| (k.to_owned(), v)).collect();
    let mut pages = client
        .query()
        .table_name(question.table)
        .set_index_name(question.index.map(str::to_owned))
        .key_condition_expression(question.condition)
        .set_filter_expression(filter)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
        .consistent_read(question.consistent)
        .select(Select::Count)
        .into_paginator()
        .send();
    let mut all = 0_u32;
    while let Some(page) = pages.next().await {
        let page = page.map_err(StoreError::database(what))?;
        all = all.saturating_add(u32::try_from(page.count).unwrap_or(0));
    }
    Ok(all)
}

/// Those that could be read; each other one is an error that stands in the log, and the rest goes
/// on without it.
pub(crate) fn readable<T>(
    what: &'static str,
    items: impl std::iter::Iterator<Item = Result<T, StoreError>>,
) -> Vec<T> {
    items
        .filter_map(|item| {
            item.inspect_err(
                |error| tracing::error!(what, error = %Chain(error), "unreadable item"),
            )
            .ok()
        })
        .collect()
}
