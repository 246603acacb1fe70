use app::App;
use app::queue_body::{QueueBodyError, decode_referral};
use app::sequence_referral::{ReferralError, run_referral_job};
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::{BatchFailures, each_record};
use lambda_runtime::Error;

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("unreadable record")]
    Body(#[from] QueueBodyError),
    #[error("referral job")]
    Job(#[from] ReferralError),
}

/// Does the jobs of a batch; those that failed come again.
///
/// # Errors
/// None: failures are reported per record.
pub async fn handle(app: &App, event: SqsEvent) -> Result<BatchFailures, Error> {
    Ok(each_record(event, |body| async move {
        let job = decode_referral(&body)?.job;
        Box::pin(run_referral_job(app, job)).await?;
        Ok::<_, RecordError>(())
    })
    .await)
}
