//! Whom somebody invited, in the order of their places.

use domain::ids::ParticipantId;
use jiff::Timestamp;

use crate::item::{ERASED, Item, number, text};
use crate::profiles::Profile;
use crate::read::{Found, Question, page};
use crate::tables::Table;
use crate::{Chain, Store, StoreError};

const WHAT: &str = "invited";

/// One place among those that somebody invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedPlace {
    /// 1, 2, 3 …
    pub place: u64,
    /// When they registered.
    pub registered_at: Timestamp,
    /// Whose it is; `None` once erased: the place stays.
    pub id: Option<ParticipantId>,
    /// Who they are; `None` also if what is stored of them cannot be read.
    pub person: Option<Profile>,
}

impl Store {
    /// The places behind this one, in order, at most `limit`; the next page begins behind a place
    /// again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. What cannot be read is logged; a place that
    /// can be read is listed without the person.
    pub async fn invited_places(
        &self,
        referrer: ParticipantId,
        behind: u64,
        limit: usize,
    ) -> Result<Found<InvitedPlace, u64>, StoreError> {
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
        let found = page(WHAT, &self.client, question, limit, place_of).await?;
        let mut places = Vec::with_capacity(found.items.len());
        for item in found.items {
            match self.place_in(item).await {
                Ok(place) => places.push(place),
                Err(error) if error.is_lasting() => unreadable(&error),
                Err(error) => return Err(error),
            }
        }
        Ok(Found {
            items: places,
            next: found.next,
        })
    }

    async fn place_in(&self, item: Item) -> Result<InvitedPlace, StoreError> {
        let bad = |what: &'static str| StoreError::unreadable(WHAT, what);
        let at = item.get("registered_at").and_then(|v| v.as_s().ok());
        let at = at.and_then(|at| at.parse().ok());
        let is_erased = item.get("sk") == Some(&text(ERASED));
        let id = item.get("id").and_then(|v| v.as_s().ok());
        let id = id.and_then(|id| id.parse().ok());
        Ok(InvitedPlace {
            place: place_of(&item).ok_or_else(|| bad("referrer_sequence"))?,
            registered_at: at.ok_or_else(|| bad("registered_at"))?,
            id: id.filter(|_| !is_erased),
            person: if is_erased {
                None
            } else {
                self.person_in(item).await?
            },
        })
    }

    async fn person_in(&self, item: Item) -> Result<Option<Profile>, StoreError> {
        match self.read_profile(item).await {
            Ok(person) => Ok(Some(person)),
            Err(error) if error.is_lasting() => {
                unreadable(&error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn place_of(item: &Item) -> Option<u64> {
    item.get("referrer_sequence")?.as_n().ok()?.parse().ok()
}

fn unreadable(error: &StoreError) {
    tracing::error!(what = WHAT, error = %Chain(error), "unreadable item");
}
