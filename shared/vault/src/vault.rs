use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::apart::{self, SealedApart};
use crate::cipher::{self, Place, Sealed};
use crate::error::VaultError;
use crate::hash;
use crate::ports::{KeyRing, KeyService, PlainKey};
use crate::salt::Salt;

const INDEX_VERSION: u8 = 1;
const INDEX_KEY: &str = "index-1";
const DATA_PREFIX: &str = "data-";
const INDEX_PREFIX: &str = "index-";
const PHONE_HASH: u8 = 1;
const OTHER_HASH: u8 = 2;
const MAC: u8 = 3;

type CachedKey = Arc<PlainKey>;

/// Seals, opens and hashes. One per process, shared.
pub struct Vault {
    service: Arc<dyn KeyService>,
    ring: Arc<dyn KeyRing>,
    keys: RwLock<HashMap<String, CachedKey>>,
    /// At the turn of a month a hundred requests ask for one new key: one fetches, the rest wait.
    fetching: Mutex<()>,
}

impl Vault {
    /// An empty vault; call [`Vault::prepare`] before use.
    #[must_use]
    pub fn new(service: Arc<dyn KeyService>, ring: Arc<dyn KeyRing>) -> Self {
        Self {
            service,
            ring,
            keys: RwLock::default(),
            fetching: Mutex::default(),
        }
    }

    /// Loads the index key and the data key of `now`'s month, making them if this is the first
    /// use. Call it once at start.
    ///
    /// # Errors
    /// [`VaultError::KeyService`] or [`VaultError::KeyRing`].
    pub async fn prepare(&self, now: Timestamp) -> Result<(), VaultError> {
        self.load_or_create(INDEX_KEY).await?;
        self.load_or_create(&data_key_id(now)).await?;
        Ok(())
    }

    /// Loads the index key alone, which hashes and codes need: enough where nothing is encrypted.
    ///
    /// # Errors
    /// [`VaultError::KeyService`] or [`VaultError::KeyRing`].
    pub async fn prepare_hashes(&self) -> Result<(), VaultError> {
        self.load_or_create(INDEX_KEY).await?;
        Ok(())
    }

