//! Changes of counted rows, as the streams of their tables hand them over.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::counting::{Position, Seen, Share};
use serde::Deserialize;
use serde_json::Value;

use crate::item::Item;
use crate::tables::Table;
use crate::{Countable, Store, StoreError};

const WHAT: &str = "stream record";

/// One record of a table's stream, in the form in which a function gets it.
pub struct StreamRecord(Value);

impl StreamRecord {
    /// Whatever came as a record.
    #[must_use]
    pub fn new(record: Value) -> Self {
        Self(record)
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "eventSourceARN")]
    source: String,
    dynamodb: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    keys: serde_dynamo::Item,
    new_image: Option<serde_dynamo::Item>,
    sequence_number: String,
}

impl Store {
    /// The row that a record is about and how it stands after it; `None` for rows that are not
    /// counted. An error names the attribute alone.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the record is none of a table's that is counted, or does not
    /// say what it should.
    pub fn change_in(
        &self,
        StreamRecord(record): StreamRecord,
    ) -> Result<Option<(Countable, Seen)>, StoreError> {
        let bad = |what: &'static str| StoreError::unreadable(WHAT, what);
        // The reader's own error may quote what it read.
        let record: Envelope = serde_json::from_value(record).map_err(|_| bad("form"))?;
        let (_, address) = record.source.split_once(":table/").ok_or(bad("source"))?;
        let (name, label) = address.split_once("/stream/").ok_or(bad("source"))?;
        let tables = [Table::Participants, Table::NotificationsLog];
        let table = tables.into_iter().find(|table| self.table(*table) == name);
        let table = table.ok_or_else(|| bad("table"))?;
        let keys: Item = attributes(record.dynamodb.keys);
        let Some(row) = Countable::of_key(table, &keys)? else {
            return Ok(None);
        };
        let position = Position::new(label, &record.dynamodb.sequence_number);
        let share = match record.dynamodb.new_image {
            Some(image) => row.share(&attributes(image))?,
            None => Share::default(),
        };
        let position = position.map_err(|_| bad("sequence number"))?;
        Ok(Some((row, Seen { position, share })))
    }
}

fn attributes(item: serde_dynamo::Item) -> Item {
    std::collections::HashMap::<String, AttributeValue>::from(item)
}
