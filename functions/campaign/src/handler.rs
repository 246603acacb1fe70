use app::App;
use app::campaign::{CampaignError, Expanded, expand};
use app::event::{EventError, begin_job, reconcile};
use app::ports::{QueueError, QueueMessage};
use app::queue_body::{CampaignsJob, QueueBodyError, decode_campaigns};
use aws_lambda_events::event::sqs::SqsEvent;
use domain::ids::CampaignId;
use jiff::SignedDuration;
use lambda_kit::{BatchFailures, each_record};
use lambda_runtime::Error;

/// How long rows are written before the rest goes to the next invocation: 20 s below the function's
/// timeout, which a page and its retries need.
const WORKS_FOR: SignedDuration = SignedDuration::from_secs(40);

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("unreadable record")]
    Body(#[from] QueueBodyError),
    #[error("planned job")]
    Event(#[from] EventError),
    #[error("expansion")]
    Campaign(#[from] CampaignError),
    #[error("the rest of an expansion could not be queued")]
    Queue(#[from] QueueError),
}

/// Does the jobs of a batch; those that failed come again.
///
/// # Errors
/// None: failures are reported per record.
pub async fn handle(app: &App, event: SqsEvent) -> Result<BatchFailures, Error> {
    Ok(each_record(event, |body| async move {
        match decode_campaigns(&body)? {
            CampaignsJob::Begin(job) => {
                let begun = Box::pin(begin_job(app, job)).await?;
                tracing::info!(kind = job.kind.as_str(), id = %job.id, ?begun, "job begun");
            }
            CampaignsJob::Reconcile => {
                let done = Box::pin(reconcile(app)).await?;
                tracing::info!(?done, "reconciled");
            }
            CampaignsJob::Expand(campaign) => Box::pin(go_on(app, campaign)).await?,
        }
        Ok::<_, RecordError>(())
    })
    .await)
}

async fn go_on(app: &App, campaign: CampaignId) -> Result<(), RecordError> {
    let now = app.now();
    let until = now.saturating_add(WORKS_FOR).unwrap_or(now);
    match expand(app, campaign, until).await {
        Ok(Expanded::Done | Expanded::Stopped) => Ok(()),
        Ok(Expanded::More) => Ok(app.queue.send(QueueMessage::Expand { campaign }).await?),
        // It will not be there the next time either.
        Err(CampaignError::Unknown) => {
            tracing::error!(%campaign, "there is no such campaign");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
