use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::{CampaignId, EventId, MessageId, NumberId, ParticipantId, Token};
use domain::lane::Lane;
use domain::message::{Claim, DueMessage, Failure, MessageType, NewMessage, State, Waiting};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::item::{Iso, Item, from_item, iso, number, single_key, text, to_item};
use crate::letters::{LETTER, SALT};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Applied, Change, put_new};
use crate::{Store, StoreError};

/// Terminal rows are kept this long for the log and for disputes, then deleted by TTL.
const KEEP_TERMINAL: SignedDuration = SignedDuration::from_hours(24 * 400);

#[derive(Debug, Serialize)]
struct NewItem<'a> {
    id: MessageId,
    participant_id: ParticipantId,
    target_index: &'a str,
    #[serde(rename = "type")]
    message_type: &'static str,
    class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<CampaignId>,
    status: &'static str,
    reason: &'static str,
    lane: String,
    due_key: String,
    expected_at: Iso,
    cause_at: Iso,
    created_at: Iso,
    created_key: String,
    day: String,
    expires_at: Iso,
    attempts: u32,
}

#[derive(Debug, Deserialize)]
struct DueItem {
    id: MessageId,
    participant_id: ParticipantId,
    target_index: String,
    #[serde(rename = "type")]
    message_type: String,
    #[serde(default)]
    subject_id: Option<ParticipantId>,
    #[serde(default)]
    event_id: Option<EventId>,
    #[serde(default)]
    campaign_id: Option<CampaignId>,
    cause_at: Iso,
    expires_at: Iso,
    attempts: u32,
    lane: String,
    due_key: String,
    status: String,
    reason: String,
    #[serde(default)]
    expected_at: Option<Iso>,
    #[serde(default)]
    token: Option<Token>,
    #[serde(default)]
    number_id: Option<NumberId>,
}

/// Set on a row that its own number let go: any number may send it.
pub(crate) const ANY_NUMBER: &str = "any_number";

/// The lane a row goes back to when nobody knows which one it came from.
pub(crate) fn home(message: &DueMessage) -> Lane {
    match message.lane {
        Lane::Class(_) | Lane::Bulk { .. } | Lane::Sticky { .. } => message.lane,
        Lane::WaitingSequence | Lane::Held | Lane::Sending => {
            Lane::Class(message.message_type.class())
        }
    }
}

/// Sort key of a row in the due index.
pub(crate) fn due_key(lane: &Lane, due: Timestamp) -> String {
    lane.prefix() + &iso(due)
}

/// Only while the row stands in this lane, due by then. Lanes of one partition are told apart by
/// what stands before the time.
pub(crate) fn when_due(change: Change, lane: &Lane, by: Timestamp) -> Change {
    let change = change
        .when_equals("lane", text(lane.partition()))
        .when_at_most("due_key", text(due_key(lane, by)));
    match lane.prefix() {
        none if none.is_empty() => change,
        prefix => change.when_at_least("due_key", text(prefix)),
    }
}

pub(crate) fn message_key(id: MessageId) -> Item {
    single_key("id", id.to_string())
}

pub(crate) fn read_due(item: Item) -> Result<DueMessage, StoreError> {
    const WHAT: &str = "message row";
    let item: DueItem = from_item(WHAT, item)?;
    let claim = match (item.token, item.number_id) {
        (Some(token), Some(number_id)) => Some(Claim { token, number_id }),
        _ => None,
    };
    let (lane, due) = Lane::parse(&item.lane, &item.due_key)
        .ok_or_else(|| StoreError::unreadable(WHAT, "lane"))?;
    let Some(State::Queued(why)) = State::parse(&item.status, &item.reason) else {
        return Err(StoreError::unreadable(WHAT, "state"));
    };
    Ok(DueMessage {
        id: item.id,
        message_type: MessageType::parse(&item.message_type)
            .ok_or_else(|| StoreError::unreadable(WHAT, "type"))?,
        participant_id: item.participant_id,
        target_index: item.target_index,
        subject_id: item.subject_id,
        event_id: item.event_id,
        campaign_id: item.campaign_id,
        cause_at: item.cause_at.0,
        expires_at: item.expires_at.0,
        attempts: item.attempts,
        due: due.parse().map_err(|e| StoreError::unreadable(WHAT, e))?,
        lane,
        said: (why, item.expected_at.map(|at| at.0)),
        claim,
    })
}

/// Sets status and reason.
pub(crate) fn with_state(change: Change, state: State) -> Change {
    change
        .set("status", text(state.status()))
        .set("reason", text(state.reason()))
}

/// Takes a row out of every lane for good.
pub(crate) fn ended(change: Change, state: State, now: Timestamp) -> Change {
    let ended = with_state(change, state)
        .remove("lane")
        .remove("due_key")
        .remove(LETTER)
        .remove(SALT)
        .set(
            "ttl",
            number((now.saturating_add(KEEP_TERMINAL).unwrap_or(now)).as_second()),
        );
    match state {
        State::Failed(failure) => {
            let failed = ended.set("failed_at", text(iso(now)));
            match failure {
                // What a person should look at; the rest is the normal course of things.
                Failure::Unconfirmed | Failure::BadRecipient | Failure::Exhausted => {
                    failed.set("problem", text(state.reason()))
                }
                _ => failed,
            }
        }
        _ => ended.set("sent_at", text(iso(now))),
    }
}

