//! Who opened their join link (requirement E3).

use std::collections::HashSet;

use domain::event::Event;
use domain::ids::{EventId, ParticipantId};
use domain::join::JoinToken;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use vault::constant_time_eq;

use crate::events::read_event;
use crate::item::{Iso, Item, META, PROFILE, event_pk, from_item, iso, key, participant_pk, text};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

const WHAT: &str = "join link";
const CLICK: &str = "CLICK#";
/// Whoever opens the link more often than this is written once.
const WRITTEN_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// More people than this open the links of no event.
const MOST: usize = 100_000;

/// What stands behind a join link.
#[derive(Debug)]
pub struct JoinFacts {
    /// The event; none if there is none.
    pub event: Option<Event>,
    /// Whether the participant is there, and not erased.
    pub is_known: bool,
    /// When they opened the link last.
    pub last_click: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct ClickItem {
    sk: String,
    last_at: Iso,
}

/// Where a click of this participant stands.
pub(crate) fn click_key(event: EventId, participant: ParticipantId) -> Item {
    key(event_pk(event), format!("{CLICK}{participant}"))
}

/// When the link was opened last.
pub(crate) fn read_click(item: Item) -> Result<Timestamp, StoreError> {
    Ok(from_item::<ClickItem>(WHAT, item)?.last_at.0)
}

impl Store {
    /// Whether a link is one of ours.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the vault is prepared.
    pub fn is_ours(&self, token: &JoinToken) -> Result<bool, StoreError> {
        let own = self.join_token(token.event, token.participant)?;
        Ok(constant_time_eq(&own.mac, &token.mac))
    }

    /// What stands behind a link that [`Store::is_ours`], read consistently. Of the participant
    /// nothing comes along.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the event is unreadable.
    pub async fn join_facts(&self, token: &JoinToken) -> Result<JoinFacts, StoreError> {
        let events = self.table(Table::Events);
        let wanted = [
            (events.clone(), key(event_pk(token.event), META)),
            (events, click_key(token.event, token.participant)),
        ];
        let person = self
            .client
            .get_item()
            .table_name(self.table(Table::Participants))
            .set_key(Some(key(participant_pk(token.participant), PROFILE)))
            .consistent_read(true)
            // The caller's policy allows these attributes only.
            .projection_expression("pk, sk")
            .send();
        let found = async {
            let person = person.await.map_err(StoreError::database(WHAT))?;
            Ok(person.item.is_some())
        };
        let (found, is_known) = tokio::try_join!(self.get_all(WHAT, &wanted), found)?;
        let mut found = found.into_iter();
        let event = found.next().flatten().map(read_event).transpose()?;
        let click = found.next().flatten().map(read_click);
        Ok(JoinFacts {
            event,
            is_known,
            last_click: readable(WHAT, click.into_iter()).pop(),
        })
    }

    /// Notes that the link was opened at `now`; `last` is when it was before, as it was read. At
    /// most once a minute for each person: false if nothing was written.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn record_click(
        &self,
        token: &JoinToken,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let due = now.saturating_sub(WRITTEN_EVERY).unwrap_or(now);
        if last.is_some_and(|last| last > due) {
            return Ok(false);
        }
        let key = click_key(token.event, token.participant);
        let change = Change::of(self.table(Table::Events), key)
            .set("last_at", text(iso(now)))
            .count_up("count");
        let change = match last {
            Some(_) => change.when_at_most("last_at", text(iso(due))),
            None => change
                .set("first_at", text(iso(now)))
                .when_absent("last_at"),
        };
        let applied = change.apply(WHAT, &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// Everybody who opened their link to this event, at whatever time.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn who_clicked(&self, event: EventId) -> Result<HashSet<ParticipantId>, StoreError> {
        let question = Question {
            table: self.table(Table::Events),
            index: None,
            condition: "#pk = :pk AND begins_with(#sk, :click)".to_owned(),
            names: vec![("#pk", "pk"), ("#sk", "sk")],
            values: vec![(":pk", text(event_pk(event))), (":click", text(CLICK))],
            consistent: true,
        };
        let items = query(WHAT, &self.client, question, MOST).await?;
        let who = items.into_iter().map(|item| {
            let item: ClickItem = from_item(WHAT, item)?;
            let id = item.sk.strip_prefix(CLICK).map(str::parse);
            id.and_then(Result::ok)
                .ok_or_else(|| StoreError::unreadable(WHAT, "sk"))
        });
        Ok(readable(WHAT, who).into_iter().collect())
    }
}
