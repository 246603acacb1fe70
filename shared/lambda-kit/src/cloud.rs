use std::sync::Arc;
use std::time::Duration;

use app::{App, Dice};
use aws::{KmsKeyService, QueueUrls, SqsQueue, SystemClock};
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use store::{Store, StoredKeyring};
use vault::{Vault, VaultError};

use crate::env::{EnvError, optional, required};

/// A function could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// Its environment is incomplete.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// Its keys could not be read.
    #[error("field keys")]
    Vault(#[from] VaultError),
}

/// The parts that reach AWS, made once when a function starts.
pub struct Cloud {
    config: SdkConfig,
    /// Field encryption; prepared unless the function has no key.
    pub vault: Arc<Vault>,
}

impl Cloud {
    /// Reads the environment (`AWS_*`, `TABLE_PREFIX`, `FIELD_KEY_ARN`) and prepares the vault if
    /// the function has a field key.
    ///
    /// # Errors
    /// [`CloudError`] if a variable is missing or the keys cannot be read.
    pub async fn start() -> Result<Self, CloudError> {
        // A connection that died while the function was frozen must cost seconds, not the turn.
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(8))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .load()
            .await;
        let prefix = required("TABLE_PREFIX")?;
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let key_arn = optional("FIELD_KEY_ARN");
        let service = KmsKeyService::new(
            aws_sdk_kms::Client::new(&config),
            key_arn.clone().unwrap_or_default(),
        );
        let vault = Vault::new(
            Arc::new(service),
            Arc::new(StoredKeyring::new(dynamodb, &prefix)),
        );
        if key_arn.is_some() {
            vault.prepare(jiff::Timestamp::now()).await?;
        }
        Ok(Self {
            config,
            vault: Arc::new(vault),
        })
    }

    /// The application over DynamoDB and SQS. Queue addresses that are not set are those that the
    /// function does not send to; sending there is an error that is logged.
    ///
    /// # Errors
    /// [`CloudError::Env`] if the table prefix is not set.
    pub fn app(&self) -> Result<App, CloudError> {
        let dynamodb = aws_sdk_dynamodb::Client::new(&self.config);
        let store = Store::new(dynamodb, required("TABLE_PREFIX")?, Arc::clone(&self.vault));
        let urls = QueueUrls {
            wake: optional("WAKE_QUEUE_URL").unwrap_or_default(),
            turns: optional("TURNS_QUEUE_URL").unwrap_or_default(),
            referrals: optional("REFERRALS_QUEUE_URL").unwrap_or_default(),
        };
        let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&self.config), urls);
        Ok(App::new(
            store,
            Arc::new(queue),
            Arc::new(SystemClock),
            Dice::from_system(),
        ))
    }
}
