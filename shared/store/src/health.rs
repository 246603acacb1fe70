//! A number's health in its item: each change holds for the revision it was decided from.

use domain::breaker::Fault;
use domain::ids::NumberId;
use domain::number::{
    CHECK_LEASE, HealthChange, HealthRecord, KEPT_CHANGES, Number, OutReason, What,
};
use domain::reaction::AfterNumber;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Iso, Item, flag, iso, millis, number, text};
use crate::numbers::{Keyed, number_key};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

const WHAT: &str = "health";

/// One entry of the attribute `health`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChangeItem {
    at: Iso,
    what: String,
    why: String,
}

fn change_item(change: &HealthChange) -> ChangeItem {
    ChangeItem {
        at: Iso(change.at),
        what: change.what.as_str().to_owned(),
        why: change.why.clone(),
    }
}

/// The last changes of what is stored.
pub(crate) fn read_changes(items: &[ChangeItem]) -> Result<Vec<HealthChange>, StoreError> {
    items
        .iter()
        .skip(items.len().saturating_sub(KEPT_CHANGES))
        .map(|item| {
            Ok(HealthChange {
                at: item.at.0,
                what: What::parse(&item.what)
                    .ok_or_else(|| StoreError::unreadable(WHAT, "what"))?,
                why: item.why.clone(),
            })
        })
        .collect()
}

fn list(changes: &[HealthChange]) -> Result<aws_sdk_dynamodb::types::AttributeValue, StoreError> {
    let items: Vec<ChangeItem> = changes.iter().map(change_item).collect();
    serde_dynamo::to_attribute_value(items).map_err(|error| StoreError::unreadable(WHAT, error))
}

/// Writes `record` over the revision before it.
fn set_record(change: Change, record: &HealthRecord) -> Result<Change, StoreError> {
    let change = change
        .set("health_rev", number(record.revision))
        .set("health", list(&record.changes)?)
        .set("check_wait_s", number(record.check_wait_s))
        .when_counted("health_rev", record.revision.saturating_sub(1));
    let change = set_moment(change, "last_out", record.last_out);
    Ok(set_moment(change, "check_at", record.check_at))
}

fn set_moment(change: Change, name: &'static str, at: Option<Timestamp>) -> Change {
    match at {
        Some(at) => change.set(name, number(at.as_millisecond())),
        None => change.remove(name),
    }
}

fn set_well(change: Change, streak: u32) -> Change {
    change
        .set("is_active", flag(true))
        .set("failure_streak", number(streak))
        .remove("out_reason")
        .remove("out_at")
}

/// A person has looked at the number and brings it back.
pub(crate) fn looked_at(change: Change, now: Timestamp) -> Change {
    set_well(change, 0)
        .set("reactivated_at", text(iso(now)))
        .remove("cool_until")
        .remove("check_at")
}

/// What a request's outcome does to its number; none if it changes nothing.
pub(crate) fn after_request(
    change: Change,
    after: AfterNumber,
    record: Option<&HealthRecord>,
    now: Timestamp,
) -> Result<Option<Change>, StoreError> {
    let Some(record) = record else {
        return Ok(None);
    };
    let change = match after {
        AfterNumber::Unharmed => return Ok(None),
        AfterNumber::Healthy => change.set("failure_streak", number(0)).remove("cool_until"),
        AfterNumber::Cools { until, streak } => change
            .set("failure_streak", number(streak))
            .set("cool_until", number(until.as_millisecond())),
        AfterNumber::Out { reason, streak } => change
            .set("is_active", flag(false))
            .set("out_reason", text(reason.as_str()))
            .set("out_at", text(iso(now)))
            .set("failure_streak", number(streak)),
    };
    set_record(change, record).map(Some)
}

/// The number as it stood before the gateway's fault, unless it has changed since.
pub(crate) fn absolve(change: Change, fault: &Fault, now: Timestamp) -> Result<Change, StoreError> {
    let before = fault.before;
    let back = HealthChange {
        at: now,
        what: What::Back,
        why: "gateway".to_owned(),
    };
    let change = set_well(change, before.failure_streak)
        .set("check_wait_s", number(before.check_wait_s))
        .set("health_rev", number(fault.revision + 1))
        .append("health", list(&[back])?)
        .remove("check_at")
        .when_equals("health_rev", number(fault.revision));
    let change = set_moment(change, "last_out", before.last_out);
    Ok(set_moment(change, "cool_until", before.cool_until))
}

/// How a change by an admin is stored: whatever is known of the number's health.
pub(crate) fn by_admin(
    change: Change,
    what: &[What],
    now: Timestamp,
) -> Result<Change, StoreError> {
    let entry = |what: &What| HealthChange {
        at: now,
        what: *what,
        why: "admin".to_owned(),
    };
    let entries: Vec<_> = what.iter().map(entry).collect();
    Ok(change
        .append("health", list(&entries)?)
        .count_up("health_rev"))
}

