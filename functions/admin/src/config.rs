//! Environment: `TABLE_PREFIX`, `WAKE_QUEUE_URL`, `REFERRALS_QUEUE_URL`, `FIELD_KEY_ARN`,
//! `ORIGIN_CHECK` (`required`: only CloudFront may call; `off`), `GATEWAY_MODE` (`off`, `live`),
//! `GATEWAY_URL`, `POOL_ID` (the pool of the admins).

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::ports::Directory;
use gateway::{ConfigError, DripSender, Gateway};
use lambda_kit::{Cloud, CloudError, EnvError, OriginCheck, OriginSecret, required};

/// So long the gateway may take to say whether it knows a key; API Gateway waits 30 s.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(10);

/// What the handlers work with.
pub struct Deps {
    /// Store, queues, time.
    pub app: App,
    /// Who may open the panel.
    pub directory: Arc<dyn Directory>,
    /// Where keys of numbers are tried; none where the gateway is not to be called at all.
    pub gateway: Option<Arc<dyn Gateway>>,
    /// Where webhook addresses begin, `http://127.0.0.1:3000`; none = `https://` and the host of the
    /// settings.
    pub hooks_at: Option<String>,
    /// What CloudFront must send; none = anybody may call.
    pub origin: Option<OriginSecret>,
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
    /// The gateway's address.
    #[error("gateway")]
    Gateway(#[from] ConfigError),
}

/// Puts the function together.
///
/// # Errors
/// [`StartError`] names what is missing or wrong.
pub async fn start() -> Result<Deps, StartError> {
    for name in ["WAKE_QUEUE_URL", "REFERRALS_QUEUE_URL", "FIELD_KEY_ARN"] {
        required(name)?;
    }
    let check = OriginCheck::from_env()?;
    let url = required("GATEWAY_URL")?;
    let client = DripSender::new(&url, GATEWAY_TIMEOUT)?;
    let gateway: Option<Arc<dyn Gateway>> = match required("GATEWAY_MODE")?.as_str() {
        "live" => Some(Arc::new(client)),
        "off" => None,
        _ => {
            return Err(EnvError::Unreadable {
                name: "GATEWAY_MODE",
                expected: "off or live",
            }
            .into());
        }
    };
    let pool = required("POOL_ID")?;
    let cloud = Box::pin(Cloud::with_keys()).await?;
    let origin = check.secret(&cloud.vault).await.map_err(CloudError::from)?;
    Ok(Deps {
        directory: Arc::new(cloud.directory(&pool)),
        app: cloud.app(),
        gateway,
        hooks_at: None,
        origin,
    })
}
