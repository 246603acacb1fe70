use app::queue_body::{QueueBodyError, decode_turn};
use app::take_turn::{Sender, TurnError, take_turn};
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::{BatchFailures, each_record};
use lambda_runtime::Error;

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("unreadable record")]
    Body(#[from] QueueBodyError),
    #[error("turn")]
    Turn(#[from] TurnError),
}

/// Takes the turns of a batch; those that could not even begin come again.
///
/// # Errors
/// None: failures are reported per record.
pub async fn handle(sender: &Sender, event: SqsEvent) -> Result<BatchFailures, Error> {
    Ok(each_record(event, |body| async move {
        let turn = decode_turn(&body)?;
        let end = Box::pin(take_turn(sender, turn.number_id, turn.turn)).await?;
        tracing::debug!(number = %turn.number_id, turn = turn.turn, end = ?end, "turn ended");
        Ok::<_, RecordError>(())
    })
    .await)
}
