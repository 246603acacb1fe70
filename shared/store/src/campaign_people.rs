//! Whom a campaign is for: participants in the order of an index, and what else decides whether they
//! get a row.

use std::collections::HashSet;

use domain::campaign::{Position, Source};
use domain::ids::{EventId, MessageId, ParticipantId};
use domain::message::{Failure, State};
use domain::participant::JoinStatus;
use domain::suppression::Standing;
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{Iso, Item, STATE, from_item, iso, single_key, text};
use crate::messages::message_key;
use crate::read::readable;
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "campaign people";
/// The attributes of [`PersonItem`], and where the item stands.
const ASKED: &str = "id, phone_index, city_key, registered_at, referrer_id, #status, unsubscribed, \
                     event_id, reg_key";
/// As many as a batch read takes.
const AT_ONCE: usize = 100;

/// A participant as far as an audience asks. Nothing of it is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ParticipantId,
    /// Keyed hash of the number.
    pub phone_index: String,
    /// City key.
    pub city_key: String,
    /// When they registered, UTC.
    pub registered_at: Timestamp,
    /// Who invited them.
    pub referrer_id: Option<ParticipantId>,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// Asked to stop, as the participant's own item says.
    pub unsubscribed: bool,
    /// The event the registration belongs to.
    pub event_id: Option<EventId>,
}

#[derive(Debug, Deserialize)]
struct PersonItem {
    id: ParticipantId,
    phone_index: String,
    city_key: String,
    registered_at: Iso,
    #[serde(default)]
    referrer_id: Option<ParticipantId>,
    status: String,
    unsubscribed: bool,
    #[serde(default)]
    event_id: Option<EventId>,
}

/// Some of the people, and where the next ones begin.
#[derive(Debug, Clone)]
pub struct PeoplePage {
    /// Each with the sort key behind which the next one stands.
    pub people: Vec<(Person, String)>,
    /// The sort key behind which the part of the index may hold more.
    pub rest: Option<String>,
}

pub(crate) fn read_person(item: Item) -> Result<Person, StoreError> {
    let item: PersonItem = from_item("participant", item)?;
    Ok(Person {
        id: item.id,
        phone_index: item.phone_index,
        city_key: item.city_key,
        registered_at: item.registered_at.0,
        referrer_id: item.referrer_id,
        status: JoinStatus::parse(&item.status)
            .ok_or_else(|| StoreError::unreadable("participant", "status"))?,
        unsubscribed: item.unsubscribed,
        event_id: item.event_id,
    })
}

impl Store {
    /// The next people of a source behind `position`, at most `limit`, none who registered after
    /// `until`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. Somebody whose item cannot be read is logged
    /// and left out.
    pub async fn people(
        &self,
        source: &Source,
        position: &Position,
        until: Timestamp,
        limit: usize,
    ) -> Result<PeoplePage, StoreError> {
        let (index, part) = match source {
            Source::City(_) => ("by_city", "city_key"),
            Source::Months(_) => ("by_registered", "reg_month"),
        };
        let (mut items, mut start): (Vec<Item>, Option<Item>) = (Vec::new(), None);
        loop {
            let missing = limit.saturating_sub(items.len());
            let output = self
                .client
                .query()
                .table_name(self.table(Table::Participants))
                .index_name(index)
                .key_condition_expression("#part = :part AND reg_key BETWEEN :from AND :to")
                // Of what is carried here and back, most is not asked for.
                .projection_expression(ASKED)
                .expression_attribute_names("#part", part)
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":part", text(position.part.clone()))
                // No key begins with another one: the first behind it is not before this.
                .expression_attribute_values(":from", text(format!("{} ", position.after)))
                // “~” sorts behind “#”.
                .expression_attribute_values(":to", text(format!("{}~", iso(until))))
                .limit(i32::try_from(missing).unwrap_or(i32::MAX).max(1))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::database(WHAT))?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                break;
            }
        }
        let key_of = |item: &Item| item.get("reg_key").and_then(|key| key.as_s().ok()).cloned();
        let rest = items.last().filter(|_| items.len() >= limit);
        let rest = rest.and_then(key_of);
        let people = items.into_iter().map(|item| {
            let key = key_of(&item);
            let key = key.ok_or_else(|| StoreError::unreadable("participant", "reg_key"))?;
            Ok((read_person(item)?, key))
        });
        Ok(PeoplePage {
            people: readable(WHAT, people),
            rest,
        })
    }

    /// Those of these `phone_index`es that must not be written to.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn stopped_among(&self, indexes: &[&str]) -> Result<HashSet<String>, StoreError> {
        let mut stopped = HashSet::new();
        for some in indexes.chunks(AT_ONCE) {
            let wanted: Vec<_> = some
                .iter()
                .map(|index| {
                    let mut key = single_key("phone_index", *index);
                    key.insert("sk".into(), text(STATE));
                    (self.table(Table::Suppression), key)
                })
                .collect();
            let found = self.get_all(WHAT, &wanted).await?;
            for (index, item) in some.iter().zip(found) {
                let state = item
                    .as_ref()
                    .and_then(|item| item.get("state")?.as_s().ok());
                let standing = state.and_then(|state| Standing::parse(state));
                if standing.is_some_and(Standing::is_stopped) {
                    stopped.insert((*index).to_owned());
                }
            }
        }
        Ok(stopped)
    }

    /// Those of these rows that exist and still may reach, or have reached, their recipient.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn standing_among(
        &self,
        ids: &[MessageId],
    ) -> Result<HashSet<MessageId>, StoreError> {
        let mut standing = HashSet::new();
        let failed = text(State::Failed(Failure::Cancelled).status());
        for some in ids.chunks(AT_ONCE) {
            let table = || self.table(Table::NotificationsLog);
            let wanted: Vec<_> = some.iter().map(|id| (table(), message_key(*id))).collect();
            let found = self.get_all(WHAT, &wanted).await?;
            for (id, item) in some.iter().zip(found) {
                if item.is_some_and(|item| item.get("status") != Some(&failed)) {
                    standing.insert(*id);
                }
            }
        }
        Ok(standing)
    }
}
