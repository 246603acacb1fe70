//! The proof that a request came through CloudFront (requirement L8).

use std::sync::Arc;

use vault::{Vault, VaultError, constant_time_eq};
use zeroize::Zeroizing;

use crate::env::{EnvError, required};

/// Header in which CloudFront proves itself.
pub const ORIGIN_HEADER: &str = "x-origin-secret";

/// Name of the origin secret in the keyring, made on first use: until the edge knows it, every call
/// is refused.
const ORIGIN_KEY: &str = "origin";

/// Who may call a function with a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginCheck {
    /// CloudFront alone.
    Required,
    /// Anybody.
    Off,
}

impl OriginCheck {
    /// What `ORIGIN_CHECK` says: `required` or `off`.
    ///
    /// # Errors
    /// [`EnvError`] if it says neither.
    pub fn from_env() -> Result<Self, EnvError> {
        match required("ORIGIN_CHECK")?.as_str() {
            "required" => Ok(Self::Required),
            "off" => Ok(Self::Off),
            _ => Err(EnvError::Unreadable {
                name: "ORIGIN_CHECK",
                expected: "required or off",
            }),
        }
    }

    /// What a caller must send, if anything.
    ///
    /// # Errors
    /// [`VaultError`] if the secret cannot be read.
    pub async fn secret(self, vault: &Vault) -> Result<Option<OriginSecret>, VaultError> {
        match self {
            Self::Required => Ok(Some(Box::pin(OriginSecret::kept_in(vault)).await?)),
            Self::Off => Ok(None),
        }
    }
}

/// What a caller must send, read when it is asked for: for a function that starts while the keyring
/// cannot be read.
pub struct OriginDoor(Option<Arc<Vault>>);

impl OriginDoor {
    /// A door as the check says, with the secret that this vault can read.
    #[must_use]
    pub fn new(check: OriginCheck, vault: Arc<Vault>) -> Self {
        match check {
            OriginCheck::Required => Self(Some(vault)),
            OriginCheck::Off => Self::open(),
        }
    }

    /// Anybody may call.
    #[must_use]
    pub const fn open() -> Self {
        Self(None)
    }

    /// What a caller must send, if anything. The vault keeps what was read once.
    ///
    /// # Errors
    /// [`VaultError`] if the secret cannot be read.
    pub async fn secret(&self) -> Result<Option<OriginSecret>, VaultError> {
        match &self.0 {
            Some(vault) => OriginCheck::Required.secret(vault).await,
            None => Ok(None),
        }
    }
}

/// The secret that CloudFront must send.
pub struct OriginSecret(Zeroizing<String>);

impl OriginSecret {
    /// From the key's bytes; the header carries them in hexadecimal.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Zeroizing::new(
            key.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    }

    /// The one that the keyring holds; made if there is none.
    ///
    /// # Errors
    /// [`VaultError`] if the keyring or the key service does not answer.
    pub async fn kept_in(vault: &Vault) -> Result<Self, VaultError> {
        Ok(Self::new(&*vault.secret(ORIGIN_KEY).await?))
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
