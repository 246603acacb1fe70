use domain::alert_pace::AlertPace;
use domain::ids::{MessageId, ParticipantId};
use domain::message::{Failure, NewMessage, State, Waiting};
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{
    Item, PENDING, PROFILE, REFERRALS, from_item, guard_pk, key, number, participant_pk, text,
};
use crate::messages::{ended, message_key, waiting};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Applied, Change, Committed, delete_present, transact};
use crate::{Store, StoreError};

/// What is known about one referral, as of one consistent read.
#[derive(Debug, Clone)]
pub struct ReferralState {
    /// How many the referrer has invited so far.
    pub total: u64,
    /// What the referrer was told in the last hour.
    pub alerts: AlertPace,
    /// The one who was invited; none once erased.
    pub invitee: Option<Invitee>,
    /// Whether the alert's row exists.
    pub alert: Option<State>,
}

/// What a participant's item says of who invited them. Read without their number, so that
/// sequencing needs no key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invitee {
    /// Keyed hash of the number.
    pub phone_index: String,
    /// Whose link was used.
    #[serde(default)]
    pub referrer_id: Option<ParticipantId>,
    /// Place among those the referrer invited.
    #[serde(default)]
    pub referrer_sequence: Option<u64>,
}

/// The next step of one referral: n → n + 1.
#[derive(Debug, Clone)]
pub struct SequenceStep<'a> {
    /// The referrer.
    pub referrer_id: ParticipantId,
    /// The one who was invited.
    pub participant_id: ParticipantId,
    /// Total before this step.
    pub total: u64,
    /// What happens to the alert.
    pub alert: AlertStep<'a>,
    /// The pending item that an adoption uses up, by its sort key.
    pub pending: Option<&'a Pending>,
}

/// What a sequence step does to the alert's row.
#[derive(Debug, Clone)]
pub enum AlertStep<'a> {
    /// Makes the waiting row sendable.
    Release {
        /// The row.
        message: &'a NewMessage,
    },
    /// Writes the row; nobody could be told before.
    Write {
        /// The row.
        message: &'a NewMessage,
    },
    /// Leaves it as it is.
    Leave,
}

/// Somebody who named a number before it registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    phone_index: String,
    sk: String,
    /// The one who was invited.
    pub participant_id: ParticipantId,
}

/// The first of those who named a number before it registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingPage {
    /// They, as far as their items can be read.
    pub waiting: Vec<Pending>,
    /// Once these are credited it is worth looking for others.
    pub more: bool,
    /// These are all, and all could be read: once they are credited nobody waits any more.
    pub whole: bool,
}

#[derive(Debug, Deserialize)]
struct PendingItem {
    sk: String,
    participant_id: ParticipantId,
}

