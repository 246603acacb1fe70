//! Environment: `TABLE_PREFIX`. No field key: it reads no number. It sends to no queue.

use app::App;
use lambda_kit::{Cloud, CloudError};

/// Puts the function together.
///
/// # Errors
/// [`CloudError`] if a variable is missing.
pub fn start() -> Result<App, CloudError> {
    Ok(Cloud::without_keys()?.app())
}
