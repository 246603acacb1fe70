//! Whom somebody invited, in the order of their places.

use domain::ids::ParticipantId;
use jiff::Timestamp;

use crate::item::{ERASED, Item, number, text};
use crate::profiles::Profile;
use crate::read::{Question, query};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "invited";

/// One place among those that somebody invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedPlace {
    /// 1, 2, 3 …
    pub place: u64,
    /// When they registered.
    pub registered_at: Timestamp,
    /// Who they are; `None` once erased: the place stays.
    pub person: Option<Profile>,
}

impl Store {
    /// The places behind this one, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn invited_places(
        &self,
        referrer: ParticipantId,
        behind: u64,
        limit: usize,
    ) -> Result<Vec<InvitedPlace>, StoreError> {
        let question = Question {
            table: self.table(Table::Participants),
            index: Some("by_referrer"),
            condition: "#referrer = :referrer AND #place > :behind".to_owned(),
            names: vec![
                ("#referrer", "referrer_id"),
                ("#place", "referrer_sequence"),
            ],
            values: vec![
                (":referrer", text(referrer.to_string())),
                (":behind", number(behind)),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, limit).await?;
        let mut places = Vec::with_capacity(items.len());
        for item in items {
            places.push(self.place_in(item).await?);
        }
        Ok(places)
    }

    async fn place_in(&self, item: Item) -> Result<InvitedPlace, StoreError> {
        let bad = |what: &'static str| StoreError::unreadable(WHAT, what);
        let place = item.get("referrer_sequence").and_then(|v| v.as_n().ok());
        let place = place.and_then(|n| n.parse().ok());
        let at = item.get("registered_at").and_then(|v| v.as_s().ok());
        let at = at.and_then(|at| at.parse().ok());
        let is_erased = item.get("sk") == Some(&text(ERASED));
        Ok(InvitedPlace {
            place: place.ok_or_else(|| bad("referrer_sequence"))?,
            registered_at: at.ok_or_else(|| bad("registered_at"))?,
            person: if is_erased {
                None
            } else {
                Some(self.read_profile(item).await?)
            },
        })
    }
}
