use crate::ports::{KeyRingError, KeyServiceError};

/// Why something could not be sealed, opened or hashed. Never holds plain text or key material.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// [`crate::Vault::prepare`] has not run (or failed) in this process.
    #[error("the vault is not prepared: its index key is not loaded")]
    NotPrepared,
    /// The bytes are not a sealed value of a known version.
    #[error("not a sealed value of a known form")]
    Malformed,
    /// The key ring holds no such key, or this key may not be asked for.
    #[error("no key {0:?} for this purpose")]
    UnknownKey(String),
    /// Changed bytes, another place, or another salt: the value does not belong here.
    #[error("the sealed value does not belong to this place and salt, or was changed")]
    Refused,
    /// The cryptographic library failed, for instance for want of randomness.
    #[error("the cryptographic library failed")]
    Crypto,
    /// The key service failed; trying again may help.
    #[error(transparent)]
    KeyService(#[from] KeyServiceError),
    /// The store of wrapped keys failed; trying again may help.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
}
