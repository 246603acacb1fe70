//! The audit log: who changed what, day by day.

use domain::audit::{AuditEntry, Author};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::item::{Iso, Item, from_item, iso, text, to_item};
use crate::read::readable;
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "audit entry";

#[derive(Debug, Serialize, Deserialize)]
struct AuditItem {
    day: String,
    sk: String,
    id: Uuid,
    at: Iso,
    author: String,
    action: String,
    subject: String,
    fields: Vec<String>,
}

/// The UTC day of a moment, as the table is parted by it.
fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

pub(crate) fn audit_item(entry: &AuditEntry) -> Result<Item, StoreError> {
    to_item(
        WHAT,
        &AuditItem {
            day: day_of(entry.at).to_string(),
            sk: format!("{}#{}", iso(entry.at), entry.id),
            id: entry.id,
            at: Iso(entry.at),
            author: entry.author.word(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            fields: entry.fields.clone(),
        },
    )
}

fn read_entry(item: Item) -> Result<AuditEntry, StoreError> {
    let item: AuditItem = from_item(WHAT, item)?;
    Ok(AuditEntry {
        id: item.id,
        at: item.at.0,
        author: Author::parse(&item.author)
            .ok_or_else(|| StoreError::unreadable(WHAT, "author"))?,
        action: item.action,
        subject: item.subject,
        fields: item.fields,
    })
}

/// Some of a day's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The newest first, each with the key behind which the next page begins; none for one that
    /// cannot be read.
    pub entries: Vec<(String, Option<AuditEntry>)>,
    /// Whether the day has more.
    pub has_more: bool,
}

impl Store {
    /// Entries of a UTC day, the newest first, at most `limit`, of those before the key `before`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. What cannot be read is logged.
    pub async fn audit_entries(
        &self,
        day: Date,
        before: Option<&str>,
        limit: u16,
    ) -> Result<AuditPage, StoreError> {
        let output = self
            .client
            .query()
            .table_name(self.table(Table::Audit))
            .key_condition_expression("#day = :day AND #sk < :before")
            .expression_attribute_names("#day", "day")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":day", text(day.to_string()))
            // No key of a day begins with a letter behind its digits.
            .expression_attribute_values(":before", text(before.unwrap_or("a")))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(i32::from(limit.max(1)))
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let has_more = output.last_evaluated_key.is_some();
        let items = output.items.unwrap_or_default().into_iter();
        let entries = items.filter_map(|item| {
            // A key is a text, or it would not be one.
            let key = item.get("sk")?.as_s().ok()?.clone();
            let entry = readable(WHAT, std::iter::once(read_entry(item)));
            Some((key, entry.into_iter().next()))
        });
        Ok(AuditPage {
            entries: entries.collect(),
            has_more,
        })
    }
}
