use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::VaultError;

/// Length of a [`Salt`] in bytes.
pub const SALT_LEN: usize = 16;

/// The random part of one person's (or one number's) field keys, stored with the row. Erasing it
/// is what makes their ciphertexts unreadable, so it is treated as a secret.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; SALT_LEN]);

impl Salt {
    /// A new random salt.
    ///
    /// # Errors
    /// [`VaultError::Crypto`] if the system has no randomness to give.
    pub fn random() -> Result<Self, VaultError> {
        let mut bytes = [0; SALT_LEN];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| VaultError::Crypto)?;
        Ok(Self(bytes))
    }

    /// The salt as stored; `None` if the length is not [`SALT_LEN`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// What to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; SALT_LEN] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}
