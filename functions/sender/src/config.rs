//! Environment: `TABLE_PREFIX`, `TURNS_QUEUE_URL`, `WAKE_QUEUE_URL`, `FIELD_KEY_ARN`,
//! `GATEWAY_MODE` (`off`, `live`), `GATEWAY_URL`, `GATEWAY_TIMEOUT_S` (1–20).

use std::sync::Arc;
use std::time::Duration;

use app::take_turn::Sender;
use gateway::{ConfigError, DripSender};
use lambda_kit::{Cloud, CloudError, EnvError, required};

/// The function could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Environment or keys.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// A variable.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// The gateway's address.
    #[error("gateway")]
    Gateway(#[from] ConfigError),
}

/// Puts the function together.
///
/// # Errors
/// [`StartError`] names what is missing or wrong.
pub async fn start() -> Result<Sender, StartError> {
    for name in ["TURNS_QUEUE_URL", "WAKE_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    let live = match required("GATEWAY_MODE")?.as_str() {
        "live" => true,
        "off" => false,
        _ => {
            return Err(EnvError::Unreadable {
                name: "GATEWAY_MODE",
                expected: "off or live",
            }
            .into());
        }
    };
    let timeout = required("GATEWAY_TIMEOUT_S")?
        .parse()
        .ok()
        .filter(|seconds| (1..=20).contains(seconds))
        .map(Duration::from_secs)
        .ok_or(EnvError::Unreadable {
            name: "GATEWAY_TIMEOUT_S",
            expected: "a number of seconds from 1 to 20",
        })?;
    let gateway = DripSender::new(&required("GATEWAY_URL")?, timeout)?;
    Ok(Sender::new(
        Box::pin(Cloud::with_keys()).await?.app(),
        Arc::new(gateway),
        live,
    ))
}