impl Store {
    /// Reads what one referral needs.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn referral_state(
        &self,
        referrer_id: ParticipantId,
        participant_id: ParticipantId,
        alert_id: MessageId,
    ) -> Result<ReferralState, StoreError> {
        let participants = self.table(Table::Participants);
        let wanted = [
            (
                participants.clone(),
                key(participant_pk(referrer_id), REFERRALS),
            ),
            (participants, key(participant_pk(participant_id), PROFILE)),
            (self.table(Table::NotificationsLog), message_key(alert_id)),
        ];
        let mut found = self.get_all("referral", &wanted).await?.into_iter();
        let mut next = || found.next().flatten();
        let (total, alerts) = crate::groups::counter(next())?;
        let invitee = next()
            .map(|item| from_item("participant", item))
            .transpose()?;
        let alert = next()
            .map(|item| {
                let word = |name: &str| {
                    item.get(name)
                        .and_then(|v| v.as_s().ok())
                        .map(String::as_str)
                };
                State::parse(
                    word("status").unwrap_or_default(),
                    word("reason").unwrap_or_default(),
                )
                .ok_or_else(|| StoreError::unreadable("message row", "status"))
            })
            .transpose()?;
        Ok(ReferralState {
            total,
            alerts,
            invitee,
            alert,
        })
    }

    /// A participant without the number; none once erased.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn invitee(&self, id: ParticipantId) -> Result<Option<Invitee>, StoreError> {
        let wanted = [(
            self.table(Table::Participants),
            key(participant_pk(id), PROFILE),
        )];
        let found = self.get_all("participant", &wanted).await?;
        let item = found.into_iter().next().flatten();
        item.map(|item| from_item("participant", item)).transpose()
    }

    /// Counter n → n + 1, the participant's place and the alert, in one transaction.
    /// False if something moved in between: read again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sequence(&self, step: &SequenceStep<'_>) -> Result<bool, StoreError> {
        const WHAT: &str = "sequence";
        let participants = self.table(Table::Participants);
        let counter = Change::of(
            participants.clone(),
            key(participant_pk(step.referrer_id), REFERRALS),
        )
        .set("total", number(step.total + 1));
        let counter = if step.total == 0 {
            counter.when_absent("total")
        } else {
            counter.when_equals("total", number(step.total))
        };
        let profile = Change::of(
            participants.clone(),
            key(participant_pk(step.participant_id), PROFILE),
        )
        .set("referrer_sequence", number(step.total + 1))
        .when_present("pk")
        .when_absent("referrer_sequence");
        let profile = if step.pending.is_some() {
            profile
                .set("referrer_id", text(step.referrer_id.to_string()))
                .when_absent("referrer_id")
        } else {
            profile.when_equals("referrer_id", text(step.referrer_id.to_string()))
        };
        let mut parts = vec![counter.in_transaction(WHAT)?, profile.in_transaction(WHAT)?];
        match &step.alert {
            AlertStep::Release { message } => parts.push(
                waiting(
                    self.message(message.id),
                    &message.lane(),
                    message.waiting,
                    message.not_before,
                    message.expected_at,
                )
                .when_equals("reason", text(State::Queued(Waiting::Sequence).reason()))
                .in_transaction(WHAT)?,
            ),
            AlertStep::Write { message } => parts.push(self.put_message(message)?),
            AlertStep::Leave => {}
        }
        if let Some(pending) = step.pending {
            parts.push(delete_present(
                WHAT,
                participants,
                "pk",
                key(guard_pk(&pending.phone_index), pending.sk.clone()),
            )?);
        }
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// Makes an alert sendable whose participant has a place already.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn release_alert(&self, message: &NewMessage) -> Result<bool, StoreError> {
        let change = waiting(
            self.message(message.id),
            &message.lane(),
            message.waiting,
            message.not_before,
            message.expected_at,
        )
        .when_equals("reason", text(State::Queued(Waiting::Sequence).reason()));
        Ok(matches!(
            change.apply("release alert", &self.client).await?,
            Applied::Done(_)
        ))
    }

    /// Ends an alert about somebody who was erased before they had a place. Does nothing if it does
    /// not wait for one any more.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn cancel_alert(&self, id: MessageId, now: Timestamp) -> Result<(), StoreError> {
        let end = State::Failed(Failure::Cancelled);
        let change = ended(self.message(id), end, now)
            .when_equals("reason", text(State::Queued(Waiting::Sequence).reason()));
        change.apply("cancel alert", &self.client).await.map(|_| ())
    }

    /// Those who named this number before it registered, in order of registration; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable item is logged and left out.
    pub async fn pending_for(
        &self,
        phone_index: &str,
        limit: usize,
    ) -> Result<PendingPage, StoreError> {
        let question = Question {
            table: self.table(Table::Participants),
            index: None,
            condition: "#pk = :pk AND begins_with(#sk, :prefix)".to_owned(),
            names: vec![("#pk", "pk"), ("#sk", "sk")],
            values: vec![
                (":pk", text(guard_pk(phone_index))),
                (":prefix", text(format!("{PENDING}#"))),
            ],
            consistent: true,
        };
        let items = query("pending referrals", &self.client, question, limit).await?;
        let found = items.len();
        let waiting = items.into_iter().map(|item| {
            from_item::<PendingItem>("pending referral", item).map(|item| Pending {
                phone_index: phone_index.to_owned(),
                sk: item.sk,
                participant_id: item.participant_id,
            })
        });
        let waiting = readable("pending referral", waiting);
        Ok(PendingPage {
            more: found == limit && !waiting.is_empty(),
            whole: found < limit && waiting.len() == found,
            waiting,
        })
    }

    /// Forgets one who waited and is credited elsewhere or gone.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn drop_pending(&self, pending: &Pending) -> Result<(), StoreError> {
        self.delete_participants_item(key(guard_pk(&pending.phone_index), pending.sk.clone()))
            .await
    }

    /// Forgets the mark of a number whose pending referrals are all credited.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn drop_mark(&self, phone_index: &str) -> Result<(), StoreError> {
        self.delete_participants_item(key(guard_pk(phone_index), PENDING))
            .await
    }

    async fn delete_participants_item(&self, key: Item) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(self.table(Table::Participants))
            .set_key(Some(key))
            .send()
            .await
            .map(|_| ())
            .map_err(StoreError::database("delete pending"))
    }
}
