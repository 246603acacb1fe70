//! The log of messages, read as an admin looks through it (requirement A4).

use domain::ids::{CampaignId, EventId, MessageId, NumberId, ParticipantId};
use domain::log::{Glimpse, Look, Mark, Part};
use domain::message::{MessageType, State};
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{Iso, Item, from_item, iso, text};
use crate::messages::message_key;
use crate::read::readable;
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "message row";

/// A message as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Row id.
    pub id: MessageId,
    /// To whom.
    pub participant_id: ParticipantId,
    /// Their keyed hash when the row was written.
    pub target_index: String,
    /// Whom it is about.
    pub subject_id: Option<ParticipantId>,
    /// The event it belongs to.
    pub event_id: Option<EventId>,
    /// The campaign it is a row of.
    pub campaign_id: Option<CampaignId>,
    /// Its type.
    pub message_type: MessageType,
    /// Its state.
    pub state: State,
    /// The number that sent it, tries to, or tried last.
    pub number_id: Option<NumberId>,
    /// Through which gateway.
    pub provider: Option<String>,
    /// Requests that were made for it.
    pub attempts: u32,
    /// What the gateway's last answer came to.
    pub gateway_answer: Option<String>,
    /// Version of the text; 0 = the shipped one.
    pub template_version: Option<u32>,
    /// The message that carried it.
    pub grouped_in: Option<MessageId>,
    /// When it was decided, UTC.
    pub created_at: Timestamp,
    /// When its cause happened, UTC.
    pub cause_at: Timestamp,
    /// No request starts after this, UTC.
    pub expires_at: Timestamp,
    /// When it can go, as far as is known, UTC.
    pub expected_at: Option<Timestamp>,
    /// When it was sent, UTC.
    pub sent_at: Option<Timestamp>,
    /// When it failed, UTC.
    pub failed_at: Option<Timestamp>,
}

impl Logged {
    /// All that a filter may ask.
    #[must_use]
    pub fn glimpse(&self) -> Glimpse {
        Glimpse {
            participant: Some(self.participant_id),
            message_type: Some(self.message_type),
            state: Some(self.state),
            number: Some(self.number_id),
            campaign: Some(self.campaign_id),
            created_at: Some(self.created_at),
        }
    }
}

#[derive(Debug, Deserialize)]
struct LoggedItem {
    id: MessageId,
    participant_id: ParticipantId,
    target_index: String,
    subject_id: Option<ParticipantId>,
    event_id: Option<EventId>,
    campaign_id: Option<CampaignId>,
    #[serde(rename = "type")]
    message_type: String,
    status: String,
    reason: String,
    number_id: Option<NumberId>,
    provider: Option<String>,
    attempts: u32,
    gateway_answer: Option<String>,
    template_version: Option<u32>,
    grouped_in: Option<MessageId>,
    created_at: Iso,
    cause_at: Iso,
    expires_at: Iso,
    expected_at: Option<Iso>,
    sent_at: Option<Iso>,
    failed_at: Option<Iso>,
}

pub(crate) fn read_logged(item: Item) -> Result<Logged, StoreError> {
    let item: LoggedItem = from_item(WHAT, item)?;
    let state = State::parse(&item.status, &item.reason);
    let state = state.ok_or_else(|| StoreError::unreadable(WHAT, "state"))?;
    let message_type = MessageType::parse(&item.message_type);
    let at = |moment: Option<Iso>| moment.map(|at| at.0);
    Ok(Logged {
        id: item.id,
        participant_id: item.participant_id,
        target_index: item.target_index,
        subject_id: item.subject_id,
        event_id: item.event_id,
        campaign_id: item.campaign_id,
        message_type: message_type.ok_or_else(|| StoreError::unreadable(WHAT, "type"))?,
        state,
        number_id: item.number_id,
        provider: item.provider,
        attempts: item.attempts,
        gateway_answer: item.gateway_answer,
        template_version: item.template_version,
        grouped_in: item.grouped_in,
        created_at: item.created_at.0,
        cause_at: item.cause_at.0,
        expires_at: item.expires_at.0,
        expected_at: at(item.expected_at).filter(|_| matches!(state, State::Queued(_))),
        sent_at: at(item.sent_at),
        failed_at: at(item.failed_at),
    })
}

/// A row as an index shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: MessageId,
    /// Its place in the list.
    pub mark: Mark,
    /// What the index says of it, a moment old.
    pub glimpse: Glimpse,
}

/// What a look brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Rows in the list's order.
    pub found: Vec<Entry>,
    /// Whether the part is looked through.
    pub ended: bool,
}

