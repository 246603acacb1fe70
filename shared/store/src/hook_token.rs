//! The hashes by which a number's webhook address is recognised (requirement I3).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::NumberId;
use jiff::Timestamp;
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::item::{binary, from_item, millis, number};
use crate::numbers::number_key;
use crate::tables::Table;
use crate::write::Change;
use crate::{Along, Store, StoreError};

const WHAT: &str = "hook token";

/// SHA-256 of the tokens that open one number's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookHashes {
    /// Of the present token; none before the first.
    pub current: Option<Vec<u8>>,
    /// Of the one before it, and until when that opens the address, UTC.
    pub old: Option<(Vec<u8>, Timestamp)>,
}

#[derive(Debug, Deserialize)]
struct HookItem {
    #[serde(default)]
    hook_token_hash: Option<ByteBuf>,
    #[serde(default)]
    hook_old_hash: Option<ByteBuf>,
    #[serde(default)]
    hook_old_until: Option<i64>,
}

impl Store {
    /// What opens this number's address; none if there is no such number. Read consistently, so
    /// that a token is over when it is over, and nothing else of the number comes along.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn hook_hashes(&self, id: NumberId) -> Result<Option<HookHashes>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(self.table(Table::BroadcastNumbers))
            .set_key(Some(number_key(id)))
            .consistent_read(true)
            // The caller's policy allows these attributes only: never the gateway key.
            .projection_expression("number_id, hook_token_hash, hook_old_hash, hook_old_until")
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let Some(item) = output.item else {
            return Ok(None);
        };
        let item: HookItem = from_item(WHAT, item)?;
        let until = item.hook_old_until.map(|ms| millis(WHAT, ms)).transpose()?;
        let old = item.hook_old_hash.map(ByteBuf::into_vec).zip(until);
        Ok(Some(HookHashes {
            current: item.hook_token_hash.map(ByteBuf::into_vec),
            old,
        }))
    }

    /// Puts a new token in the place of `seen`, which stays good until `old_until`, and writes what
    /// goes along. False if the
    /// present one is another by now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; it may be replaced then.
    pub async fn replace_hook(
        &self,
        id: NumberId,
        seen: &HookHashes,
        hash: &[u8],
        old_until: Timestamp,
        along: &Along,
    ) -> Result<bool, StoreError> {
        let bytes = |hash: &[u8]| -> AttributeValue { binary(hash.to_vec()) };
        let change = Change::of(self.table(Table::BroadcastNumbers), number_key(id))
            .set("hook_token_hash", bytes(hash))
            .when_present("number_id");
        let change = match &seen.current {
            Some(current) => change
                .set("hook_old_hash", bytes(current))
                .set("hook_old_until", number(old_until.as_millisecond()))
                .when_equals("hook_token_hash", bytes(current)),
            None => change.when_absent("hook_token_hash"),
        };
        self.apply_along(WHAT, change, along).await
    }
}
