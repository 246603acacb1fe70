//! The hashes by which a number's webhook address is recognised (requirement I3).

use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::NumberId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::item::{binary, from_item, millis};
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
    /// Of those before it, the oldest first.
    pub old: Vec<OldHook>,
}

/// A token that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldHook {
    /// Its SHA-256.
    pub hash: Vec<u8>,
    /// Until when it opens the address, UTC.
    pub until: Timestamp,
}

#[derive(Debug, Deserialize)]
struct HookItem {
    #[serde(default)]
    hook_token_hash: Option<ByteBuf>,
    #[serde(default)]
    hook_old: Vec<OldItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OldItem {
    hash: ByteBuf,
    until: i64,
}

/// The tokens that were replaced, as an attribute holds them.
pub(crate) fn read_old(value: AttributeValue) -> Result<Vec<OldHook>, StoreError> {
    let old: Vec<OldItem> =
        serde_dynamo::from_attribute_value(value).map_err(|e| StoreError::unreadable(WHAT, e))?;
    old.into_iter().map(old_hook).collect()
}

fn old_hook(item: OldItem) -> Result<OldHook, StoreError> {
    Ok(OldHook {
        hash: item.hash.into_vec(),
        until: millis(WHAT, item.until)?,
    })
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
            .projection_expression("number_id, hook_token_hash, hook_old")
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let Some(item) = output.item else {
            return Ok(None);
        };
        let item: HookItem = from_item(WHAT, item)?;
        let old = item.hook_old.into_iter().map(old_hook);
        Ok(Some(HookHashes {
            current: item.hook_token_hash.map(ByteBuf::into_vec),
            old: old.collect::<Result<_, _>>()?,
        }))
    }

    /// Puts a new token in the place of `seen`, with those in `old` still good, and writes what goes
    /// along. False if the present one is another by now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; it may be replaced then.
    pub async fn replace_hook(
        &self,
        id: NumberId,
        seen: &HookHashes,
        hash: &[u8],
        old: &[OldHook],
        along: &Along,
    ) -> Result<bool, StoreError> {
        let bytes = |hash: &[u8]| -> AttributeValue { binary(hash.to_vec()) };
        let old = old.iter().map(|old| OldItem {
            hash: ByteBuf::from(old.hash.clone()),
            until: old.until.as_millisecond(),
        });
        let old: Vec<OldItem> = old.collect();
        let old =
            serde_dynamo::to_attribute_value(old).map_err(|e| StoreError::unreadable(WHAT, e))?;
        let change = Change::of(self.table(Table::BroadcastNumbers), number_key(id))
            .set("hook_token_hash", bytes(hash))
            .set("hook_old", old)
            .when_present("number_id");
        let change = match &seen.current {
            Some(current) => change.when_equals("hook_token_hash", bytes(current)),
            None => change.when_absent("hook_token_hash"),
        };
        self.apply_along(WHAT, change, along).await
    }
}
