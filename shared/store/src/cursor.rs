//! The proof that the position of a list's next page is one of ours.

use vault::constant_time_eq;

use crate::{Store, StoreError};

const WHAT: &str = "cursor";

impl Store {
    /// The proof for a position of this list.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the keys are read.
    pub fn cursor_proof(&self, list: &str, position: &[u8]) -> Result<[u8; 32], StoreError> {
        // The length parts list and position.
        let mut whole = u64::try_from(list.len())
            .unwrap_or(u64::MAX)
            .to_be_bytes()
            .to_vec();
        whole.extend_from_slice(list.as_bytes());
        whole.extend_from_slice(position);
        let proof = self.vault.mac(WHAT, &whole);
        proof.map_err(StoreError::vault(WHAT))
    }

    /// Whether `proof` begins the proof for this position of this list; an empty one proves nothing.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the keys are read.
    pub fn proves_cursor(
        &self,
        list: &str,
        position: &[u8],
        proof: &[u8],
    ) -> Result<bool, StoreError> {
        let own = self.cursor_proof(list, position)?;
        let own = own.get(..proof.len()).unwrap_or_default();
        Ok(!proof.is_empty() && constant_time_eq(own, proof))
    }
}
