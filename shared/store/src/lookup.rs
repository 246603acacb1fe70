use domain::ids::{EventId, ParticipantId};
use domain::join::{JoinToken, MAC_BYTES};
use domain::phone::Phone;
use domain::visit::{Source, Step};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::item::{iso, number, text};
use crate::tables::Table;
use crate::{Store, StoreError};

impl Store {
    /// `phone_index` of a number.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the vault is prepared.
    pub fn phone_index(&self, phone: &Phone) -> Result<String, StoreError> {
        self.vault
            .phone_index(&phone.to_bytes())
            .map_err(StoreError::vault("phone index"))
    }

    /// Keyed hash of a network address for rate limits; the address itself is kept nowhere.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the vault is prepared.
    pub fn address_hash(&self, address: &str) -> Result<String, StoreError> {
        self.vault
            .keyed_hash("address", address.as_bytes())
            .map_err(StoreError::vault("address hash"))
    }

    /// What proves that a join link is ours; its link holds nothing that could be guessed.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the vault is prepared.
    pub fn join_token(
        &self,
        event: EventId,
        participant: ParticipantId,
    ) -> Result<JoinToken, StoreError> {
        let signed = JoinToken::signed(event, participant);
        let octets = self.vault.mac("join", &signed);
        let octets = octets.map_err(StoreError::vault("join link"))?;
        let mut mac = [0; MAC_BYTES];
        for (to, from) in mac.iter_mut().zip(octets) {
            *to = from;
        }
        Ok(JoinToken {
            event,
            participant,
            mac,
        })
    }

    /// Counts one call under `key` in the window that began at `window`; false once more than
    /// `limit` came in it. `keep_s` is how long after its start the counter may be forgotten, in seconds.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn count_within(
        &self,
        key: &str,
        window: Timestamp,
        limit: u32,
        keep_s: i64,
    ) -> Result<bool, StoreError> {
        let key = format!("{key}#{}", iso(window));
        self.count_under(key, limit, window.as_second() + keep_s)
            .await
    }

    /// Adds one to a counter unless it stands at `limit`; false if it does. `forget_at` is when it
    /// may go, in seconds since 1970.
    pub(crate) async fn count_under(
        &self,
        key: String,
        limit: u32,
        forget_at: i64,
    ) -> Result<bool, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(self.table(Table::Limits))
            .key("key", text(key))
            .update_expression("SET #n = if_not_exists(#n, :zero) + :one, #ttl = :ttl")
            .condition_expression("(attribute_not_exists(#n) AND :zero < :limit) OR #n < :limit")
            .expression_attribute_names("#n", "n")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":ttl", number(forget_at))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(e) if e.is_conditional_check_failed_exception() => Ok(false),
                _ => Err(StoreError::database("rate limit")(error)),
            },
        }
    }

    /// Counts one step of a visitor into the item of this day, kept until `forget_at`. A day is one
    /// item, so that a month is one read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn count_visit(
        &self,
        day: Date,
        step: Step,
        source: Source,
        forget_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(self.table(Table::Limits))
            .key("key", text(format!("VISITS#{day}")))
            .update_expression("SET #ttl = :ttl ADD #n :one")
            .expression_attribute_names("#n", format!("{}_{}", step.as_str(), source.as_str()))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ttl", number(forget_at.as_second()))
            .send()
            .await
            .map(|_| ())
            .map_err(StoreError::database("visits"))
    }
}
