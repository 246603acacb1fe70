use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

/// A 256-bit key in clear, wiped from memory when dropped.
pub type PlainKey = Zeroizing<[u8; 32]>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A fresh data key.
pub struct NewKey {
    /// The key itself: never stored.
    pub plain: PlainKey,
    /// The same key encrypted by the key service: what the ring keeps.
    pub wrapped: Vec<u8>,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewKey(..)")
    }
}

/// The key service did not answer, or refused.
#[derive(Debug, thiserror::Error)]
#[error("the key service failed")]
pub struct KeyServiceError(#[source] pub Source);

impl KeyServiceError {
    /// Wraps what the service's client said; the source must not hold key material.
    pub fn new(source: impl Into<Source>) -> Self {
        Self(source.into())
    }
}

/// The store of wrapped keys did not answer, or refused.
#[derive(Debug, thiserror::Error)]
#[error("the key ring failed")]
pub struct KeyRingError(#[source] pub Source);

impl KeyRingError {
    /// Wraps what the store's client said.
    pub fn new(source: impl Into<Source>) -> Self {
        Self(source.into())
    }
}

/// Makes and unwraps data keys: KMS in the cloud, a key file on one machine.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// A new random data key, in clear and wrapped.
    ///
    /// # Errors
    /// [`KeyServiceError`] if the service cannot be reached or refuses.
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError>;

    /// The key inside `wrapped`, as [`KeyService::new_data_key`] gave it.
    ///
    /// # Errors
    /// [`KeyServiceError`] if the service cannot be reached, refuses, or did not wrap this.
    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError>;
}

/// Keeps wrapped keys: table `keyring`.
#[async_trait]
pub trait KeyRing: Send + Sync {
    /// The wrapped key stored under `key_id`.
    ///
    /// # Errors
    /// [`KeyRingError`] if the store cannot be reached or its record is unreadable.
    async fn get(&self, key_id: &str) -> Result<Option<Vec<u8>>, KeyRingError>;

    /// Stores `wrapped` if nothing stands under `key_id`; returns what is stored afterwards, so
    /// that two creators end with one key.
    ///
    /// # Errors
    /// [`KeyRingError`] if the store cannot be reached.
    async fn put_if_absent(&self, key_id: &str, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyRingError>;
}
