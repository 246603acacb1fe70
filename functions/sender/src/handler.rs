use app::check_number::{CheckError, check_number};
use app::queue_body::{QueueBodyError, TurnsJob, decode_turns};
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
    #[error("check")]
    Check(#[from] CheckError),
}

/// Takes the turns of a batch and makes its checks; those that could not even begin come again.
///
/// # Errors
/// None: failures are reported per record.
pub async fn handle(sender: &Sender, event: SqsEvent) -> Result<BatchFailures, Error> {
    Ok(each_record(event, |body| async move {
        match decode_turns(&body)? {
            TurnsJob::Turn(turn) => {
                let end = Box::pin(take_turn(sender, turn.number_id, turn.turn)).await?;
                tracing::debug!(number = %turn.number_id, turn = turn.turn, end = ?end, "turn ended");
            }
            TurnsJob::Check(check) => {
                let end = Box::pin(check_number(sender, check.number_id, check.check)).await?;
                tracing::debug!(number = %check.number_id, end = ?end, "check ended");
            }
        }
        Ok::<_, RecordError>(())
    })
    .await)
}
