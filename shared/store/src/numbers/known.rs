//! Numbers as people see them: with label and own number, never with the key.

use domain::ids::NumberId;
use domain::number::Number;
use domain::phone::Phone;
use jiff::Timestamp;

use super::{NumberItem, WHAT, number_key, read_number};
use crate::hook_token::read_old;
use crate::item::{Item, from_item, text};
use crate::read::{Found, Question, page};
use crate::tables::Table;
use crate::{Chain, Store, StoreError};

/// A number as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownNumber {
    /// What the engine knows of it.
    pub number: Number,
    /// What admins call it.
    pub label: String,
    /// Its own WhatsApp number; none if it cannot be opened.
    pub phone: Option<Phone>,
    /// Which gateway it sends through.
    pub provider: String,
    /// Since when it is out, UTC.
    pub out_at: Option<Timestamp>,
    /// Whether it has a webhook address.
    pub has_hook: bool,
    /// Until when the address before the present one stays good, UTC.
    pub old_hook_until: Option<Timestamp>,
    /// Counts the changes by people.
    pub revision: u32,
}

impl Store {
    /// Numbers by priority, at most `limit`, behind the one with the key `after`.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer. An unreadable number is logged
    /// and left out.
    pub async fn known_numbers(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Found<KnownNumber, String>, StoreError> {
        let question = Question {
            table: self.table(Table::BroadcastNumbers),
            index: Some("roster"),
            condition: "#roster = :all AND #key > :after".to_owned(),
            names: vec![("#roster", "roster"), ("#key", "roster_key")],
            values: vec![
                (":all", text("all")),
                (":after", text(after.unwrap_or("0"))),
            ],
            consistent: false,
        };
        let key = |item: &Item| item.get("roster_key")?.as_s().ok().cloned();
        let found = page(WHAT, &self.client, question, limit, key).await?;
        let mut numbers = Vec::new();
        for item in found.items {
            match self.known(item).await {
                Ok(number) => numbers.push(number),
                Err(error) if error.is_lasting() => {
                    tracing::error!(error = %Chain(&error), "unreadable number");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Found {
            items: numbers,
            next: found.next,
        })
    }

    /// One number, read consistently; none if there is no such number.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or the item is unreadable.
    pub async fn known_number(&self, id: NumberId) -> Result<Option<KnownNumber>, StoreError> {
        match self.number_item(id).await? {
            Some(item) => self.known(item).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn number_item(&self, id: NumberId) -> Result<Option<Item>, StoreError> {
        let wanted = [(self.table(Table::BroadcastNumbers), number_key(id))];
        let found = self.get_all(WHAT, &wanted).await?;
        Ok(found.into_iter().next().flatten())
    }

    pub(super) async fn known(&self, item: Item) -> Result<KnownNumber, StoreError> {
        let has_hook = item.contains_key("hook_token_hash");
        let old = item.get("hook_old").cloned().map(read_old).transpose()?;
        let old_hook_until = old.and_then(|old| Some(old.last()?.until));
        let out_at = item.get("out_at").and_then(|at| at.as_s().ok());
        let out_at = out_at.map(|at| at.parse::<Timestamp>());
        let out_at = out_at.transpose();
        let out_at = out_at.map_err(|error| StoreError::unreadable(WHAT, error))?;
        let item: NumberItem = from_item(WHAT, item)?;
        let number = read_number(&item)?;
        let phone = match self.open_phone(number.id, &item.salt, &item.phone).await {
            Ok(phone) => Some(phone),
            Err(error) if error.is_lasting() => {
                tracing::error!(number = %number.id, error = %Chain(&error), "its own number cannot be opened");
                None
            }
            Err(error) => return Err(error),
        };
        Ok(KnownNumber {
            number,
            label: item.label,
            phone,
            provider: item.provider,
            out_at,
            has_hook,
            old_hook_until,
            revision: item.revision,
        })
    }
}
