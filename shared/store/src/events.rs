use domain::event::Event;
use domain::ids::EventId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Iso, META, event_pk, from_item, iso, text, to_item};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "event";

#[derive(Debug, Serialize, Deserialize)]
struct EventItem {
    pk: String,
    sk: String,
    id: EventId,
    title: String,
    start_time: Iso,
    zoom_link: String,
    listing: String,
    start_key: String,
}

impl Store {
    /// Saves an event as planned.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_event(&self, event: &Event) -> Result<(), StoreError> {
        let item = EventItem {
            pk: event_pk(event.id),
            sk: META.to_owned(),
            id: event.id,
            title: event.title.clone(),
            start_time: Iso(event.start_time),
            zoom_link: event.zoom_link.clone(),
            listing: "planned".to_owned(),
            start_key: format!("{}#{}", iso(event.start_time), event.id),
        };
        self.put(Table::Events, to_item(WHAT, &item)?, WHAT).await
    }

    /// The next planned event that has not begun.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. One that cannot be read is logged, and texts
    /// go out as if there were none.
    pub async fn next_event(&self, now: Timestamp) -> Result<Option<Event>, StoreError> {
        let question = Question {
            table: self.table(Table::Events),
            index: Some("by_start"),
            condition: "#listing = :planned AND #start > :now".to_owned(),
            names: vec![("#listing", "listing"), ("#start", "start_key")],
            // “~” sorts behind “#”: an event that begins in this very millisecond has begun.
            values: vec![
                (":planned", text("planned")),
                (":now", text(format!("{}~", iso(now)))),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, 1).await?;
        let events = items.into_iter().map(|item| {
            from_item::<EventItem>(WHAT, item).map(|item| Event {
                id: item.id,
                title: item.title,
                start_time: item.start_time.0,
                zoom_link: item.zoom_link,
            })
        });
        Ok(readable(WHAT, events).pop())
    }
}
