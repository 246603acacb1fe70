//! What came in and waits for an admin: sealed, and opened in memory only (requirement I2).

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::NumberId;
use domain::inbound::{InboundId, Lid};
use domain::inbox::{InboxId, InboxKind, InboxState, KEEP_SETTLED};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use vault::{Place, Salt};
use zeroize::Zeroizing;

use crate::item::{Iso, Item, from_item, iso, number, single_key, text, to_item};
use crate::read::{Found, Question, page, readable};
use crate::tables::Table;
use crate::write::{Change, Committed, put_new, transact};
use crate::{Along, Chain, Store, StoreError};

const WHAT: &str = "inbox";

/// Something to be kept for the admin.
#[derive(Clone, Copy)]
pub struct Unmatched<'a> {
    /// To which of our numbers it came.
    pub via: NumberId,
    /// Why it waits.
    pub kind: InboxKind,
    /// Who wrote, if that much is known.
    pub lid: Option<&'a Lid>,
    /// What came.
    pub raw: &'a [u8],
    /// When, UTC.
    pub at: Timestamp,
}

/// An open item.
pub struct Waiting {
    /// Its id.
    pub id: InboxId,
    /// Why it waits.
    pub kind: InboxKind,
    /// To which of our numbers it came.
    pub via: NumberId,
    /// When, UTC.
    pub received_at: Timestamp,
    /// What came; none if it cannot be opened, which stands in the log.
    pub raw: Option<Zeroizing<Vec<u8>>>,
}

/// How an open item ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    id: InboxId,
    state: InboxState,
    by: String,
    /// Keyed hash of the hidden id that it came from: known from now on.
    pub(crate) lid_hash: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct InboxItem {
    id: String,
    state: String,
    kind: String,
    via: NumberId,
    received_at: Iso,
    received_key: String,
    raw: ByteBuf,
    salt: ByteBuf,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lid_hash: Option<String>,
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "inbox",
        field: "raw",
        id,
    }
}

impl Store {
    async fn inbox_item(&self, new: Unmatched<'_>) -> Result<Item, StoreError> {
        let mut whole = format!("{}#{}#", new.via, new.kind.as_str());
        if new.kind != InboxKind::Unreadable {
            // Who stops again in the same words after this was settled is not to be overheard.
            whole.push_str(&format!("{}#", new.at.as_second().div_euclid(60)));
        }
        let mut whole = whole.into_bytes();
        whole.extend_from_slice(new.raw);
        let id = self.vault.keyed_hash("inbox", &whole);
        let id = id.map_err(StoreError::vault(WHAT))?;
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let sealed = self.vault.seal(&place(&id), &salt, new.raw, new.at).await;
        let item = InboxItem {
            state: InboxState::Open.as_str().to_owned(),
            kind: new.kind.as_str().to_owned(),
            via: new.via,
            received_at: Iso(new.at),
            received_key: format!("{}#{id}", iso(new.at)),
            raw: ByteBuf::from(sealed.map_err(StoreError::vault(WHAT))?),
            salt: ByteBuf::from(salt.as_bytes().to_vec()),
            lid_hash: new.lid.map(|lid| self.lid_hash(lid)).transpose()?,
            id,
        };
        to_item(WHAT, &item)
    }