    /// Encrypts one field under the data key of `now`'s month (UTC).
    ///
    /// # Errors
    /// [`VaultError::Crypto`]; at the first use of a month also [`VaultError::KeyService`] and
    /// [`VaultError::KeyRing`].
    pub async fn seal(
        &self,
        place: &Place<'_>,
        salt: &Salt,
        plain: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, VaultError> {
        let key_id = data_key_id(now);
        let key = self.load_or_create(&key_id).await?;
        cipher::seal(&key, &key_id, place, salt, plain)
    }

    /// Decrypts what [`Vault::seal`] made for the same place and salt, whatever its period.
    ///
    /// # Errors
    /// [`VaultError::Malformed`], [`VaultError::UnknownKey`], [`VaultError::Refused`]; for a
    /// period not yet loaded also [`VaultError::KeyService`] and [`VaultError::KeyRing`].
    pub async fn open(
        &self,
        place: &Place<'_>,
        salt: &Salt,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed = Sealed::parse(sealed)?;
        // A forged header must not put the index key or another secret to use as a data key.
        if !sealed.key_id.starts_with(DATA_PREFIX) {
            return Err(VaultError::Malformed);
        }
        let key = self
            .load(sealed.key_id)
            .await?
            .ok_or_else(|| VaultError::UnknownKey(sealed.key_id.to_owned()))?;
        sealed.open(&key, place, salt)
    }

    /// Encrypts something that stands alone, under a data key of its own that stands wrapped with
    /// it. Needs no key of the ring, and so no [`Vault::prepare`].
    ///
    /// # Errors
    /// [`VaultError::KeyService`], [`VaultError::Crypto`].
    pub async fn seal_apart(&self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        apart::seal(&self.service.new_data_key().await?, place, plain)
    }

    /// Decrypts what [`Vault::seal_apart`] made for the same place.
    ///
    /// # Errors
    /// [`VaultError::Malformed`], [`VaultError::Refused`], [`VaultError::KeyService`].
    pub async fn open_apart(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed = SealedApart::parse(sealed)?;
        let key = self.service.unwrap_key(sealed.wrapped).await?;
        sealed.open(&key, place)
    }

    /// The blind index of a phone number: `1.` + 43 characters, equal for equal numbers, and
    /// useless without the key. `phone_bytes` must be the number's one canonical form.
    ///
    /// # Errors
    /// [`VaultError::NotPrepared`].
    pub fn phone_index(&self, phone_bytes: &[u8]) -> Result<String, VaultError> {
        self.hash(PHONE_HASH, "phone", phone_bytes)
    }

    /// A keyed hash for anything else that must be recognised but not read, such as an IP
    /// address. Hashes of different domains never coincide, nor with [`Vault::phone_index`].
    ///
    /// # Errors
    /// [`VaultError::NotPrepared`].
    pub fn keyed_hash(&self, domain: &str, data: &[u8]) -> Result<String, VaultError> {
        self.hash(OTHER_HASH, domain, data)
    }

    /// What proves that a value came from here: HMAC-SHA-256 under the index key, of a kind of its
    /// own, so that it never equals a hash that stands in an item.
    ///
    /// # Errors
    /// [`VaultError::NotPrepared`].
    pub fn mac(&self, domain: &str, data: &[u8]) -> Result<[u8; 32], VaultError> {
        let key = self.cached(INDEX_KEY).ok_or(VaultError::NotPrepared)?;
        Ok(hash::octets(&key, MAC, domain, data))
    }

    /// A 256-bit secret kept in the ring under its own id, such as the origin secret; made on
    /// first use. It is cached for the life of the process.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] for the vault's own keys, which never leave it;
    /// [`VaultError::KeyService`], [`VaultError::KeyRing`].
    pub async fn secret(&self, key_id: &str) -> Result<PlainKey, VaultError> {
        if key_id.starts_with(DATA_PREFIX) || key_id.starts_with(INDEX_PREFIX) {
            return Err(VaultError::UnknownKey(key_id.to_owned()));
        }
        Ok((*self.load_or_create(key_id).await?).clone())
    }

    fn hash(&self, kind: u8, domain: &str, data: &[u8]) -> Result<String, VaultError> {
        let key = self.cached(INDEX_KEY).ok_or(VaultError::NotPrepared)?;
        Ok(hash::keyed(&key, INDEX_VERSION, kind, domain, data))
    }

    async fn load(&self, key_id: &str) -> Result<Option<CachedKey>, VaultError> {
        if let Some(key) = self.cached(key_id) {
            return Ok(Some(key));
        }
        let _only_one = self.fetching.lock().await;
        self.fetch(key_id).await
    }

    async fn load_or_create(&self, key_id: &str) -> Result<CachedKey, VaultError> {
        if let Some(key) = self.cached(key_id) {
            return Ok(key);
        }
        let _only_one = self.fetching.lock().await;
        if let Some(key) = self.fetch(key_id).await? {
            return Ok(key);
        }
        let new = self.service.new_data_key().await?;
        let stored = self.ring.put_if_absent(key_id, new.wrapped.clone()).await?;
        if stored == new.wrapped {
            Ok(self.keep(key_id, new.plain))
        } else {
            // Another process was first: its key counts, ours was never used.
            self.unwrap_and_keep(key_id, &stored).await
        }
    }

    /// From the cache, which may have been filled while waiting for `fetching`, or the ring.
    async fn fetch(&self, key_id: &str) -> Result<Option<CachedKey>, VaultError> {
        if let Some(key) = self.cached(key_id) {
            return Ok(Some(key));
        }
        match self.ring.get(key_id).await? {
            Some(wrapped) => self.unwrap_and_keep(key_id, &wrapped).await.map(Some),
            None => Ok(None),
        }
    }

    async fn unwrap_and_keep(&self, key_id: &str, wrapped: &[u8]) -> Result<CachedKey, VaultError> {
        Ok(self.keep(key_id, self.service.unwrap_key(wrapped).await?))
    }

    fn keep(&self, key_id: &str, key: PlainKey) -> CachedKey {
        let key = Arc::new(key);
        self.keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key_id.to_owned(), Arc::clone(&key));
        key
    }

    fn cached(&self, key_id: &str) -> Option<CachedKey> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key_id)
            .map(Arc::clone)
    }
}

/// `data-2026-11`: one data key per UTC month.
fn data_key_id(now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date();
    format!("{DATA_PREFIX}{:04}-{:02}", date.year(), date.month())
}
