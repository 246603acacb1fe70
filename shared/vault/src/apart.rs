//! The sealed form of what must not wait for the key ring, without any IO.
//!
//! `version (1) | length of wrapped key (2) | wrapped key | nonce (12) | ciphertext | tag (16)`

use aws_lc_rs::aead::{AES_256_GCM, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::cipher::{Place, associated_data};
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
        let mut buffer = Zeroizing::new(self.ciphertext.to_vec());
        let plain_len = cipher(key)?
            .open_in_place(
                Nonce::assume_unique_for_key(self.nonce),
                associated_data(self.header, place),
                &mut buffer,
            )
            .map_err(|_| VaultError::Refused)?
            .len();
        buffer.truncate(plain_len);
        Ok(buffer)
    }
}

/// Under a key that nothing else is sealed with, so no salt tells its values apart.
pub(crate) fn seal(key: &NewKey, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let length = u16::try_from(key.wrapped.len()).map_err(|_| VaultError::Malformed)?;
    let mut sealed = vec![VERSION];
    sealed.extend_from_slice(&length.to_be_bytes());
    sealed.extend_from_slice(&key.wrapped);

    // With room for the tag, as for a field: growing would leave a copy of the plain text behind.
    let mut buffer = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    buffer.extend_from_slice(plain);
    let nonce = cipher(&key.plain)?
        .seal_in_place_append_tag(associated_data(&sealed, place), &mut buffer)
        .map_err(|_| VaultError::Crypto)?;
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&buffer);
    Ok(sealed)
}

fn cipher(key: &PlainKey) -> Result<RandomizedNonceKey, VaultError> {
    RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| VaultError::Crypto)
}
