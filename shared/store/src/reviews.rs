//! Reports that a person still has to look at. They hold names as people wrote them, some with a
//! number, so they are encrypted, and forgotten after some days.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use domain::ids::EventId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;
use vault::{Place, Salt};
use zeroize::Zeroizing;

use crate::item::{event_pk, from_item, key, to_item};
use crate::tables::Table;
use crate::write::transact;
use crate::{Store, StoreError};

const WHAT: &str = "review";
/// So long a review can be confirmed.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Octets of one item, which may have 400 KB.
const PIECE: usize = 300_000;

#[derive(Debug, Serialize, Deserialize)]
struct ReviewItem {
    pk: String,
    sk: String,
    piece: ByteBuf,
    pieces: usize,
    salt: ByteBuf,
    ttl: i64,
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "events",
        field: "review",
        id,
    }
}

fn sort_key(id: Uuid, piece: usize) -> String {
    format!("REVIEW#{id}#{piece:02}")
}

impl Store {
    /// Keeps a review for seven days, in place of an earlier one of this id; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or nothing can be encrypted.
    pub async fn keep_review(
        &self,
        event: EventId,
        id: Uuid,
        plain: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let name = id.to_string();
        let sealed = self.vault.seal(&place(&name), &salt, plain, now).await;
        let sealed = sealed.map_err(StoreError::vault(WHAT))?;
        let pieces = sealed.len().div_ceil(PIECE);
        let forget_at = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let parts = sealed.chunks(PIECE).enumerate().map(|(n, piece)| {
            let item = ReviewItem {
                pk: event_pk(event),
                sk: sort_key(id, n),
                piece: ByteBuf::from(piece),
                pieces,
                salt: ByteBuf::from(salt.as_bytes().to_vec()),
                ttl: forget_at.as_second(),
            };
            let put = Put::builder()
                .table_name(self.table(Table::Events))
                .set_item(Some(to_item(WHAT, &item)?))
                .build()
                .map_err(StoreError::database(WHAT))?;
            Ok(TransactWriteItem::builder().put(put).build())
        });
        let parts = parts.collect::<Result<_, StoreError>>()?;
        transact(WHAT, &self.client, parts).await.map(|_| ())
    }

    /// A review that is kept; none if there is none, or its time is over.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the review is unreadable.
    pub async fn review(
        &self,
        event: EventId,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let Some(first) = self.pieces(event, id, 0..1).await?.pop() else {
            return Ok(None);
        };
        // The database forgets some time after it may.
        if first.ttl <= now.as_second() {
            return Ok(None);
        }
        let salt = Salt::from_bytes(&first.salt);
        let salt = salt.ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let rest = self.pieces(event, id, 1..first.pieces).await?;
        let mut sealed = first.piece.into_vec();
        for piece in rest {
            sealed.extend_from_slice(&piece.piece);
        }
        let name = id.to_string();
        let plain = self.vault.open(&place(&name), &salt, &sealed).await;
        plain.map(Some).map_err(StoreError::vault(WHAT))
    }

    async fn pieces(
        &self,
        event: EventId,
        id: Uuid,
        range: std::ops::Range<usize>,
    ) -> Result<Vec<ReviewItem>, StoreError> {
        let wanted: Vec<_> = range
            .map(|n| {
                let key = key(event_pk(event), sort_key(id, n));
                (self.table(Table::Events), key)
            })
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_all(WHAT, &wanted).await?;
        let items = found.into_iter().flatten();
        items.map(|item| from_item(WHAT, item)).collect()
    }
}
