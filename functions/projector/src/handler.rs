use std::collections::{BTreeMap, BTreeSet};

use app::count::{Recounted, begin_recount, count_changes, go_on_recounting, note_followed};
use app::{App, Chain};
use domain::counting::{Stream, counted_until};
use jiff::{SignedDuration, Timestamp};
use lambda_kit::BatchFailures;
use lambda_runtime::Error;
use serde_json::{Value, json};
use store::{Countable, StreamRecord};

use crate::wire::{Invocation, number_of};

/// How long a recount works before it asks to be called again: 20 s below the function's timeout.
const WORKS_FOR: SignedDuration = SignedDuration::from_secs(40);

/// Counts a batch of stream records, or goes on with a recount.
///
/// The answer to a batch names the records that must come again. One that cannot be read is among
/// them for as long as it comes, until it stands in the failures' queue: those behind it are
/// counted all the same, which is no loss to it, since a row's last change wins whatever the order.
///
/// # Errors
/// An event that is none of ours; a recount whose store does not answer.
pub async fn handle(app: &App, event: Value) -> Result<Value, Error> {
    match Invocation::parse(event)? {
        Invocation::Records(records) => {
            let failures = Box::pin(count(app, records)).await;
            Ok(serde_json::to_value(failures)?)
        }
        Invocation::Recount { begin } => Box::pin(recount(app, begin)).await,
    }
}

async fn count(app: &App, records: Vec<Value>) -> BatchFailures {
    let mut changes: BTreeMap<Countable, Vec<_>> = BTreeMap::new();
    let mut numbers: BTreeMap<Countable, Vec<String>> = BTreeMap::new();
    let mut made: Vec<(Stream, Timestamp, String)> = Vec::new();
    let mut failed: BTreeSet<String> = BTreeSet::new();
    for record in records {
        let number = number_of(&record);
        let record = StreamRecord::new(record);
        if let (Some(stream), Some(at)) = (app.store.stream_of(&record), record.made_at()) {
            made.push((stream, at, number.clone()));
        }
        match app.store.change_in(record) {
            Ok(Some((row, seen))) => {
                numbers.entry(row.clone()).or_default().push(number);
                changes.entry(row).or_default().push(seen);
            }
            Ok(None) => {}
            Err(error) => {
                let error = &error;
                tracing::error!(sequence = number, error = %Chain(error), "unreadable record");
                failed.insert(number);
            }
        }
    }
    for (row, error) in count_changes(app, &changes).await {
        tracing::error!(?row, error = %Chain(&error), "a row was not counted");
        failed.extend(numbers.remove(&row).unwrap_or_default());
    }
    note_followed(app, &reached(&made, &failed)).await;
    let mut failures = BatchFailures::default();
    for number in failed {
        failures.push_id(number);
    }
    failures
}

/// Up to when each stream was counted by this batch.
fn reached(
    made: &[(Stream, Timestamp, String)],
    failed: &BTreeSet<String>,
) -> BTreeMap<Stream, Timestamp> {
    let of = |stream: Stream| {
        let its = made.iter().filter(|(from, _, _)| *from == stream);
        let its: Vec<_> = its
            .map(|(_, at, number)| (*at, !failed.contains(number)))
            .collect();
        Some((stream, counted_until(&its)?))
    };
    Stream::ALL.into_iter().filter_map(of).collect()
}

async fn recount(app: &App, begin: bool) -> Result<Value, Error> {
    if begin {
        begin_recount(app).await?;
    }
    let until = app.now().saturating_add(WORKS_FOR)?;
    loop {
        if let Recounted::Done {
            corrected,
            unreadable,
        } = go_on_recounting(app).await?
        {
            tracing::info!(corrected, unreadable, "everything was counted anew");
            return Ok(json!({"done": true, "corrected": corrected, "unreadable": unreadable}));
        }
        if app.now() >= until {
            return Ok(json!({"done": false}));
        }
    }
}
