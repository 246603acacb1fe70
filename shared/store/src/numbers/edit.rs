//! A number as a person changes it.

use domain::ids::NumberId;
use domain::number::{Limits, What};
use jiff::Timestamp;
use vault::Salt;

use super::{GatewayKey, KnownNumber, NumberItem, WHAT, place};
use crate::health::{by_admin, looked_at};
use crate::item::{binary, flag, from_item, iso, number, text};
use crate::write::Change;
use crate::{Along, Store, StoreError};

/// What is to change; what is none stays.
#[derive(Default)]
pub struct NumberEdit {
    /// What admins call it.
    pub label: Option<String>,
    /// Order of preference, 1 first.
    pub priority: Option<u16>,
    /// Since when it has been in use, UTC.
    pub in_use_since: Option<Timestamp>,
    /// Gap and caps.
    pub limits: Option<Limits>,
    /// Whether it is stopped by an admin.
    pub paused: Option<bool>,
    /// It was taken out and is in use again: a person has looked at it.
    pub brings_back: bool,
    /// Another key at the gateway.
    pub api_key: Option<GatewayKey>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// It is written.
    Done,
    /// Somebody else changed the number first; nothing was written. The number as it is now.
    Overtaken(Box<KnownNumber>),
    /// There is no such number.
    Unknown,
}

impl NumberEdit {
    fn onto(&self, change: Change, id: NumberId, now: Timestamp) -> Result<Change, StoreError> {
        let mut change = change;
        if let Some(label) = &self.label {
            change = change.set("label", text(label));
        }
        if let Some(priority) = self.priority {
            change = change
                .set("priority", number(priority))
                .set("roster_key", text(format!("{priority:05}#{id}")));
        }
        if let Some(since) = self.in_use_since {
            change = change.set("in_use_since", text(iso(since)));
        }
        if let Some(limits) = self.limits {
            change = set_limits(change, limits);
        }
        let mut what = Vec::new();
        if let Some(paused) = self.paused {
            change = change.set("paused", flag(paused));
            what.push(if paused { What::Paused } else { What::Resumed });
        }
        if self.brings_back {
            change = looked_at(change, now);
            what.push(What::Back);
        }
        if what.is_empty() {
            Ok(change)
        } else {
            by_admin(change, &what, now)
        }
    }
}

/// Gap and caps.
pub(super) fn set_limits(change: Change, limits: Limits) -> Change {
    change
        .set("gap_min_s", number(limits.gap_min_s()))
        .set("gap_max_s", number(limits.gap_max_s()))
        .set("hourly_cap", number(limits.hourly_cap()))
        .set("daily_cap", number(limits.daily_cap()))
        .set("warms_up", flag(limits.warms_up()))
}

impl Store {
    /// Changes a number as it was seen at `revision`, and writes what goes along.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or the number is unreadable.
    pub async fn edit_number(
        &self,
        id: NumberId,
        revision: u32,
        edit: &NumberEdit,
        now: Timestamp,
        along: &Along,
    ) -> Result<Edited, StoreError> {
        let Some(item) = self.number_item(id).await? else {
            return Ok(Edited::Unknown);
        };
        let seen: NumberItem = from_item(WHAT, item.clone())?;
        if seen.revision != revision {
            return Ok(Edited::Overtaken(Box::new(self.known(item).await?)));
        }
        let mut change = edit.onto(self.number(id), id, now)?;
        if let Some(key) = &edit.api_key {
            change = change.set("api_key", self.sealed_key(&seen, key, now).await?);
        }
        let change = change
            .count_up("revision")
            .when_equals("revision", number(revision));
        let written = self.apply_along(WHAT, change, along).await?;
        let Some(item) = self.number_item(id).await? else {
            return Ok(Edited::Unknown);
        };
        if !written {
            return Ok(Edited::Overtaken(Box::new(self.known(item).await?)));
        }
        if edit.paused.is_some() || edit.brings_back {
            self.cut_changes(item).await?;
        }
        Ok(Edited::Done)
    }

    async fn sealed_key(
        &self,
        seen: &NumberItem,
        key: &GatewayKey,
        now: Timestamp,
    ) -> Result<aws_sdk_dynamodb::types::AttributeValue, StoreError> {
        let salt =
            Salt::from_bytes(&seen.salt).ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let id = seen.number_id.to_string();
        let place = place("api_key", &id);
        let sealed = self.vault.seal(&place, &salt, key.0.as_bytes(), now).await;
        Ok(binary(sealed.map_err(StoreError::vault(WHAT))?))
    }
}
