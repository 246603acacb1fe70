//! Changes of counted rows, as the streams of their tables hand them over.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::counting::{Position, Seen, Share, Stream};
use jiff::{SignedDuration, Timestamp};
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

    /// When the change was made, UTC, as near as the stream says.
    #[must_use]
    pub fn made_at(&self) -> Option<Timestamp> {
        let seconds = self.0["dynamodb"]["ApproximateCreationDateTime"].as_f64()?;
        let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(since).ok()
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
    /// The stream that a record is from, if it is one of those that are followed.
    #[must_use]
    pub fn stream_of(&self, record: &StreamRecord) -> Option<Stream> {
        let (name, _) = origin(record.0["eventSourceARN"].as_str()?)?;
        self.stream_named(name)
    }

    fn stream_named(&self, table: &str) -> Option<Stream> {
        let is_its = |stream: &Stream| self.table(table_of(*stream)) == table;
        Stream::ALL.into_iter().find(is_its)
    }

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
        let (name, label) = origin(&record.source).ok_or(bad("source"))?;
        let table = self.stream_named(name).map(table_of);
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

/// The table's name and the stream's label in `arn:…:table/<name>/stream/<label>`.
fn origin(arn: &str) -> Option<(&str, &str)> {
    arn.split_once(":table/")?.1.split_once("/stream/")
}

fn table_of(stream: Stream) -> Table {
    match stream {
        Stream::Participants => Table::Participants,
        Stream::Messages => Table::NotificationsLog,
    }
}

fn attributes(item: serde_dynamo::Item) -> Item {
    std::collections::HashMap::<String, AttributeValue>::from(item)
}
