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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use aws_sdk_dynamodb::types::AttributeValue;

    use super::super::{client, create_tables, in_memory, open};
    use super::*;

    const TEMPLATE: &str = r#"
Resources:
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: { Fn::Sub: "${Prefix}-items" }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
"#;

    async fn put(database: &Database, id: &str) {
        let put = client(database.clone(), None).put_item();
        let put = put.table_name("t-items");
        let id = AttributeValue::S(id.to_owned());
        put.item("id", id).send().await.unwrap();
    }

    fn ids(records: &[Value]) -> Vec<&str> {
        let id = |record: &'_ Value| record["dynamodb"]["NewImage"]["id"]["S"].is_string();
        assert!(records.iter().all(id));
        let ids = records.iter();
        ids.filter_map(|record| record["dynamodb"]["NewImage"]["id"]["S"].as_str())
            .collect()
    }

    #[tokio::test]
    async fn a_stream_is_read_from_now_on_in_order_and_once() {
        let database = in_memory().unwrap();
        create_tables(&database, TEMPLATE, "t").unwrap();
        put(&database, "before").await;
        let mut records = Records::of(&database, "t-items").unwrap();
        assert!(records.read(&database).unwrap().is_empty());
        for id in ["a", "b", "a"] {
            put(&database, id).await;
        }
        let read = records.read(&database).unwrap();
        assert_eq!(ids(&read), ["a", "b", "a"]);
        assert_eq!(read[0]["eventSourceARN"], records.arn.as_str());
        assert!(records.read(&database).unwrap().is_empty());
        let none = Records::of(&database, "t-others");
        assert!(none.is_err(), "a table that is not there");
    }

    #[tokio::test]
    async fn numbers_go_on_after_a_restart_that_throws_away_what_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dynamodb.sqlite");
        super::super::make(&file, TEMPLATE, "t").unwrap();
        let number = |records: &[Value]| {
            let number = records[0]["dynamodb"]["SequenceNumber"].as_str();
            number.unwrap().parse::<u128>().unwrap()
        };
        let first = {
            let database = open(&file).unwrap();
            let mut records = Records::of(&database, "t-items").unwrap();
            put(&database, "a").await;
            put(&database, "b").await;
            number(&records.read(&database).unwrap())
        };
        let database = open(&file).unwrap();
        let mut records = Records::of(&database, "t-items").unwrap();
        put(&database, "c").await;
        let read = records.read(&database).unwrap();
        assert_eq!(ids(&read), ["c"]);
        assert!(number(&read) > first + 1);
        let kept = rusqlite::Connection::open(&file).unwrap();
        let count = "SELECT COUNT(*) FROM _stream_records";
        let count: u64 = kept.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2, "what was read is kept");
        let plan = "EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) + 1 \
                    FROM _stream_records WHERE table_name = 't-items'";
        let plan: String = kept.query_row(plan, [], |row| row.get(3)).unwrap();
        assert!(plan.contains("stream_order"), "{plan}");
    }
}
