use aws_sdk_dynamodb::types::AttributeValue;
use domain::audience::Audience;
use domain::event::{Event, EventStatus, Plan, Reminder};
use domain::ids::{CampaignId, EventId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Iso, Item, META, event_pk, from_item, iso, key, number, text, to_item};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Change, Committed, put_new, put_when_equals, transact};
use crate::{Store, StoreError};

const WHAT: &str = "event";
/// Key of the item that says when the last event was created.
const LAST: (&str, &str) = ("EVENTS", "LAST");
/// So many events may be near at once: whoever registers may get a reminder of each.
const NEXT: usize = 10;
/// More events than this are not looked at in one go.
const MOST: usize = 1_000;

#[derive(Debug, Serialize, Deserialize)]
struct EventItem {
    pk: String,
    sk: String,
    id: EventId,
    title: String,
    start_time: Iso,
    zoom_link: String,
    meta: MetaItem,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    audience: Option<Audience>,
    listing: String,
    start_key: String,
    created_at: Iso,
    changed_at: Iso,
    adopts_from: Iso,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    plan: Option<PlanItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    remind_from: Option<Iso>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reminder: Option<CampaignId>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    superseded: Vec<CampaignId>,
    revision: u64,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct MetaItem {
    duration_min: u16,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    image: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PlanItem {
    at: Iso,
    begins_at: Iso,
    people: u32,
    unsent: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    more_numbers: Option<u32>,
}

impl EventItem {
    fn new(event: &Event) -> Self {
        Self {
            pk: event_pk(event.id),
            sk: META.to_owned(),
            id: event.id,
            title: event.title.clone(),
            start_time: Iso(event.start_time),
            zoom_link: event.zoom_link.clone(),
            meta: MetaItem {
                duration_min: event.duration_min,
                description: event.description.clone(),
                image: event.image.clone(),
            },
            audience: event.audience.clone(),
            listing: event.status.as_str().to_owned(),
            start_key: format!("{}#{}", iso(event.start_time), event.id),
            created_at: Iso(event.created_at),
            changed_at: Iso(event.changed_at),
            adopts_from: Iso(event.adopts_from),
            plan: event.plan.map(|plan| PlanItem {
                at: Iso(plan.at),
                begins_at: Iso(plan.begins_at),
                people: plan.people,
                unsent: plan.unsent,
                more_numbers: plan.more_numbers,
            }),
            remind_from: event.reminder.map(|reminder| Iso(reminder.from)),
            reminder: event.reminder.map(|reminder| reminder.campaign),
            superseded: event.superseded.clone(),
            revision: event.revision,
            version: event.version + 1,
        }
    }

    fn read(self) -> Result<Event, StoreError> {
        let status = EventStatus::parse(&self.listing);
        Ok(Event {
            id: self.id,
            title: self.title,
            start_time: self.start_time.0,
            zoom_link: self.zoom_link,
            duration_min: self.meta.duration_min,
            description: self.meta.description,
            image: self.meta.image,
            audience: self.audience,
            status: status.ok_or_else(|| StoreError::unreadable(WHAT, "listing"))?,
            revision: self.revision,
            created_at: self.created_at.0,
            changed_at: self.changed_at.0,
            adopts_from: self.adopts_from.0,
            plan: self.plan.map(|plan| Plan {
                at: plan.at.0,
                begins_at: plan.begins_at.0,
                people: plan.people,
                unsent: plan.unsent,
                more_numbers: plan.more_numbers,
            }),
            reminder: match (self.remind_from, self.reminder) {
                (Some(from), Some(campaign)) => Some(Reminder {
                    campaign,
                    from: from.0,
                }),
                _ => None,
            },
            superseded: self.superseded,
            version: self.version,
        })
    }
}

/// Reads an item of the table.
pub(crate) fn read_event(item: Item) -> Result<Event, StoreError> {
    from_item::<EventItem>(WHAT, item)?.read()
}

impl Store {
    /// When the last event was created; the beginning of time before the first. Read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn last_event_created(&self) -> Result<Timestamp, StoreError> {
        #[derive(Deserialize)]
        struct LastItem {
            created_at: Iso,
        }
        let wanted = [(self.table(Table::Events), key(LAST.0, LAST.1))];
        let found = self.get_all(WHAT, &wanted).await?;
        let Some(item) = found.into_iter().next().flatten() else {
            return Ok(Timestamp::UNIX_EPOCH);
        };
        Ok(from_item::<LastItem>(WHAT, item)?.created_at.0)
    }

    /// Stores a new event as the last that was created. False if another was created since the one
    /// that it says came before it: read again, decide again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn create_event(&self, event: &Event) -> Result<bool, StoreError> {
        let table = self.table(Table::Events);
        let last = Change::of(table.clone(), key(LAST.0, LAST.1))
            .set("created_at", text(iso(event.created_at)));
        let last = if event.adopts_from == Timestamp::UNIX_EPOCH {
            last.when_absent("created_at")
        } else {
            last.when_equals("created_at", text(iso(event.adopts_from)))
        };
        let parts = vec![
            put_new(WHAT, table, "pk", to_item(WHAT, &EventItem::new(event))?)?,
            last.in_transaction(WHAT)?,
        ];
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// Replaces an event as it was seen. False if somebody wrote it since: read again, decide again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_event(&self, event: &Event) -> Result<bool, StoreError> {
        let item = to_item(WHAT, &EventItem::new(event))?;
        let seen: (&str, AttributeValue) = ("version", number(event.version));
        let part = put_when_equals(WHAT, self.table(Table::Events), seen, item)?;
        Ok(transact(WHAT, &self.client, vec![part]).await? == Committed::Yes)
    }

    /// An event, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn event(&self, id: EventId) -> Result<Option<Event>, StoreError> {
        let wanted = [(self.table(Table::Events), key(event_pk(id), META))];
        let found = self.get_all(WHAT, &wanted).await?;
        found
            .into_iter()
            .next()
            .flatten()
            .map(read_event)
            .transpose()
    }

    /// The next planned events that have not begun, the earliest first, at most ten.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. One that cannot be read is logged, and texts
    /// go out as if there were none.
    pub async fn next_events(&self, now: Timestamp) -> Result<Vec<Event>, StoreError> {
        self.events(EventStatus::Planned, now, NEXT).await
    }

    /// Events that begin after that moment, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. One that cannot be read is logged and left
    /// out.
    pub async fn events_after(
        &self,
        status: EventStatus,
        after: Timestamp,
    ) -> Result<Vec<Event>, StoreError> {
        self.events(status, after, MOST).await
    }

    async fn events(
        &self,
        status: EventStatus,
        after: Timestamp,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let question = Question {
            table: self.table(Table::Events),
            index: Some("by_start"),
            condition: "#listing = :listing AND #start > :after".to_owned(),
            names: vec![("#listing", "listing"), ("#start", "start_key")],
            // “~” sorts behind “#”: an event that begins in this very millisecond has begun.
            values: vec![
                (":listing", text(status.as_str())),
                (":after", text(format!("{}~", iso(after)))),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, limit).await?;
        Ok(readable(WHAT, items.into_iter().map(read_event)))
    }
}
