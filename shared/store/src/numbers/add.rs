//! Adding a number.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::pace::Pace;
use jiff::Timestamp;
use serde_bytes::ByteBuf;
use vault::Salt;

use super::{NewNumber, NumberItem, WHAT, place};
use crate::item::{GUARD, Iso, key, text, to_item};
use crate::pace::pace_item;
use crate::tables::Table;
use crate::write::{Committed, put_new};
use crate::{Along, Store, StoreError};

/// What became of a number that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Done,
    /// Another one has this WhatsApp number; nothing was written.
    PhonePresent,
    /// Its id is taken; nothing was written.
    IdTaken,
}

impl Store {
    /// Adds a number with its pace, its guard and what goes along, all or nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn add_number(
        &self,
        new: &NewNumber,
        now: Timestamp,
        along: &Along,
    ) -> Result<Added, StoreError> {
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let id = new.id.to_string();
        let seal = async |field: &'static str, plain: &[u8]| {
            self.vault
                .seal(&place(field, &id), &salt, plain, now)
                .await
                .map(ByteBuf::from)
                .map_err(StoreError::vault(WHAT))
        };
        let item = NumberItem {
            number_id: new.id,
            label: new.label.clone(),
            phone: seal("phone", &new.phone.to_bytes()).await?,
            api_key: seal("api_key", new.api_key.0.as_bytes()).await?,
            salt: ByteBuf::from(salt.as_bytes().to_vec()),
            provider: "DripSender".to_owned(),
            priority: new.priority,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: Iso(new.in_use_since),
            gap_min_s: new.limits.gap_min_s(),
            gap_max_s: new.limits.gap_max_s(),
            hourly_cap: new.limits.hourly_cap(),
            daily_cap: new.limits.daily_cap(),
            warms_up: new.limits.warms_up(),
            failure_streak: 0,
            cool_until: None,
            health_rev: 0,
            last_out: None,
            check_wait_s: 0,
            check_at: None,
            health: Vec::new(),
            roster: "all".to_owned(),
            roster_key: format!("{:05}#{id}", new.priority),
            revision: 0,
        };
        let parts = vec![
            put_new(
                WHAT,
                self.table(Table::BroadcastNumbers),
                "number_id",
                to_item(WHAT, &item)?,
            )?,
            put_new(
                WHAT,
                self.table(Table::Pace),
                "number_id",
                pace_item(&Pace::new(new.id, now))?,
            )?,
            self.own_number_guard(new)?,
        ];
        let guard = parts.len() - 1;
        Ok(match self.transact_along(WHAT, parts, along).await? {
            Committed::Yes => Added::Done,
            Committed::Refused(at) if at.contains(&guard) => Added::PhonePresent,
            Committed::Refused(_) => Added::IdTaken,
        })
    }

    /// Two numbers with one WhatsApp number would send side by side, each with a gap of its own.
    fn own_number_guard(&self, new: &NewNumber) -> Result<TransactWriteItem, StoreError> {
        let index = self.phone_index(&new.phone)?;
        let mut item = key(format!("NUMBER#{index}"), GUARD);
        item.insert("number_id".to_owned(), text(new.id.to_string()));
        put_new(WHAT, self.table(Table::Settings), "pk", item)
    }
}
