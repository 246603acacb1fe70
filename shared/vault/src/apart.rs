//! The sealed form of what must not wait for the key ring, without any IO.
//!
//! `version (1) | length of wrapped key (2) | wrapped key | nonce (12) | ciphertext | tag (16)`

use aws_lc_rs::aead::{AES_256_GCM, NONCE_LEN, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::cipher::{Place, opened, sealed};
use crate::error::VaultError;
use crate::ports::{NewKey, PlainKey};

/// Another than that of a field, so that neither is taken for the other.
const VERSION: u8 = 2;

/// A value sealed apart, taken to pieces.
pub(crate) struct SealedApart<'a> {
    pub(crate) wrapped: &'a [u8],
    header: &'a [u8],
    nonce: [u8; NONCE_LEN],
    ciphertext: &'a [u8],
}

impl<'a> SealedApart<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let parts = || {
            let [VERSION, high, low, ..] = *bytes else {
                return None;
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let (header, rest) = bytes.split_at_checked(3 + length)?;
            let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
            Some(Self {
                wrapped: header.get(3..)?,
                header,
                nonce: *nonce,
                ciphertext,
            })
        };
        parts().ok_or(VaultError::Malformed)
    }

    pub(crate) fn open(
        &self,
        key: &PlainKey,
        place: &Place<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        opened(
            &cipher(key)?,
            self.nonce,
            self.header,
            place,
            self.ciphertext,
        )
    }
}

/// Under a key that nothing else is sealed with, so no salt tells its values apart.
pub(crate) fn seal(key: &NewKey, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let length = u16::try_from(key.wrapped.len()).map_err(|_| VaultError::Malformed)?;
    let mut header = vec![VERSION];
    header.extend_from_slice(&length.to_be_bytes());
    header.extend_from_slice(&key.wrapped);
    sealed(&cipher(&key.plain)?, header, place, plain)
}

fn cipher(key: &PlainKey) -> Result<RandomizedNonceKey, VaultError> {
    RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| VaultError::Crypto)
}
