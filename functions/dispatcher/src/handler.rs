use app::App;
use app::Chain;
use app::dispatch::{Call, DispatchError, dispatch};
use app::queue_body::decode_wake;
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::BatchFailures;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the schedule sends every minute.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TickBody {
    v: u8,
    kind: TickKind,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TickKind {
    Tick,
}

/// What a tick answers; the schedule ignores it, the virtual clock of a local run skips ahead.
#[derive(Debug, Serialize, Deserialize)]
pub struct TickAnswer {
    /// Numbers that got a turn.
    pub armed: usize,
    /// Next moment at which a tick can have anything to do, UTC; none if nothing waits.
    pub next: Option<String>,
}

/// One run for a whole batch of wakes, or for a tick.
///
/// # Errors
/// If the store does not answer (the queue brings the batch again), or the event is neither.
pub async fn handle(app: &App, event: Value) -> Result<Value, Error> {
    if event.get("Records").is_some() {
        let batch: SqsEvent = serde_json::from_value(event)?;
        return Ok(serde_json::to_value(wake(app, &batch).await?)?);
    }
    let tick: TickBody = serde_json::from_value(event)?;
    let (1, TickKind::Tick) = (tick.v, tick.kind) else {
        return Err(format!("tick of version {} is not known", tick.v).into());
    };
    let done = Box::pin(dispatch(app, Call::Tick)).await.map_err(logged)?;
    Ok(serde_json::to_value(TickAnswer {
        armed: done.armed,
        next: done.next.map(|at| at.to_string()),
    })?)
}

/// The runtime logs errors with `Debug`, which for a client's error shows raw answers: hand over
/// the texts alone.
fn logged(error: DispatchError) -> Error {
    Chain(&error).to_string().into()
}

async fn wake(app: &App, batch: &SqsEvent) -> Result<BatchFailures, Error> {
    let mut failures = BatchFailures::default();
    for record in &batch.records {
        if let Err(error) = decode_wake(record.body.as_deref().unwrap_or_default()) {
            tracing::error!(error = %Chain(&error), "unreadable wake");
            failures.push(record);
        }
    }
    if failures.batch_item_failures.len() < batch.records.len() {
        let done = Box::pin(dispatch(app, Call::Wake)).await.map_err(logged)?;
        tracing::info!(
            wakes = batch.records.len(),
            armed = done.armed,
            "dispatched"
        );
    }
    Ok(failures)
}
