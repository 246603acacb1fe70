use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use vault::{KeyRing, KeyRingError};

use jiff::Timestamp;

use crate::item::{Item, binary, single_key};
use crate::tables::Table;
use crate::{Store, StoreError};

/// Wrapped keys in the `keyring` table.
#[derive(Debug, Clone)]
pub struct StoredKeyring {
    client: Client,
    table: String,
}

impl StoredKeyring {
    /// The keyring of the stack with this prefix.
    #[must_use]
    pub fn new(client: Client, prefix: &str) -> Self {
        Self {
            client,
            table: Table::Keyring.physical(prefix),
        }
    }
}

impl Store {
    /// Reads the field keys of `now`, if this process has not read them yet.
    ///
    /// # Errors
    /// [`StoreError::Vault`]: nobody can be looked up by number then; trying again may help.
    pub async fn prepare_keys(&self, now: Timestamp) -> Result<(), StoreError> {
        let prepared = self.vault.prepare(now).await;
        prepared.map_err(StoreError::vault("field keys"))
    }
}

fn wrapped(item: &Item) -> Result<Vec<u8>, KeyRingError> {
    match item.get("wrapped") {
        Some(AttributeValue::B(blob)) => Ok(blob.as_ref().to_vec()),
        _ => Err(KeyRingError::new("keyring item without a wrapped key")),
    }
}

#[async_trait]
impl KeyRing for StoredKeyring {
    async fn get(&self, key_id: &str) -> Result<Option<Vec<u8>>, KeyRingError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(single_key("key_id", key_id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(KeyRingError::new)?;
        output.item.as_ref().map(wrapped).transpose()
    }

    async fn put_if_absent(&self, key_id: &str, fresh: Vec<u8>) -> Result<Vec<u8>, KeyRingError> {
        let mut item = single_key("key_id", key_id);
        item.insert("wrapped".into(), binary(fresh.clone()));
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(key_id)")
            .send()
            .await;
        match answer {
            Ok(_) => Ok(fresh),
            Err(error) => match error.as_service_error() {
                Some(e) if e.is_conditional_check_failed_exception() => self
                    .get(key_id)
                    .await?
                    .ok_or_else(|| KeyRingError::new("keyring item vanished")),
                _ => Err(KeyRingError::new(error)),
            },
        }
    }
}