    /// Keeps it, once however often the same comes. Returns whether it is new.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn keep(&self, new: Unmatched<'_>) -> Result<bool, StoreError> {
        let item = self.inbox_item(new).await?;
        let parts = vec![put_new(WHAT, self.table(Table::Inbox), "id", item)?];
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// Keeps a message that was understood but for its sender, if it was not seen before.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer; it may be kept then.
    pub async fn keep_message(
        &self,
        new: Unmatched<'_>,
        id: &InboundId,
    ) -> Result<bool, StoreError> {
        let item = self.inbox_item(new).await?;
        let parts = vec![
            self.see(new.via, id, new.at)?,
            put_new(WHAT, self.table(Table::Inbox), "id", item)?,
        ];
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// The open items, the oldest first, at most `limit`, behind the one with the key `after`. From
    /// an index, so possibly stale.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer. An unreadable item is logged:
    /// one whose content alone cannot be opened is listed without it.
    pub async fn open_items(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Found<Waiting, String>, StoreError> {
        let question = Question {
            table: self.table(Table::Inbox),
            index: Some("by_state"),
            condition: "#state = :open AND #key > :after".to_owned(),
            names: vec![("#state", "state"), ("#key", "received_key")],
            values: vec![
                (":open", text(InboxState::Open.as_str())),
                (":after", text(after.unwrap_or("0"))),
            ],
            consistent: false,
        };
        let key = |item: &Item| item.get("received_key")?.as_s().ok().cloned();
        let found = page(WHAT, &self.client, question, limit, key).await?;
        let items = found.items.into_iter();
        let mut open = Vec::new();
        for item in readable(WHAT, items.map(|item| from_item(WHAT, item))) {
            match self.open_item(item).await {
                Ok(item) => open.push(item),
                Err(error) if error.is_lasting() => {
                    tracing::error!(error = %Chain(&error), "unreadable item of the inbox");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Found {
            items: open,
            next: found.next,
        })
    }

    async fn open_item(&self, item: InboxItem) -> Result<Waiting, StoreError> {
        let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
        let salt = Salt::from_bytes(&item.salt).ok_or_else(|| bad("salt"))?;
        let opened = self.vault.open(&place(&item.id), &salt, &item.raw).await;
        let raw = match opened.map_err(StoreError::vault(WHAT)) {
            Ok(raw) => Some(raw),
            Err(error) if error.is_lasting() => {
                tracing::error!(item = item.id, error = %Chain(&error), "content cannot be opened");
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Waiting {
            id: InboxId::parse(&item.id).ok_or_else(|| bad("id"))?,
            kind: InboxKind::parse(&item.kind).ok_or_else(|| bad("kind"))?,
            via: item.via,
            received_at: item.received_at.0,
            raw,
        })
    }

    /// How this item is to end, if it is open now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn settled(
        &self,
        id: &InboxId,
        state: InboxState,
        by: &str,
    ) -> Result<Option<Settled>, StoreError> {
        let wanted = [(self.table(Table::Inbox), single_key("id", id.as_str()))];
        let found = self.get_all(WHAT, &wanted).await?.into_iter().next();
        let open = text(InboxState::Open.as_str());
        let item = found
            .flatten()
            .filter(|item| item.get("state") == Some(&open));
        Ok(item.map(|item| Settled {
            id: id.clone(),
            state,
            by: by.to_owned(),
            lid_hash: item
                .get("lid_hash")
                .and_then(|hash| hash.as_s().ok())
                .cloned(),
        }))
    }

    fn settle_change(&self, settled: &Settled, now: Timestamp) -> Change {
        let forget_at = now.saturating_add(KEEP_SETTLED).unwrap_or(Timestamp::MAX);
        Change::of(
            self.table(Table::Inbox),
            single_key("id", settled.id.as_str()),
        )
        .set("state", text(settled.state.as_str()))
        .set("resolved_by", text(&settled.by))
        .set("resolved_at", text(iso(now)))
        .set("ttl", number(forget_at.as_second()))
        // Nobody reads it again, and who asked to be forgotten may have written it.
        .remove("raw")
        .remove("salt")
        .when_equals("state", text(InboxState::Open.as_str()))
    }

    /// Part of a transaction: the item ends as the decision says, if it is open.
    pub(crate) fn settling(
        &self,
        settled: &Settled,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        self.settle_change(settled, now).in_transaction(WHAT)
    }

    /// Ends an item that nothing else follows from, and writes what goes along. False if it was not open any more.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn settle_item(
        &self,
        settled: &Settled,
        now: Timestamp,
        along: &Along,
    ) -> Result<bool, StoreError> {
        let change = self.settle_change(settled, now);
        self.apply_along(WHAT, change, along).await
    }
}