#[derive(Debug, Deserialize)]
struct EntryItem {
    id: MessageId,
    created_key: Option<String>,
    lane: Option<String>,
    due_key: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    #[serde(rename = "type")]
    message_type: Option<String>,
    participant_id: Option<ParticipantId>,
}

fn read_entry(item: Item, in_lane: bool) -> Result<Entry, StoreError> {
    const INDEX: &str = "message row in an index";
    let item: EntryItem = from_item(INDEX, item)?;
    let missing = || StoreError::unreadable(INDEX, "key");
    let mark = if in_lane {
        Mark::Lane {
            lane: item.lane.ok_or_else(missing)?,
            behind: Some((item.due_key.ok_or_else(missing)?, item.id)),
        }
    } else {
        let key = item.created_key.ok_or_else(missing)?;
        let (at, _) = key.split_once('#').ok_or_else(missing)?;
        Mark::Created {
            at: at.parse().map_err(|e| StoreError::unreadable(INDEX, e))?,
            id: Some(item.id),
        }
    };
    Ok(Entry {
        id: item.id,
        mark,
        glimpse: Glimpse {
            participant: item.participant_id,
            message_type: item.message_type.as_deref().and_then(MessageType::parse),
            state: State::parse(
                item.status.as_deref().unwrap_or_default(),
                item.reason.as_deref().unwrap_or_default(),
            ),
            ..Glimpse::default()
        },
    })
}

/// Index, name of its partition key, and the partition.
fn partition(part: &Part) -> (&'static str, &'static str, String) {
    match part {
        Part::Participant(id) => ("by_participant", "participant_id", id.to_string()),
        Part::Campaign(id) => ("by_campaign", "campaign_id", id.to_string()),
        Part::Problem(failure) => {
            let reason = State::Failed(*failure).reason();
            ("by_problem", "problem", reason.to_owned())
        }
        Part::Day(day) => ("by_day", "day", day.to_string()),
        Part::Lane(lane) => ("due", "lane", lane.clone()),
    }
}

impl Store {
    /// Rows of a part of an index, at most `limit`, from a place on. One query.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. A row whose keys cannot be read is logged and
    /// left out.
    pub async fn log_entries(&self, look: &Look, limit: usize) -> Result<Entries, StoreError> {
        let (index, name, value) = partition(&look.part);
        // A range has both its ends: what stands at the upper one comes once more, and is left out.
        let shown = matches!(look.after, Mark::Created { id: Some(_), .. });
        let query = self
            .client
            .query()
            .table_name(self.table(Table::NotificationsLog))
            .index_name(index)
            .expression_attribute_names("#part", name)
            .expression_attribute_values(":part", text(value.clone()))
            .limit(i32::try_from(limit.max(1) + usize::from(shown)).unwrap_or(i32::MAX));
        let query = match &look.after {
            Mark::Lane { behind, .. } => {
                let start = behind.as_ref().map(|(due_key, id)| {
                    let mut start = message_key(*id);
                    start.insert("lane".to_owned(), text(value));
                    start.insert("due_key".to_owned(), text(due_key.clone()));
                    start
                });
                query
                    .key_condition_expression("#part = :part")
                    .set_exclusive_start_key(start)
            }
            Mark::Created { at, id } => {
                let below = match id {
                    Some(id) => format!("{}#{id}", iso(*at)),
                    None => iso(*at),
                };
                query
                    .key_condition_expression("#part = :part AND #key BETWEEN :from AND :below")
                    .expression_attribute_names("#key", "created_key")
                    .expression_attribute_values(":from", text(iso(look.from)))
                    .expression_attribute_values(":below", text(below))
                    .scan_index_forward(false)
            }
        };
        let output = query.send().await.map_err(StoreError::database("log"))?;
        let ended = output.last_evaluated_key.is_none();
        let in_lane = matches!(look.after, Mark::Lane { .. });
        let items = output.items.unwrap_or_default().into_iter();
        let mut found = readable(WHAT, items.map(|item| read_entry(item, in_lane)));
        found.retain(|entry| entry.mark != look.after);
        Ok(Entries { found, ended })
    }

    /// These rows in their order, read consistently; one that is gone or unreadable is missing, the
    /// latter with an error in the log. At most 100.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn logged(&self, ids: &[MessageId]) -> Result<Vec<Logged>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.table(Table::NotificationsLog);
        let wanted = ids.iter().map(|id| (table.clone(), message_key(*id)));
        let found = self
            .get_all("log rows", &wanted.collect::<Vec<_>>())
            .await?;
        let found = found.into_iter().flatten().map(read_logged);
        Ok(readable(WHAT, found))
    }
}
