//! What the program left in its database, read while it is not running.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

type Item = HashMap<String, AttributeValue>;

/// A row of the log with the name of whom it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) to: String,
    /// `sent/accepted`, `failed/unconfirmed` …
    pub(crate) state: String,
    pub(crate) number_id: Option<String>,
}

/// Everything that is compared.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) rows: Vec<Row>,
    /// Names of participants with their place among those invited by one referrer.
    pub(crate) participants: Vec<(String, Option<u64>)>,
    /// Names of referrers with how many they invited.
    pub(crate) totals: Vec<(String, u64)>,
    /// Labels of sending numbers by id.
    pub(crate) numbers: HashMap<String, String>,
}

impl Tables {
    pub(crate) async fn read(folder: &Path) -> Self {
        let client = client(folder);
        let people = scan(&client, "participants").await;
        let names: HashMap<&str, &str> = people
            .iter()
            .filter(|item| word(item, "sk") == Some("PROFILE"))
            .map(|item| (word(item, "id").unwrap(), word(item, "name").unwrap()))
            .collect();
        let name = |id: &str| names.get(id).map_or_else(String::new, ToString::to_string);
        let mut participants: Vec<_> = people
            .iter()
            .filter(|item| word(item, "sk") == Some("PROFILE"))
            .map(|item| {
                (
                    name(word(item, "id").unwrap()),
                    count(item, "referrer_sequence"),
                )
            })
            .collect();
        participants.sort();
        let totals = people
            .iter()
            .filter(|item| word(item, "sk") == Some("REFERRALS"))
            .map(|item| {
                let id = word(item, "pk").unwrap().trim_start_matches("P#");
                (name(id), count(item, "total").unwrap())
            })
            .collect();
        let rows = scan(&client, "notifications_log")
            .await
            .iter()
            .map(|item| Row {
                kind: word(item, "type").unwrap().to_owned(),
                to: name(word(item, "participant_id").unwrap()),
                state: format!(
                    "{}/{}",
                    word(item, "status").unwrap(),
                    word(item, "reason").unwrap()
                ),
                number_id: word(item, "number_id").map(str::to_owned),
            })
            .collect();
        let numbers = scan(&client, "broadcast_numbers")
            .await
            .iter()
            .map(|item| {
                let word = |name| word(item, name).unwrap().to_owned();
                (word("number_id"), word("label"))
            })
            .collect();
        Self {
            rows,
            participants,
            totals,
            numbers,
        }
    }

    /// The one row of this kind to this person.
    pub(crate) fn row(&self, kind: &str, to: &str) -> &Row {
        let found: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.kind == kind && row.to == to)
            .collect();
        assert_eq!(found.len(), 1, "{kind} rows of {to}: {:?}", self.rows);
        found[0]
    }

    /// Rows that were claimed for sending.
    pub(crate) fn claimed(&self) -> Vec<&Row> {
        let rows = self.rows.iter();
        rows.filter(|row| row.state == "queued/sending").collect()
    }
}

/// An admin's pause on all sending numbers but one.
pub(crate) async fn pause_all_but_one(folder: &Path) {
    let client = client(folder);
    for item in scan(&client, "broadcast_numbers").await.iter().skip(1) {
        client
            .update_item()
            .table_name("local-broadcast_numbers")
            .key("number_id", item["number_id"].clone())
            .update_expression("SET paused = :yes")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .send()
            .await
            .unwrap();
    }
}

fn client(folder: &Path) -> Client {
    let database = local::dynamodb::open(&folder.join("dynamodb.sqlite")).unwrap();
    local::dynamodb::client(database, None)
}

async fn scan(client: &Client, table: &str) -> Vec<Item> {
    client
        .scan()
        .table_name(format!("local-{table}"))
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .unwrap()
}

fn word<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn count(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
