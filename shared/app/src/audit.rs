//! The audit log as people read it (requirement A8).

use domain::audit::{AuditEntry, Author};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::context::App;

/// Days that one call looks into; the next page goes on behind them.
const MOST_DAYS: usize = 31;
/// Entries that one call looks at.
const MOST_ENTRIES: usize = 2_000;
/// Entries of one read.
const READ: u16 = 200;

/// Which entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this moment on, UTC.
    pub from: Timestamp,
    /// Before this moment, UTC.
    pub until: Timestamp,
    /// Whose.
    pub author: Option<Author>,
    /// What was done: `numbers.change`, or all that begins with `numbers.`.
    pub action: Option<String>,
    /// To what.
    pub subject: Option<String>,
}

impl AuditFilter {
    fn takes(&self, entry: &AuditEntry) -> bool {
        let is_done = |action: &String| {
            entry.action == *action
                || action.ends_with('.') && entry.action.starts_with(action.as_str())
        };
        (self.from..self.until).contains(&entry.at)
            && self.author.is_none_or(|author| author == entry.author)
            && self.action.as_ref().is_none_or(is_done)
            && self
                .subject
                .as_ref()
                .is_none_or(|subject| *subject == entry.subject)
    }
}

/// Where a page begins: behind this entry of this day, or with the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPosition {
    day: Date,
    before: Option<String>,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFound {
    /// The newest first.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none behind the last. A page may have fewer entries than were
    /// asked for, or none, and yet have a next one.
    pub next: Option<AuditPosition>,
}

/// Entries, the newest first, at most `limit`.
///
/// # Errors
/// [`StoreError`] if the store does not answer. An entry that cannot be read is logged and left out.
pub async fn audit(
    app: &App,
    filter: &AuditFilter,
    begins: Option<AuditPosition>,
    limit: usize,
) -> Result<AuditFound, StoreError> {
    let day_of = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let first = day_of(filter.from);
    let last = day_of(filter.until);
    let mut position = begins.unwrap_or(AuditPosition {
        day: last,
        before: None,
    });
    let mut entries = Vec::new();
    let mut looked_at = 0;
    for _ in 0..MOST_DAYS {
        if position.day < first {
            return Ok(AuditFound {
                entries,
                next: None,
            });
        }
        loop {
            let before = position.before.as_deref();
            let page = app.store.audit_entries(position.day, before, READ).await?;
            for (key, entry) in page.entries {
                looked_at += 1;
                position.before = Some(key);
                entries.extend(entry.filter(|entry| filter.takes(entry)));
                if entries.len() == limit || looked_at == MOST_ENTRIES {
                    return Ok(AuditFound {
                        entries,
                        next: Some(position),
                    });
                }
            }
            if !page.has_more {
                break;
            }
        }
        let Ok(day) = position.day.checked_sub(1.day()) else {
            return Ok(AuditFound {
                entries,
                next: None,
            });
        };
        position = AuditPosition { day, before: None };
    }
    Ok(AuditFound {
        entries,
        next: (position.day >= first).then_some(position),
    })
}
