//! Environment: `TABLE_PREFIX`, `WAKE_QUEUE_URL`, `REFERRALS_QUEUE_URL`, `FIELD_KEY_ARN`.

use app::App;
use lambda_kit::{Cloud, CloudError, required};

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] if a variable is missing.
pub async fn start() -> Result<App, CloudError> {
    for name in ["WAKE_QUEUE_URL", "REFERRALS_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    Cloud::start().await?.app()
}
