use app::App;
use app::queue_body::{QueueBodyError, decode_referral};
use app::sequence_referral::{ReferralError, run_referral_jobs};
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::{BatchFailures, each_group};
use lambda_runtime::Error;

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("unreadable record")]
    Body(#[from] QueueBodyError),
    #[error("referral job")]
    Job(#[from] ReferralError),
}

/// Does the jobs of a batch, those of one group together; those that failed come again.
///
/// # Errors
/// None: failures are reported per record.
pub async fn handle(app: &App, event: SqsEvent) -> Result<BatchFailures, Error> {
    let read = |body: &str| Ok(decode_referral(body)?.job);
    Ok(each_group(event, read, |jobs| async move {
        let done = Box::pin(run_referral_jobs(app, &jobs)).await;
        let answers = done.into_iter().map(|one| one.map_err(RecordError::from));
        answers.collect()
    })
    .await)
}
