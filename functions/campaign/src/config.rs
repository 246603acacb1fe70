//! Environment: `TABLE_PREFIX`, `CAMPAIGNS_QUEUE_URL`, `WAKE_QUEUE_URL`, `SCHEDULE_GROUP`,
//! `SCHEDULE_TARGET_ARN`, `SCHEDULE_ROLE_ARN`, `SCHEDULE_DLQ_ARN`. No field key: it reads no number.

use app::App;
use lambda_kit::{Cloud, CloudError, required};

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] if a variable is missing.
pub fn start() -> Result<App, CloudError> {
    for name in ["CAMPAIGNS_QUEUE_URL", "WAKE_QUEUE_URL"] {
        required(name)?;
    }
    Cloud::without_keys()?.planning_app()
}
