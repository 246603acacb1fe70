//! Who may have come to an event.

use std::collections::HashSet;

use domain::audience::Audience;
use domain::campaign::Source;
use domain::event::Event;
use domain::ids::ParticipantId;
use domain::participant::Participant;
use jiff::Timestamp;

use crate::campaign_people::read_person;
use crate::item::{Item, iso, text};
use crate::read::{Question, query};
use crate::tables::Table;
use crate::{Chain, Store, StoreError};

const WHAT: &str = "registrants";
/// People read in one go.
const PAGE: usize = 1_000;

impl Store {
    /// Whoever registered for this event up to `now`, and `others`. Of everybody else nothing is
    /// decrypted.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. Somebody whose item cannot be read is logged
    /// and left out.
    pub async fn registrants(
        &self,
        event: &Event,
        others: &HashSet<ParticipantId>,
        now: Timestamp,
    ) -> Result<Vec<Participant>, StoreError> {
        let source = Source::of(&Audience::Everybody, now);
        let mut all = Vec::new();
        for month in source.parts() {
            let mut after = String::new();
            loop {
                let items = self.month(month, &after, now).await?;
                let more = items.len() >= PAGE;
                after = last_key(&items).unwrap_or_default();
                for item in items {
                    match self.registrant(event, others, item).await {
                        Ok(found) => all.extend(found),
                        Err(error) if error.is_lasting() => {
                            tracing::error!(what = WHAT, error = %Chain(&error), "unreadable item");
                        }
                        Err(error) => return Err(error),
                    }
                }
                if !more {
                    break;
                }
            }
        }
        Ok(all)
    }

    async fn month(
        &self,
        month: &str,
        after: &str,
        until: Timestamp,
    ) -> Result<Vec<Item>, StoreError> {
        let question = Question {
            table: self.table(Table::Participants),
            index: Some("by_registered"),
            condition: "#part = :part AND #key BETWEEN :from AND :to".to_owned(),
            names: vec![("#part", "reg_month"), ("#key", "reg_key")],
            values: vec![
                (":part", text(month)),
                // No key begins with another one: the first behind it is not before this.
                (":from", text(format!("{after} "))),
                // “~” sorts behind “#”.
                (":to", text(format!("{}~", iso(until)))),
            ],
            consistent: false,
        };
        query(WHAT, &self.client, question, PAGE).await
    }

    async fn registrant(
        &self,
        event: &Event,
        others: &HashSet<ParticipantId>,
        item: Item,
    ) -> Result<Option<Participant>, StoreError> {
        let person = read_person(item.clone())?;
        let registered = event.has_registrant(person.event_id, person.registered_at);
        if !registered && !others.contains(&person.id) {
            return Ok(None);
        }
        self.read_participant(item).await.map(Some)
    }
}

fn last_key(items: &[Item]) -> Option<String> {
    let key = items.last()?.get("reg_key")?.as_s().ok()?;
    Some(key.clone())
}
