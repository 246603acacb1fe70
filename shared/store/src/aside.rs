//! Bodies that wait in a queue while the tables cannot be reached. They are encrypted: a queue is no
//! place for what people write (requirement C1). Each has a data key of its own, since the keys that
//! encrypt fields stand in a table themselves.

use uuid::Uuid;
use vault::Place;
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
    /// Encrypts a body. Reaches for no table.
    ///
    /// # Errors
    /// [`StoreError::Vault`].
    pub async fn seal_aside(&self, id: Uuid, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let id = id.to_string();
        let sealed = self.vault.seal_apart(&place(&id), plain).await;
        sealed.map_err(StoreError::vault(WHAT))
    }

    /// What [`Store::seal_aside`] encrypted under this id. Reaches for no table.
    ///
    /// # Errors
    /// [`StoreError::Vault`].
    pub async fn open_aside(
        &self,
        id: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let id = id.to_string();
        let plain = self.vault.open_apart(&place(&id), sealed).await;
        plain.map_err(StoreError::vault(WHAT))
    }
}