impl Store {
    fn health_of(&self, id: NumberId) -> Change {
        Change::of(self.table(Table::BroadcastNumbers), number_key(id)).when_present("number_id")
    }

    /// Pauses a number or lets it go on. False if there is no such number.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn set_paused(
        &self,
        id: NumberId,
        paused: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = if paused { What::Paused } else { What::Resumed };
        let change = self.health_of(id).set("paused", flag(paused));
        self.apply_by_admin(by_admin(change, &[what], now)?).await
    }

    /// Takes a number out that did not fail in a request, if it still stands as it was read. False
    /// if it has changed.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn take_out(
        &self,
        number: &Number,
        reason: OutReason,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let out = AfterNumber::Out {
            reason,
            streak: number.failure_streak,
        };
        let record = number.record.after(out, reason.as_str(), now);
        let change = after_request(self.health_of(number.id), out, record.as_ref(), now)?;
        let Some(change) = change else {
            return Ok(false);
        };
        Ok(matches!(
            change.apply(WHAT, &self.client).await?,
            Applied::Done(_)
        ))
    }

    /// Brings a number back that was taken out: a person has looked at it.
    /// False if there is no such number.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn reactivate(&self, id: NumberId, now: Timestamp) -> Result<bool, StoreError> {
        let change = looked_at(self.health_of(id), now);
        self.apply_by_admin(by_admin(change, &[What::Back], now)?)
            .await
    }

    /// Applies it, and cuts the list of changes to the last ones if it has grown beyond.
    async fn apply_by_admin(&self, change: Change) -> Result<bool, StoreError> {
        let Applied::Done(item) = change.apply(WHAT, &self.client).await? else {
            return Ok(false);
        };
        self.cut_changes(item).await?;
        Ok(true)
    }

    /// Cuts the list of changes of this number to the last ones if it has grown beyond.
    pub(crate) async fn cut_changes(&self, item: Item) -> Result<(), StoreError> {
        let stored = item.get("health").and_then(|list| list.as_l().ok());
        if stored.is_some_and(|list| list.len() > KEPT_CHANGES) {
            let read = crate::numbers::number_of(item)?;
            let cut = HealthRecord {
                revision: read.record.revision + 1,
                ..read.record
            };
            // Refused: somebody else has just written it, and cut it.
            set_record(self.health_of(read.id), &cut)?
                .apply(WHAT, &self.client)
                .await?;
        }
        Ok(())
    }

    /// A number with its key, consistently; none once removed.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or the item, apart from the key, is unreadable.
    pub async fn number_with_key(&self, id: NumberId) -> Result<Option<Keyed>, StoreError> {
        let wanted = [(self.table(Table::BroadcastNumbers), number_key(id))];
        let found = self.get_all(WHAT, &wanted).await?;
        match found.into_iter().next().flatten() {
            Some(item) => self.read_number_with_key(item).await.map(Some),
            None => Ok(None),
        }
    }

    /// Begins the check of a number that was taken out, if it is due and the number still stands
    /// as at `revision`: whoever gets the number with its key is the only one that checks.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or the item, apart from the key, is unreadable.
    pub async fn begin_check(
        &self,
        id: NumberId,
        revision: u64,
        now: Timestamp,
    ) -> Result<Option<Keyed>, StoreError> {
        let lost_at = now.saturating_add(CHECK_LEASE).unwrap_or(Timestamp::MAX);
        let change = self
            .health_of(id)
            .set("check_at", number(lost_at.as_millisecond()))
            .set("health_rev", number(revision + 1))
            .when_counted("health_rev", revision)
            .when_equals("is_active", flag(false))
            .when_equals("paused", flag(false))
            .when_at_most("check_at", number(now.as_millisecond()));
        match change.apply(WHAT, &self.client).await? {
            Applied::Done(item) => self.read_number_with_key(item).await.map(Some),
            Applied::Refused(_) => Ok(None),
        }
    }

    /// Ends a check: `record` follows the one that [`Store::begin_check`] gave. With a `streak`
    /// the number is in use again and that many failures are on its record. False if the number
    /// was changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn end_check(
        &self,
        id: NumberId,
        record: &HealthRecord,
        streak: Option<u32>,
    ) -> Result<bool, StoreError> {
        let change = match streak {
            Some(streak) => set_well(self.health_of(id), streak).remove("cool_until"),
            None => self.health_of(id),
        };
        let change = set_record(change, record)?;
        Ok(matches!(
            change.apply(WHAT, &self.client).await?,
            Applied::Done(_)
        ))
    }
}

pub(crate) fn read_record(
    revision: u64,
    last_out: Option<i64>,
    check_wait_s: u32,
    check_at: Option<i64>,
    changes: &[ChangeItem],
) -> Result<HealthRecord, StoreError> {
    let moment = |ms: Option<i64>| ms.map(|ms| millis(WHAT, ms)).transpose();
    Ok(HealthRecord {
        revision,
        last_out: moment(last_out)?,
        check_wait_s,
        check_at: moment(check_at)?,
        changes: read_changes(changes)?,
    })
}
