//! Environment: `TABLE_PREFIX`, `TURNS_QUEUE_URL`, `REFERRALS_QUEUE_URL`,
//! `CAMPAIGNS_QUEUE_URL`, `WAKE_QUEUE_URL`. No field key: it reads no number.

use app::App;
use lambda_kit::{Cloud, CloudError, required};

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] if a variable is missing.
pub fn start() -> Result<App, CloudError> {
    for name in [
        "TURNS_QUEUE_URL",
        "REFERRALS_QUEUE_URL",
        "CAMPAIGNS_QUEUE_URL",
        "WAKE_QUEUE_URL",
    ] {
        required(name)?;
    }
    Ok(Cloud::without_keys()?.app())
}
