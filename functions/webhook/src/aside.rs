//! The queue `inbound`.

use app::App;
use app::hook::take_up;
use app::queue_body::{QueueBodyError, decode_inbound};
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_kit::{BatchFailures, each_record};
use store::StoreError;

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("unreadable record")]
    Body(#[from] QueueBodyError),
    #[error("put aside")]
    Store(#[from] StoreError),
}

/// Takes what was put aside; what fails comes again.
pub(crate) async fn take_up_all(app: &App, batch: SqsEvent) -> BatchFailures {
    each_record(batch, |body| async move {
        let aside = decode_inbound(&body)?;
        Box::pin(take_up(app, &aside)).await?;
        Ok::<_, RecordError>(())
    })
    .await
}
