//! Environment: `TABLE_PREFIX`, `WAKE_QUEUE_URL`, `REFERRALS_QUEUE_URL`, `FIELD_KEY_ARN`,
//! `ORIGIN_CHECK` (`required`: only CloudFront may call; `off`).

use app::App;
use lambda_kit::{Cloud, CloudError, OriginCheck, OriginSecret, required};

/// What the handler works with.
pub struct Deps {
    /// Store, queues, time.
    pub app: App,
    /// What CloudFront must send; `None` = anybody may call.
    pub origin: Option<OriginSecret>,
}

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] names what is missing.
pub async fn start() -> Result<Deps, CloudError> {
    for name in ["WAKE_QUEUE_URL", "REFERRALS_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    let check = OriginCheck::from_env()?;
    let cloud = Box::pin(Cloud::with_keys()).await?;
    let origin = check.secret(&cloud.vault).await?;
    Ok(Deps {
        app: cloud.app(),
        origin,
    })
}
