//! Environment: `TABLE_PREFIX`, `WAKE_QUEUE_URL`, `INBOUND_QUEUE_URL`, `FIELD_KEY_ARN`,
//! `ORIGIN_CHECK` (`required`: only CloudFront may call; `off`).

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use app::{App, Chain};
use lambda_kit::{Cloud, CloudError, OriginCheck, OriginDoor, required};
use tokio::time::timeout;

/// So long the start waits for the keys; Lambda gives it 10 s.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the handler works with.
pub struct Deps {
    /// Store, queues, time.
    pub app: App,
    /// What CloudFront must send, if anything.
    pub origin: OriginDoor,
}

/// Puts the function together. It reads the keys if it can: that is quicker at the start than in the
/// first request, which reads them otherwise.
///
/// # Errors
/// [`CloudError`] names what is missing.
pub async fn start() -> Result<Deps, CloudError> {
    for name in ["WAKE_QUEUE_URL", "INBOUND_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    let check = OriginCheck::from_env()?;
    let cloud = Cloud::with_late_keys()?;
    let origin = OriginDoor::new(check, Arc::clone(&cloud.vault));
    let app = cloud.app();
    let deps = Deps { app, origin };
    let read = timeout(PATIENCE, Box::pin(read_keys(&deps))).await;
    if let Err(error) = read.unwrap_or_else(|elapsed| Err(elapsed.into())) {
        tracing::warn!(error = %Chain(&*error), "the keys cannot be read yet");
    }
    Ok(deps)
}

async fn read_keys(deps: &Deps) -> Result<(), Box<dyn Error + Send + Sync>> {
    deps.app.store.prepare_keys(deps.app.now()).await?;
    deps.origin.secret().await?;
    Ok(())
}
