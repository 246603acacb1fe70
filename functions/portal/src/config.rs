//! Environment: `TABLE_PREFIX`, `FIELD_KEY_ARN`, `ORIGIN_CHECK` (`required`: only CloudFront may
//! call; `off`).

use app::App;
use lambda_kit::{Cloud, CloudError, OriginCheck, OriginSecret, required};

/// What the handler works with.
pub struct Deps {
    /// Store, time.
    pub app: App,
    /// What CloudFront must send; `None` = anybody may call.
    pub origin: Option<OriginSecret>,
}

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] names what is missing.
pub async fn start() -> Result<Deps, CloudError> {
    required("FIELD_KEY_ARN")?;
    let check = OriginCheck::from_env()?;
    let cloud = Box::pin(Cloud::with_hashes()).await?;
    let origin = check.secret(&cloud.vault).await?;
    Ok(Deps {
        app: cloud.app(),
        origin,
    })
}
