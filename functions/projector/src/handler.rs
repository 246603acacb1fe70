use std::collections::BTreeMap;

use app::count::{Recounted, begin_recount, count_changes, go_on_recounting};
use app::{App, Chain};
use jiff::SignedDuration;
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
    let mut failures = BatchFailures::default();
    let mut changes: BTreeMap<Countable, Vec<_>> = BTreeMap::new();
    let mut numbers: BTreeMap<Countable, Vec<String>> = BTreeMap::new();
    for record in records {
        let number = number_of(&record);
        match app.store.change_in(StreamRecord::new(record)) {
            Ok(Some((row, seen))) => {
                numbers.entry(row.clone()).or_default().push(number);
                changes.entry(row).or_default().push(seen);
            }
            Ok(None) => {}
            Err(error) => {
                let error = &error;
                tracing::error!(sequence = number, error = %Chain(error), "unreadable record");
                failures.push_id(number);
            }
        }
    }
    for (row, error) in count_changes(app, &changes).await {
        tracing::error!(?row, error = %Chain(&error), "a row was not counted");
        for number in numbers.remove(&row).unwrap_or_default() {
            failures.push_id(number);
        }
    }
    failures
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
