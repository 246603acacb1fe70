//! The sealed form, without any IO.
//!
//! `version (1) | length of key id (1) | key id | nonce (12) | ciphertext | tag (16)`

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::ports::PlainKey;
use crate::salt::Salt;

const VERSION: u8 = 1;
const FIELD_KEY_INFO: &[u8] = b"socialpreneur/field-key/1";

/// Where a sealed value stands. It is authenticated with the value, so that a ciphertext copied
/// to another row, field or table does not open there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Logical table name (`participants`), without the stack's prefix: a restore under another
    /// physical name must still open.
    pub table: &'a str,
    /// Attribute name (`phone`).
    pub field: &'a str,
    /// The row's own id.
    pub id: &'a str,
}

/// A sealed value taken apart.
pub(crate) struct Sealed<'a> {
    pub(crate) key_id: &'a str,
    header: &'a [u8],
    nonce: [u8; NONCE_LEN],
    ciphertext: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let parts = || {
            let [VERSION, id_len, ..] = *bytes else {
                return None;
            };
            let (header, rest) = bytes.split_at_checked(2 + usize::from(id_len))?;
            let key_id = std::str::from_utf8(header.get(2..)?).ok()?;
            let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
            Some(Self {
                key_id,
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
        salt: &Salt,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = field_key(key, salt)?;
        opened(&key, self.nonce, self.header, place, self.ciphertext)
    }
}

pub(crate) fn seal(
    key: &PlainKey,
    key_id: &str,
    place: &Place<'_>,
    salt: &Salt,
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let id_len = u8::try_from(key_id.len()).map_err(|_| VaultError::Malformed)?;
    let mut header = vec![VERSION, id_len];
    header.extend_from_slice(key_id.as_bytes());
    sealed(&field_key(key, salt)?, header, place, plain)
}

/// Appends nonce, ciphertext and tag to the header, which is authenticated with them.
pub(crate) fn sealed(
    key: &RandomizedNonceKey,
    mut header: Vec<u8>,
    place: &Place<'_>,
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    // With room for the tag from the start the plain text is encrypted where it stands: growing
    // the buffer later would leave a copy behind.
    let mut buffer = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    buffer.extend_from_slice(plain);
    let nonce = key
        .seal_in_place_append_tag(associated_data(&header, place), &mut buffer)
        .map_err(|_| VaultError::Crypto)?;
    header.extend_from_slice(nonce.as_ref());
    header.extend_from_slice(&buffer);
    Ok(header)
}

/// What [`sealed`] has sealed under this header, for this place.
pub(crate) fn opened(
    key: &RandomizedNonceKey,
    nonce: [u8; NONCE_LEN],
    header: &[u8],
    place: &Place<'_>,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let plain_len = key
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            associated_data(header, place),
            &mut buffer,
        )
        .map_err(|_| VaultError::Refused)?
        .len();
    buffer.truncate(plain_len);
    Ok(buffer)
}

fn field_key(key: &PlainKey, salt: &Salt) -> Result<RandomizedNonceKey, VaultError> {
    let mut bytes = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt.as_bytes())
        .extract(key.as_slice())
        .expand(&[FIELD_KEY_INFO], &AES_256_GCM)
        .and_then(|okm| okm.fill(bytes.as_mut_slice()))
        .and_then(|()| RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()))
        .map_err(|_| VaultError::Crypto)
}

/// Every part with its length before it: `("a", "bc")` and `("ab", "c")` must differ.
fn associated_data(header: &[u8], place: &Place<'_>) -> Aad<Vec<u8>> {
    let mut data = Vec::new();
    for part in [
        header,
        place.table.as_bytes(),
        place.field.as_bytes(),
        place.id.as_bytes(),
    ] {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    Aad::from(data)
}
