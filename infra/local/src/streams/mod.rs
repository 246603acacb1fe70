//! The streams of tables, and the function that gets their records: batches for each shard, again
//! those that failed, and what a person has to look at in the end.

mod shard;
mod source;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::VirtualClock;
use crate::dynamodb::{Faults, Records, RecordsError};
use crate::functions::Functions;
use shard::Shard;
use source::Source;
pub use source::SourceError;

/// The event sources, from the file that SAM deploys.
const TEMPLATE: &str = include_str!("../../../messaging.yaml");
/// As many as a new table on demand has. Records of one item are all in one of them.
const SHARDS: usize = 4;

/// The streams cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamsError {
    /// The template is the reason.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The engine is the reason.
    #[error(transparent)]
    Records(#[from] RecordsError),
}

/// Records that were tried too often, as the failures' queue names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// Logical name of the table.
    pub table: &'static str,
    /// The record's number in the stream.
    pub sequence: String,
}

/// Records of one shard, oldest first.
#[derive(Debug, Clone)]
pub struct ShardRecords {
    /// Logical name of the table.
    pub table: &'static str,
    /// Which of its shards.
    pub shard: usize,
    /// In the form in which Lambda hands them over.
    pub records: Vec<Value>,
}

/// Handle on the streams; clones share them.
#[derive(Clone)]
pub struct Streams(Arc<Inner>);

struct Inner {
    database: dynoxide::Database,
    faults: Arc<Faults>,
    clock: Arc<VirtualClock>,
    functions: Functions,
    state: Mutex<State>,
}

struct State {
    tables: Vec<Stream>,
    /// Writes to the database up to which the streams were read.
    read: u64,
    /// Whether records stay where they are.
    held: bool,
    uncounted: Vec<Uncounted>,
    runs: u64,
}

struct Stream {
    source: Source,
    records: Records,
    shards: Vec<Shard>,
}

/// What one invocation is for.
struct Batch {
    table: usize,
    shard: usize,
    records: Vec<Value>,
}

