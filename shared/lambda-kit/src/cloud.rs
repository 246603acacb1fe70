use std::sync::Arc;

use app::{App, Dice};
use async_trait::async_trait;
use aws::{
    CognitoDirectory, EventBridgeSchedule, JobTarget, KmsKeyService, QueueUrls, SqsQueue,
    SystemClock,
};
use store::{Store, StoredKeyring};
use vault::{KeyService, KeyServiceError, NewKey, PlainKey, Vault, VaultError};

use crate::clients::Clients;
use crate::env::{EnvError, optional, required};

/// A function could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// Its environment is incomplete.
    #[error(transparent)]
    Env(#[from] EnvError),
    /// TLS could not be set up.
    #[error("TLS")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Its keys could not be read.
    #[error("field keys")]
    Vault(#[from] VaultError),
}

/// The parts that reach AWS, made once when a function starts.
pub struct Cloud {
    clients: Clients,
    dynamodb: aws_sdk_dynamodb::Client,
    prefix: String,
    /// Field encryption; opens nothing in a function without a key.
    pub vault: Arc<Vault>,
}

impl Cloud {
    /// For a function that reads numbers: reads the environment (`AWS_*`, `TABLE_PREFIX`,
    /// `FIELD_KEY_ARN`) and the field keys.
    ///
    /// # Errors
    /// [`CloudError`] if a variable is missing or the keys cannot be read.
    pub async fn with_keys() -> Result<Self, CloudError> {
        let cloud = Self::with_late_keys()?;
        cloud.vault.prepare(jiff::Timestamp::now()).await?;
        Ok(cloud)
    }

    /// The same without the keys, which the function reads itself: for one that must start while
    /// the keyring cannot be read.
    ///
    /// # Errors
    /// [`CloudError`] if a variable is missing.
    pub fn with_late_keys() -> Result<Self, CloudError> {
        let clients = Clients::from_env()?;
        let service = KmsKeyService::new(clients.kms(), required("FIELD_KEY_ARN")?);
        Self::new(clients, service)
    }

    /// For a function that proves what is ours and reads no number: reads the environment (`AWS_*`,
    /// `TABLE_PREFIX`, `FIELD_KEY_ARN`) and the index key alone.
    ///
    /// # Errors
    /// [`CloudError`] if a variable is missing or the key cannot be read.
    pub async fn with_hashes() -> Result<Self, CloudError> {
        let cloud = Self::with_late_keys()?;
        cloud.vault.prepare_hashes().await?;
        Ok(cloud)
    }

    /// For a function that reads no number: reads the environment (`AWS_*`, `TABLE_PREFIX`).
    ///
    /// # Errors
    /// [`CloudError::Env`] if a variable is missing.
    pub fn without_keys() -> Result<Self, CloudError> {
        Self::new(Clients::from_env()?, NoKeys)
    }

    fn new(clients: Clients, keys: impl KeyService + 'static) -> Result<Self, CloudError> {
        let prefix = required("TABLE_PREFIX")?;
        let dynamodb = clients.dynamodb();
        let ring = StoredKeyring::new(dynamodb.clone(), &prefix);
        Ok(Self {
            vault: Arc::new(Vault::new(Arc::new(keys), Arc::new(ring))),
            clients,
            dynamodb,
            prefix,
        })
    }

    /// Who may open the panel, in this user pool.
    #[must_use]
    pub fn directory(&self, pool: &str) -> CognitoDirectory {
        CognitoDirectory::new(self.clients.cognito(), pool)
    }

    /// The application of a function that plans jobs: reads where they go (`SCHEDULE_GROUP`,
    /// `SCHEDULE_TARGET_ARN`, `SCHEDULE_ROLE_ARN`, `SCHEDULE_DLQ_ARN`).
    ///
    /// # Errors
    /// [`CloudError::Env`] if a variable is missing.
    pub fn planning_app(self) -> Result<App, CloudError> {
        let target = JobTarget {
            group: required("SCHEDULE_GROUP")?,
            arn: required("SCHEDULE_TARGET_ARN")?,
            role_arn: required("SCHEDULE_ROLE_ARN")?,
            dead_letter_arn: required("SCHEDULE_DLQ_ARN")?,
        };
        let client = self.clients.scheduler();
        let schedule = EventBridgeSchedule::new(client, target, Arc::new(SystemClock));
        Ok(self.app().with_schedule(Arc::new(schedule)))
    }

    /// The application over DynamoDB and SQS. Queue addresses that are not set are those that the
    /// function does not send to; sending there is an error that is logged.
    #[must_use]
    pub fn app(self) -> App {
        let store = Store::new(self.dynamodb, self.prefix, self.vault);
        let urls = QueueUrls {
            wake: optional("WAKE_QUEUE_URL").unwrap_or_default(),
            turns: optional("TURNS_QUEUE_URL").unwrap_or_default(),
            referrals: optional("REFERRALS_QUEUE_URL").unwrap_or_default(),
            inbound: optional("INBOUND_QUEUE_URL").unwrap_or_default(),
            campaigns: optional("CAMPAIGNS_QUEUE_URL").unwrap_or_default(),
        };
        let queue = SqsQueue::new(self.clients.sqs(), urls);
        App::new(
            store,
            Arc::new(queue),
            Arc::new(SystemClock),
            Dice::from_system(),
        )
    }
}

/// The key service of a function that has no key: KMS and its client are not part of its program.
struct NoKeys;

#[derive(Debug, thiserror::Error)]
#[error("this function has no field key")]
struct NoFieldKey;

#[async_trait]
impl KeyService for NoKeys {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        Err(KeyServiceError::new(NoFieldKey))
    }

    async fn unwrap_key(&self, _wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        Err(KeyServiceError::new(NoFieldKey))
    }
}
