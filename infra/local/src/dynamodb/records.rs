//! The streams of tables, read from the engine.

use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

/// Most records of one request.
const AT_ONCE: usize = 1_000;

/// The engine looks for a stream's last number with every write, through all records that were
/// ever written, and never removes one. With an index it finds it at once: ten thousand records
/// made each write fifty times as slow. What older runs have read goes.
pub(super) fn prepare(name: &str) -> rusqlite::Result<()> {
    let file = rusqlite::Connection::open(name)?;
    let has_records: bool = file.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_stream_records')",
        [],
        |row| row.get(0),
    )?;
    if !has_records {
        return Ok(());
    }
    // The last one stays, so that numbers go on from there.
    file.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_order
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
         DELETE FROM _stream_records WHERE id NOT IN
             (SELECT MAX(id) FROM _stream_records GROUP BY table_name);",
    )
}

/// A stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// The engine is the reason.
    #[error(transparent)]
    Engine(#[from] DynoxideError),
    /// The table has no stream.
    #[error("table {0} has no stream")]
    None(String),
    /// The engine's answer has no form that is known.
    #[error("a stream's record")]
    Form(#[from] serde_json::Error),
}

/// Reads one table's stream from now on.
#[derive(Debug)]
pub struct Records {
    /// Its address.
    pub arn: String,
    iterator: String,
}

impl Records {
    /// The stream of `table`, read from the end.
    ///
    /// # Errors
    /// [`RecordsError`] if there is none.
    pub fn of(db: &Database, table: &str) -> Result<Self, RecordsError> {
        let none = || RecordsError::None(table.to_owned());
        let request = ListStreamsRequest {
            table_name: Some(table.to_owned()),
            ..ListStreamsRequest::default()
        };
        let streams = serde_json::to_value(db.list_streams(request)?)?;
        let arn = streams["Streams"][0]["StreamArn"].as_str();
        let arn = arn.ok_or_else(none)?.to_owned();
        let description = db.describe_stream(DescribeStreamRequest {
            stream_arn: arn.clone(),
            ..DescribeStreamRequest::default()
        })?;
        let shards = description.stream_description.shards;
        let shard = shards.into_iter().next().ok_or_else(none)?;
        let iterator = db.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: arn.clone(),
            shard_id: shard.shard_id,
            shard_iterator_type: "LATEST".to_owned(),
            sequence_number: None,
        })?;
        Ok(Self {
            arn,
            iterator: iterator.shard_iterator.ok_or_else(none)?,
        })
    }

    /// The records since the last call, oldest first, in the form in which Lambda hands them over.
    ///
    /// # Errors
    /// [`RecordsError`] if the engine does not answer.
    pub fn read(&mut self, db: &Database) -> Result<Vec<Value>, RecordsError> {
        let mut all = Vec::new();
        loop {
            let answer = db.get_records(GetRecordsRequest {
                shard_iterator: self.iterator.clone(),
                limit: Some(AT_ONCE),
            })?;
            let read = answer.records.len();
            for record in answer.records {
                let mut record = serde_json::to_value(record)?;
                record["eventSourceARN"] = json!(self.arn);
                all.push(record);
            }
            if let Some(next) = answer.next_shard_iterator {
                self.iterator = next;
            }
            if read < AT_ONCE {
                return Ok(all);
            }
        }
    }
}
