//! Rows that wait for one number: the one their recipient has chatted with (requirement S8). They
//! stand in one partition by number, class and time, so that one query tells whether there are
//! any, and hopping from head to head tells for which numbers.

use domain::ids::NumberId;
use domain::lane::{Lane, STICKY};
use domain::message::{DueMessage, Waiting};
use jiff::Timestamp;

use crate::item::{Item, text};
use crate::messages::{ANY_NUMBER, due_key, read_due, waiting};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::Applied;
use crate::{Store, StoreError};

/// Comes after every time in a sort key.
const AFTER_ALL: &str = "~";

impl Store {
    async fn sticky_rows(
        &self,
        from: String,
        to: String,
        limit: usize,
    ) -> Result<Vec<Item>, StoreError> {
        let question = Question {
            table: self.table(Table::NotificationsLog),
            index: Some("due"),
            condition: "#lane = :lane AND #due BETWEEN :from AND :to".to_owned(),
            names: vec![("#lane", "lane"), ("#due", "due_key")],
            values: vec![
                (":lane", text(STICKY)),
                (":from", text(from)),
                (":to", text(to)),
            ],
            consistent: false,
        };
        query("sticky rows", &self.client, question, limit).await
    }

    /// Whether any row waits for this number. Read from an index, so possibly stale.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn has_sticky(&self, number: NumberId) -> Result<bool, StoreError> {
        let (from, to) = (format!("{number}#"), format!("{number}#{AFTER_ALL}"));
        Ok(!self.sticky_rows(from, to, 1).await?.is_empty())
    }

    /// The first row of each number and class that has rows waiting: one query for each, and one
    /// more. At most `limit` of them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sticky_heads(&self, limit: usize) -> Result<Vec<DueMessage>, StoreError> {
        let mut heads = Vec::new();
        let mut from = String::from("0");
        while heads.len() < limit {
            let items = self.sticky_rows(from, AFTER_ALL.to_owned(), 1).await?;
            let Some(item) = items.into_iter().next() else {
                break;
            };
            // One that cannot be read must not hide those behind it.
            let next = item.get("due_key").and_then(|key| key.as_s().ok()).cloned();
            let row = read_due(item);
            from = match (&row, next) {
                (Ok(head), _) => head.lane.prefix() + AFTER_ALL,
                (Err(_), Some(key)) => key + AFTER_ALL,
                (Err(_), None) => break,
            };
            heads.extend(readable("message row", std::iter::once(row)));
        }
        Ok(heads)
    }

    /// Lets any number send a row that waited for its own. False if it moved on in the meantime.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn release_sticky(
        &self,
        row: &DueMessage,
        why: Waiting,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let lane = Lane::Class(row.message_type.class());
        let change = waiting(self.message(row.id), &lane, why, row.due, row.due.max(now))
            .set(
                ANY_NUMBER,
                aws_sdk_dynamodb::types::AttributeValue::Bool(true),
            )
            .when_equals("lane", text(row.lane.partition()))
            .when_equals("due_key", text(due_key(&row.lane, row.due)));
        let applied = change.apply("release row", &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }
}
