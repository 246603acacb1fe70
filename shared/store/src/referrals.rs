use aws_sdk_dynamodb::types::TransactWriteItem;
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

/// Places that one transaction gives at most: the counter, and for each a participant, an alert and
/// a pending item, of the hundred items that it may hold.
pub const PLACES_AT_ONCE: usize = 33;

/// What is known about some referrals of one referrer, as of one consistent read.
#[derive(Debug)]
pub struct Referrals {
    /// How many the referrer has invited so far.
    pub total: u64,
    /// What the referrer was told in the last hour.
    pub alerts: AlertPace,
    /// Each of them, in the order of the question, or why it cannot be read.
    pub states: Vec<Result<ReferralState, StoreError>>,
}

/// One referral.
#[derive(Debug, Clone)]
pub struct ReferralState {
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

/// The next places of one referrer's: n + 1, n + 2 … to these in their order.
#[derive(Debug, Clone)]
pub struct SequenceStep<'a> {
    /// The referrer.
    pub referrer_id: ParticipantId,
    /// Total before this step.
    pub total: u64,
    /// Who gets a place: everybody once, at most [`PLACES_AT_ONCE`].
    pub places: Vec<PlaceStep<'a>>,
}

/// What one who gets a place needs besides.
#[derive(Debug, Clone)]
pub struct PlaceStep<'a> {
    /// The one who was invited.
    pub participant_id: ParticipantId,
    /// The alert's row as it is to be.
    pub message: NewMessage,
    /// What happens to it.
    pub alert: AlertStep,
    /// The pending item that an adoption uses up.
    pub pending: Option<&'a Pending>,
}

/// What a sequence step does to the alert's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertStep {
    /// Makes the waiting row sendable.
    Release,
    /// Writes the row; nobody could be told before.
    Write,
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

fn read_state(profile: Option<Item>, alert: Option<&Item>) -> Result<ReferralState, StoreError> {
    let invitee = profile
        .map(|item| from_item("participant", item))
        .transpose()?;
    let alert = alert
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
    Ok(ReferralState { invitee, alert })
}

impl Store {
    /// Reads what these referrals of one referrer need: whom they are about, and the id of the
    /// alert. At most [`PLACES_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the counter is unreadable.
    pub async fn referrals(
        &self,
        referrer_id: ParticipantId,
        invited: &[(ParticipantId, MessageId)],
    ) -> Result<Referrals, StoreError> {
        let participants = self.table(Table::Participants);
        let log = self.table(Table::NotificationsLog);
        let counter = key(participant_pk(referrer_id), REFERRALS);
        let mut wanted = vec![(participants.clone(), counter)];
        for (participant_id, alert_id) in invited {
            let profile = key(participant_pk(*participant_id), PROFILE);
            wanted.push((participants.clone(), profile));
            wanted.push((log.clone(), message_key(*alert_id)));
        }
        let mut found = self.get_all("referrals", &wanted).await?.into_iter();
        let (total, alerts) = crate::groups::counter(found.next().flatten())?;
        let mut states = Vec::with_capacity(invited.len());
        while let (Some(profile), Some(alert)) = (found.next(), found.next()) {
            states.push(read_state(profile, alert.as_ref()));
        }
        Ok(Referrals {
            total,
            alerts,
            states,
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

    /// Counter n → n + k, the places of k participants and their alerts, in one transaction.
    /// False if anything moved in between: nothing is written then, read again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sequence(&self, step: &SequenceStep<'_>) -> Result<bool, StoreError> {
        const WHAT: &str = "sequence";
        let mut place = step.total;
        let mut parts = Vec::new();
        for one in &step.places {
            place += 1;
            parts.push(self.place(step.referrer_id, place, one)?);
            match one.alert {
                AlertStep::Release => parts.push(self.released(&one.message).in_transaction(WHAT)?),
                AlertStep::Write => parts.push(self.put_message(&one.message)?),
                AlertStep::Leave => {}
            }
            if let Some(pending) = one.pending {
                parts.push(delete_present(
                    WHAT,
                    self.table(Table::Participants),
                    "pk",
                    key(guard_pk(&pending.phone_index), pending.sk.clone()),
                )?);
            }
        }
        let counter = Change::of(
            self.table(Table::Participants),
            key(participant_pk(step.referrer_id), REFERRALS),
        )
        .set("total", number(place));
        let counter = if step.total == 0 {
            counter.when_absent("total")
        } else {
            counter.when_equals("total", number(step.total))
        };
        parts.push(counter.in_transaction(WHAT)?);
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// A participant's place, only while they have none and belong to this referrer or, if they
    /// waited for the referrer's number, to nobody.
    fn place(
        &self,
        referrer_id: ParticipantId,
        place: u64,
        step: &PlaceStep<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let referrer = text(referrer_id.to_string());
        let profile = Change::of(
            self.table(Table::Participants),
            key(participant_pk(step.participant_id), PROFILE),
        )
        .set("referrer_sequence", number(place))
        .when_present("pk")
        .when_absent("referrer_sequence");
        let profile = if step.pending.is_some() {
            profile
                .set("referrer_id", referrer)
                .when_absent("referrer_id")
        } else {
            profile.when_equals("referrer_id", referrer)
        };
        profile.in_transaction("sequence")
    }

    /// The waiting row as a sendable one, only while it waits for its sequence.
    fn released(&self, message: &NewMessage) -> Change {
        waiting(
            self.message(message.id),
            &message.lane(),
            message.waiting,
            message.not_before,
            message.expected_at,
        )
        .when_equals("reason", text(State::Queued(Waiting::Sequence).reason()))
    }

    /// Makes an alert sendable whose participant has a place already.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn release_alert(&self, message: &NewMessage) -> Result<bool, StoreError> {
        let change = self.released(message);
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
