//! Environment: `TABLE_PREFIX`, `WAKE_QUEUE_URL`, `REFERRALS_QUEUE_URL`, `FIELD_KEY_ARN`,
//! `ORIGIN_CHECK` (`required`: only CloudFront may call; `off`).

use app::App;
use lambda_kit::{Cloud, CloudError, EnvError, required};
use vault::{VaultError, constant_time_eq};
use zeroize::Zeroizing;

/// Name of the origin secret in the keyring, made on first use: until the edge knows it, every call
/// is refused.
pub const ORIGIN_KEY: &str = "origin";

/// What the handler works with.
pub struct Deps {
    /// Store, queues, time.
    pub app: App,
    /// What CloudFront must send; `None` = anybody may call.
    pub origin: Option<OriginSecret>,
}

/// The secret that proves that a request came through CloudFront (requirement L8).
pub struct OriginSecret(Zeroizing<String>);

impl OriginSecret {
    /// From the key's bytes; the header carries them in hexadecimal.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Zeroizing::new(
            key.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    }

    /// The header's value, for the edge.
    #[must_use]
    pub fn header_value(&self) -> &str {
        &self.0
    }

    /// Whether a header's value is the secret, in constant time.
    #[must_use]
    pub fn matches(&self, given: &[u8]) -> bool {
        constant_time_eq(self.0.as_bytes(), given)
    }
}

/// The function could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Environment or keys.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// A variable.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// The origin secret could not be read.
    #[error("origin secret")]
    Vault(#[from] VaultError),
}

/// Puts the function together.
///
/// # Errors
/// [`StartError`] names what is missing.
pub async fn start() -> Result<Deps, StartError> {
    for name in ["WAKE_QUEUE_URL", "REFERRALS_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    let only_through_edge = match required("ORIGIN_CHECK")?.as_str() {
        "required" => true,
        "off" => false,
        _ => {
            return Err(EnvError::Unreadable {
                name: "ORIGIN_CHECK",
                expected: "required or off",
            }
            .into());
        }
    };
    let cloud = Box::pin(Cloud::with_keys()).await?;
    let origin = if only_through_edge {
        let key = Box::pin(cloud.vault.secret(ORIGIN_KEY)).await?;
        Some(OriginSecret::new(&*key))
    } else {
        None
    };
    Ok(Deps {
        app: cloud.app(),
        origin,
    })
}
