//! Bodies that wait in a queue while the tables cannot be reached. They are encrypted like fields:
//! a queue is no place for what people write (requirement C1).

use jiff::Timestamp;
use uuid::Uuid;
use vault::{Place, SALT_LEN, Salt};
use zeroize::Zeroizing;

use crate::{Store, StoreError};

const WHAT: &str = "body put aside";

fn place(id: &str) -> Place<'_> {
    Place {
        table: "inbound_queue",
        field: "body",
        id,
    }
}

impl Store {
    /// Encrypts a body under a salt of its own, which stands before it. Reaches for no table, but
    /// for the first one of a month.
    ///
    /// # Errors
    /// [`StoreError::Vault`].
    pub async fn seal_aside(
        &self,
        id: Uuid,
        plain: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, StoreError> {
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let id = id.to_string();
        let sealed = self.vault.seal(&place(&id), &salt, plain, now).await;
        let mut whole = salt.as_bytes().to_vec();
        whole.extend(sealed.map_err(StoreError::vault(WHAT))?);
        Ok(whole)
    }

    /// What [`Store::seal_aside`] encrypted under this id.
    ///
    /// # Errors
    /// [`StoreError::Vault`], [`StoreError::Unreadable`].
    pub async fn open_aside(
        &self,
        id: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let parts = sealed.split_at_checked(SALT_LEN);
        let (salt, sealed) = parts
            .and_then(|(salt, sealed)| Some((Salt::from_bytes(salt)?, sealed)))
            .ok_or_else(|| StoreError::unreadable(WHAT, "length"))?;
        let id = id.to_string();
        let plain = self.vault.open(&place(&id), &salt, sealed).await;
        plain.map_err(StoreError::vault(WHAT))
    }
}