impl Streams {
    /// The streams of the template's event sources, from now on.
    ///
    /// # Errors
    /// [`StreamsError`].
    pub(crate) fn open(
        database: dynoxide::Database,
        prefix: &str,
        faults: Arc<Faults>,
        clock: Arc<VirtualClock>,
        functions: Functions,
    ) -> Result<Self, StreamsError> {
        let mut tables = Vec::new();
        for source in source::sources(TEMPLATE)? {
            let records = Records::of(&database, &format!("{prefix}-{}", source.table))?;
            let shards = (0..SHARDS).map(|_| Shard::default()).collect();
            tables.push(Stream {
                source,
                records,
                shards,
            });
        }
        let state = State {
            tables,
            read: faults.writes(),
            held: false,
            uncounted: Vec::new(),
            runs: 0,
        };
        Ok(Self(Arc::new(Inner {
            database,
            faults,
            clock,
            functions,
            state: Mutex::new(state),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on records stay in the streams (`true`) until they are taken by hand or this is
    /// taken back.
    pub fn hold(&self, held: bool) {
        let mut state = self.lock();
        state.held = held;
        // What lies in the shards since before is looked at again.
        state.read = u64::MAX;
    }

    /// Everything that the streams hold, by table and shard: for tests that hand it over as they
    /// like. It does not come again by itself.
    ///
    /// # Errors
    /// [`RecordsError`] if the engine does not answer.
    pub fn take(&self) -> Result<Vec<ShardRecords>, RecordsError> {
        let mut state = self.lock();
        self.pull(&mut state)?;
        let mut taken = Vec::new();
        for stream in &mut state.tables {
            for (number, shard) in stream.shards.iter_mut().enumerate() {
                taken.push(ShardRecords {
                    table: stream.source.table,
                    shard: number,
                    records: shard.take(),
                });
            }
        }
        Ok(taken)
    }

    /// Hands records to the function, as they are; answers with the numbers that failed.
    ///
    /// # Errors
    /// The function's own, as text.
    pub async fn deliver(&self, records: &[Value]) -> Result<Vec<String>, String> {
        let event = json!({"Records": records});
        let answer = Box::pin(self.0.functions.project(event)).await?;
        let failures = answer["batchItemFailures"].as_array();
        let failures = failures.ok_or("the answer has no batchItemFailures")?;
        let number = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
        Ok(failures.iter().filter_map(number).collect())
    }

    /// Invokes the function with something else than records: `{"v":1,"kind":"recount"}`.
    ///
    /// # Errors
    /// The function's own, as text.
    pub async fn invoke(&self, event: Value) -> Result<Value, String> {
        Box::pin(self.0.functions.project(event)).await
    }

    /// Counts everything anew, invocation by invocation.
    ///
    /// # Errors
    /// The function's own, as text.
    pub async fn recount(&self) -> Result<Value, String> {
        let mut kind = "recount";
        loop {
            let answer = self.invoke(json!({"v": 1, "kind": kind})).await?;
            if answer["done"] == true {
                return Ok(answer);
            }
            kind = "recount_on";
        }
    }

    /// Records that were tried too often, oldest first.
    #[must_use]
    pub fn uncounted(&self) -> Vec<Uncounted> {
        self.lock().uncounted.clone()
    }

    /// How often the function was invoked with records by itself.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.lock().runs
    }

    /// Whether there may be records that nobody has looked at.
    pub(crate) fn is_pending(&self) -> bool {
        let state = self.lock();
        !state.held && self.0.faults.writes() != state.read
    }

    /// Reads the streams and hands over one batch of each shard that has one due, all at once.
    /// Answers when it must be called again.
    pub(crate) async fn run(&self) -> Option<Timestamp> {
        let now = self.0.clock.now();
        let batches = {
            let mut state = self.lock();
            if state.held {
                return None;
            }
            if let Err(error) = self.pull(&mut state) {
                tracing::error!(%error, "a stream could not be read");
                return Some(
                    now.saturating_add(SignedDuration::from_secs(1))
                        .unwrap_or(now),
                );
            }
            let batches = due(&mut state, now);
            state.runs += batches.len() as u64;
            batches
        };
        let at_work: Vec<_> = batches
            .into_iter()
            .map(|batch| {
                let streams = self.clone();
                // A task of its own: a panic fails the batch, as it fails an invocation.
                tokio::spawn(async move {
                    let outcome = {
                        let (streams, records) = (streams.clone(), batch.records.clone());
                        tokio::spawn(async move { streams.deliver(&records).await }).await
                    };
                    let failed = match outcome {
                        Ok(Ok(failed)) => Some(failed),
                        Ok(Err(reason)) => {
                            tracing::warn!(reason, "a batch of a stream failed");
                            None
                        }
                        Err(_) => {
                            tracing::error!("the projector panicked");
                            None
                        }
                    };
                    streams.finish(batch, failed.as_deref());
                })
            })
            .collect();
        for work in at_work {
            // It catches what the function does.
            let _ = work.await;
        }
        let state = self.lock();
        let shards = state.tables.iter().flat_map(|stream| &stream.shards);
        shards.filter_map(Shard::due).min()
    }

    fn finish(&self, batch: Batch, failed: Option<&[String]>) {
        let now = self.0.clock.now();
        let mut state = self.lock();
        let Some(stream) = state.tables.get_mut(batch.table) else {
            return;
        };
        let (table, retries) = (stream.source.table, stream.source.retries);
        let Some(shard) = stream.shards.get_mut(batch.shard) else {
            return;
        };
        if let Some(sequence) = shard.finish(&batch.records, failed, retries, now) {
            tracing::error!(table, sequence, "a change could not be counted");
            state.uncounted.push(Uncounted { table, sequence });
        }
    }

    /// Moves what is new from the engine to the shards.
    fn pull(&self, state: &mut State) -> Result<(), RecordsError> {
        // Noted first: what is written meanwhile is looked for again.
        let writes = self.0.faults.writes();
        let now = self.0.clock.now().as_second();
        for stream in &mut state.tables {
            for mut record in stream.records.read(&self.0.database)? {
                // The engine knows the machine's time alone.
                record["dynamodb"]["ApproximateCreationDateTime"] = json!(now);
                if stream.source.lets_through(&record) {
                    let shard = shard::of(&record, SHARDS);
                    if let Some(shard) = stream.shards.get_mut(shard) {
                        shard.add(record);
                    }
                }
            }
        }
        state.read = writes;
        Ok(())
    }
}

fn due(state: &mut State, now: Timestamp) -> Vec<Batch> {
    let mut batches = Vec::new();
    for (table, stream) in state.tables.iter_mut().enumerate() {
        let most = stream.source.batch;
        for (shard, records) in stream.shards.iter_mut().enumerate() {
            let records = records.batch(most, now);
            if !records.is_empty() {
                batches.push(Batch {
                    table,
                    shard,
                    records,
                });
            }
        }
    }
    batches
}