/// Puts a row back into its lane.
pub(crate) fn waiting(
    change: Change,
    lane: &Lane,
    why: Waiting,
    from: Timestamp,
    expected: Timestamp,
) -> Change {
    with_state(change, State::Queued(why))
        .set("lane", text(lane.partition()))
        .set("due_key", text(due_key(lane, from)))
        .set("expected_at", text(iso(expected)))
}

impl Store {
    pub(crate) fn message(&self, id: MessageId) -> Change {
        Change::of(self.table(Table::NotificationsLog), message_key(id))
    }

    pub(crate) fn message_item(message: &NewMessage) -> Result<Item, StoreError> {
        let state = State::Queued(message.waiting);
        let created = iso(message.created_at);
        let lane = message.lane();
        to_item(
            "message row",
            &NewItem {
                id: message.id,
                participant_id: message.participant_id,
                target_index: &message.target_index,
                message_type: message.message_type.as_str(),
                class: message.message_type.class().as_str(),
                subject_id: message.subject_id,
                event_id: message.event_id,
                campaign_id: message.campaign.map(|campaign| campaign.id),
                status: state.status(),
                reason: state.reason(),
                lane: lane.partition(),
                due_key: due_key(&lane, message.not_before),
                expected_at: Iso(message.expected_at),
                cause_at: Iso(message.cause_at),
                created_at: Iso(message.created_at),
                created_key: format!("{created}#{}", message.id),
                day: created.get(..10).unwrap_or_default().to_owned(),
                expires_at: Iso(message.expires_at),
                attempts: 0,
            },
        )
    }

    pub(crate) fn put_message(
        &self,
        message: &NewMessage,
    ) -> Result<TransactWriteItem, StoreError> {
        put_new(
            "message row",
            self.table(Table::NotificationsLog),
            "id",
            Self::message_item(message)?,
        )
    }

    /// Puts a row that is decided on its own, if the same decision was not taken before.
    /// Returns whether it is new.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn add_message(&self, message: &NewMessage) -> Result<bool, StoreError> {
        self.put_row_once(Self::message_item(message)?).await
    }

    /// Puts a row if there is none of its id; returns whether there was none.
    pub(crate) async fn put_row_once(&self, row: Item) -> Result<bool, StoreError> {
        const WHAT: &str = "add message";
        let answer = self
            .client
            .put_item()
            .table_name(self.table(Table::NotificationsLog))
            .set_item(Some(row))
            .condition_expression("attribute_not_exists(id)")
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(e) if e.is_conditional_check_failed_exception() => Ok(false),
                _ => Err(StoreError::database(WHAT)(error)),
            },
        }
    }

    /// The first rows of a lane that are due from `from` to `to`, both included, earliest first.
    /// Read from an index, so possibly stale: whoever acts on a row states a condition on it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable row is logged and left out.
    pub async fn due(
        &self,
        lane: &Lane,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let question = Question {
            table: self.table(Table::NotificationsLog),
            index: Some("due"),
            condition: "#lane = :lane AND #due BETWEEN :from AND :to".to_owned(),
            names: vec![("#lane", "lane"), ("#due", "due_key")],
            values: vec![
                (":lane", text(lane.partition())),
                (
                    ":from",
                    text(due_key(lane, from.max(Timestamp::UNIX_EPOCH))),
                ),
                (":to", text(due_key(lane, to))),
            ],
            consistent: false,
        };
        let items = query("due rows", &self.client, question, limit).await?;
        Ok(readable("message row", items.into_iter().map(read_due)))
    }

    /// Brings up to date what a waiting row says of itself; it stays where it is. Does nothing if
    /// it moved on in the meantime.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn explain(
        &self,
        message: &DueMessage,
        why: Waiting,
        expected: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let change = with_state(self.message(message.id), State::Queued(why));
        let change = match expected {
            Some(at) => change.set("expected_at", text(iso(at))),
            None => change.remove("expected_at"),
        };
        change
            .when_equals("lane", text(message.lane.partition()))
            .when_equals("due_key", text(due_key(&message.lane, message.due)))
            .apply("explain row", &self.client)
            .await?;
        Ok(())
    }

    /// A claimed row whose lease is over becomes `failed/unconfirmed`: its request may have
    /// begun. Returns false if the row moved on in the meantime.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn expire_claim(
        &self,
        message: &DueMessage,
        claim: Claim,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = ended(
            self.message(message.id),
            State::Failed(Failure::Unconfirmed),
            now,
        )
        .when_equals("reason", text(State::Queued(Waiting::Sending).reason()))
        .when_equals("token", text(claim.token.to_string()));
        let applied = change.apply("expire claim", &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// A row that waits past its use becomes `failed/expired`, unless somebody claimed it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn expire_waiting(
        &self,
        message: &DueMessage,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = ended(
            self.message(message.id),
            State::Failed(Failure::Expired),
            now,
        )
        .when_equals("lane", text(message.lane.partition()));
        let applied = change.apply("expire row", &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }
}
