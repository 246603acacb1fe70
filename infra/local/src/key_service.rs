use std::io;
use std::path::Path;

use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use vault::{KeyService, KeyServiceError, NewKey, PlainKey};
use zeroize::Zeroizing;

use crate::private_file;

const FILE: &str = "master.key";

/// KMS on one machine: wraps data keys under a master key that lies in a file.
pub struct LocalKeyService(RandomizedNonceKey);

/// The master key could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file could not be read or written.
    #[error("the master key in the data folder cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The file holds something else.
    #[error("the data folder's {FILE} is not a master key")]
    NotAKey,
}

impl LocalKeyService {
    /// With the master key of this folder, made on first use; without a folder it lives in memory.
    ///
    /// # Errors
    /// [`MasterKeyError`].
    pub fn open(data_dir: Option<&Path>) -> Result<Self, MasterKeyError> {
        let fresh = random_key()?;
        let bytes = match data_dir {
            None => fresh.to_vec(),
            Some(folder) => in_file(&folder.join(FILE), &fresh)?,
        };
        RandomizedNonceKey::new(&AES_256_GCM, &bytes)
            .map(Self)
            .map_err(|_| MasterKeyError::NotAKey)
    }
}

fn random_key() -> Result<PlainKey, MasterKeyError> {
    let mut key = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *key).map_err(|_| io::Error::other("no random numbers"))?;
    Ok(key)
}

fn in_file(path: &Path, fresh: &[u8; 32]) -> Result<Vec<u8>, MasterKeyError> {
    if let Some(known) = private_file::read(path)? {
        return Ok(known);
    }
    private_file::replace(path, fresh)?;
    Ok(fresh.to_vec())
}

#[async_trait]
impl KeyService for LocalKeyService {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        let plain = random_key().map_err(KeyServiceError::new)?;
        let mut sealed = plain.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::empty(), &mut sealed)
            .map_err(|_| KeyServiceError::new("a data key could not be wrapped"))?;
        let mut wrapped = nonce.as_ref().to_vec();
        wrapped.append(&mut sealed);
        Ok(NewKey { plain, wrapped })
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        let refused = || KeyServiceError::new("this is no key that the master key wrapped");
        let (nonce, sealed) = wrapped
            .split_first_chunk::<NONCE_LEN>()
            .ok_or_else(refused)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .0
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .map_err(|_| refused())?;
        <[u8; 32]>::try_from(&*plain)
            .map(Zeroizing::new)
            .map_err(|_| refused())
    }
}
