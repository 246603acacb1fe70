use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{EventId, NumberId, ParticipantId};
use domain::message::NewMessage;
use domain::participant::{Chat, ConsentRecord, JoinStatus, Participant, Referral};
use domain::person::{City, PersonName, Profession, Sapaan};
use domain::phone::Phone;
use domain::referral_code::opaque_code;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use vault::{Place, Salt};

use crate::guard::{Guard, guard_holder, read_guard};
use crate::item::{
    CODE, GUARD, Iso, Item, PENDING, PROFILE, code_pk, from_item, guard_pk, iso, key,
    participant_pk, text, to_item,
};
use crate::tables::Table;
use crate::write::{Change, put_new, transact};
use crate::{Store, StoreError};

/// Lane of the `sweep` index that holds referral work a crash may have left.
pub(crate) const REFERRAL_SWEEP: &str = "referral#0";

/// What is known before somebody is registered.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Who has the number already, or whether it asked to stop.
    pub own: Guard,
    /// Whether others named this number before it registered.
    pub awaited: bool,
    /// The participant whose number was named as referrer.
    pub referrer: Option<ParticipantId>,
    /// Whether somebody is known to wait for the referrer's number already.
    pub referrer_awaited: bool,
}

/// What a registration writes, all or nothing.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The participant.
    pub participant: Participant,
    /// Whose link.
    pub referral: Referral,
    /// Proof of consent.
    pub consent: ConsentRecord,
    /// The messages it causes.
    pub messages: Vec<NewMessage>,
    /// Whether others wait for this number.
    pub awaited: bool,
    /// Whether the number has asked to stop: it stays stopped, and an admin sees that it asks for
    /// messages again (requirement L6).
    pub stopped: bool,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Stored.
    Stored,
    /// Somebody with this number was stored first, or it asked to stop or was let go in between;
    /// nothing was written: look again.
    Moved,
}

#[derive(Debug, Serialize, Deserialize)]
struct ParticipantItem {
    pk: String,
    sk: String,
    id: ParticipantId,
    sapaan: String,
    name: String,
    city: String,
    city_key: String,
    profession: String,
    phone: ByteBuf,
    salt: ByteBuf,
    phone_index: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    referrer_id: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    referrer_sequence: Option<u64>,
    registered_at: Iso,
    status: String,
    unsubscribed: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    event_id: Option<EventId>,
    consent_share: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    chat_number: Option<NumberId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    chat_at: Option<Iso>,
    reg_month: String,
    reg_key: String,
}

pub(crate) fn phone_place(id: &str) -> Place<'_> {
    Place {
        table: "participants",
        field: "phone",
        id,
    }
}

impl Store {
    /// What a registration needs to know: one consistent read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn surroundings(
        &self,
        own_index: &str,
        referrer_index: Option<&str>,
    ) -> Result<Surroundings, StoreError> {
        let table = self.table(Table::Participants);
        let mut wanted = vec![
            (table.clone(), key(guard_pk(own_index), GUARD)),
            (table.clone(), key(guard_pk(own_index), PENDING)),
        ];
        if let Some(index) = referrer_index {
            wanted.push((table.clone(), key(guard_pk(index), GUARD)));
            wanted.push((table, key(guard_pk(index), PENDING)));
        }
        let mut found = self.get_all("surroundings", &wanted).await?.into_iter();
        let mut next = || found.next().flatten();
        Ok(Surroundings {
            own: read_guard(next())?,
            awaited: next().is_some(),
            referrer: guard_holder(next())?,
            referrer_awaited: next().is_some(),
        })
    }

    /// Who has the number now; read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn holder_of(&self, phone_index: &str) -> Result<Option<ParticipantId>, StoreError> {
        let wanted = [(
            self.table(Table::Participants),
            key(guard_pk(phone_index), GUARD),
        )];
        let found = self
            .get_all("holder", &wanted)
            .await?
            .into_iter()
            .next()
            .flatten();
        guard_holder(found)
    }

    /// Whose opaque code this is; read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn holder_of_code(&self, code: &str) -> Result<Option<Participant>, StoreError> {
        let wanted = [(self.table(Table::Participants), key(code_pk(code), CODE))];
        let found = self.get_all("code", &wanted).await?;
        match guard_holder(found.into_iter().next().flatten())? {
            Some(id) => self.participant(id).await,
            None => Ok(None),
        }
    }

    /// Marks that somebody waits for this number, so that its registration looks for them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn mark_awaited(&self, phone_index: &str) -> Result<(), StoreError> {
        Change::of(
            self.table(Table::Participants),
            key(guard_pk(phone_index), PENDING),
        )
        .set("awaited", AttributeValue::Bool(true))
        .apply("mark awaited", &self.client)
        .await
        .map(|_| ())
    }

    /// Stores participant, guard, consent and messages in one transaction. It holds no item that
    /// two people share, so registrations do not hinder each other.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written, or all of it if the answer got lost.
    pub async fn register(&self, new: &Registration) -> Result<Registered, StoreError> {
        const WHAT: &str = "register";
        const GUARD_AT: usize = 1;
        let table = self.table(Table::Participants);
        let participant = &new.participant;
        let at = participant.registered_at;
        let profile = self.participant_item(participant).await?;

        let seen = if new.stopped {
            Guard::Stopped
        } else {
            Guard::Free
        };
        let guard = self.guard(&participant.phone_index, seen, Guard::Held(participant.id))?;
        // Whatever links show now: those of the other kind keep working (requirement L9).
        let mut code = key(code_pk(&opaque_code(participant.id)), CODE);
        code.insert("participant_id".into(), text(participant.id.to_string()));
        let mut parts = vec![
            put_new(WHAT, table.clone(), "pk", to_item(WHAT, &profile)?)?,
            guard,
            self.consent_given(participant.id, &new.consent)?,
            put_new(WHAT, table.clone(), "pk", code)?,
        ];
        if let Referral::Pending(index) = &new.referral {
            let mut item = key(
                guard_pk(index),
                format!("{PENDING}#{}#{}", iso(at), participant.id),
            );
            item.insert("participant_id".into(), text(participant.id.to_string()));
            item.insert("sweep_lane".into(), text(REFERRAL_SWEEP));
            item.insert("sweep_at".into(), text(iso(at)));
            parts.push(put_new(WHAT, table.clone(), "pk", item)?);
        }
        if new.awaited {
            let mark = Change::of(table, key(guard_pk(&participant.phone_index), PENDING))
                .set("participant_id", text(participant.id.to_string()))
                .set("sweep_lane", text(REFERRAL_SWEEP))
                .set("sweep_at", text(iso(at)));
            parts.push(mark.in_transaction(WHAT)?);
        }
        for message in &new.messages {
            parts.push(self.put_message(message)?);
        }
        if new.stopped {
            parts.extend(self.asks_again(&participant.phone_index, &new.consent)?);
        }
        let committed = transact(WHAT, &self.client, parts).await?;
        if committed.refused_at(GUARD_AT) {
            return Ok(Registered::Moved);
        }
        match committed {
            crate::write::Committed::Yes => Ok(Registered::Stored),
            crate::write::Committed::Refused(at) => Err(StoreError::unreadable(
                WHAT,
                format!("new ids exist already, parts {at:?}"),
            )),
        }
    }

    /// One participant, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn participant(&self, id: ParticipantId) -> Result<Option<Participant>, StoreError> {
        let wanted = [(
            self.table(Table::Participants),
            key(participant_pk(id), PROFILE),
        )];
        match self
            .get_all("participant", &wanted)
            .await?
            .into_iter()
            .next()
            .flatten()
        {
            Some(item) => self.read_participant(item).await.map(Some),
            None => Ok(None),
        }
    }

    async fn participant_item(
        &self,
        participant: &Participant,
    ) -> Result<ParticipantItem, StoreError> {
        const WHAT: &str = "participant";
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let id = participant.id.to_string();
        let sealed = self
            .vault
            .seal(
                &phone_place(&id),
                &salt,
                &participant.phone.to_bytes(),
                participant.registered_at,
            )
            .await
            .map_err(StoreError::vault(WHAT))?;
        let registered_at = iso(participant.registered_at);
        Ok(ParticipantItem {
            pk: participant_pk(participant.id),
            sk: PROFILE.to_owned(),
            id: participant.id,
            sapaan: participant.sapaan.as_str().to_owned(),
            name: participant.name.as_str().to_owned(),
            city: participant.city.as_str().to_owned(),
            city_key: participant.city.key(),
            profession: participant.profession.as_str().to_owned(),
            phone: ByteBuf::from(sealed),
            salt: ByteBuf::from(salt.as_bytes().to_vec()),
            phone_index: participant.phone_index.clone(),
            referrer_id: participant.referrer_id,
            referrer_sequence: participant.referrer_sequence,
            registered_at: Iso(participant.registered_at),
            status: JoinStatus::default().as_str().to_owned(),
            unsubscribed: participant.unsubscribed,
            event_id: participant.event_id,
            consent_share: participant.consent_share,
            chat_number: participant.chat.map(|chat| chat.number_id),
            chat_at: participant.chat.map(|chat| Iso(chat.at)),
            reg_month: registered_at.get(..7).unwrap_or_default().to_owned(),
            reg_key: format!("{registered_at}#{id}"),
        })
    }

    pub(crate) async fn read_participant(&self, item: Item) -> Result<Participant, StoreError> {
        const WHAT: &str = "participant";
        let item: ParticipantItem = from_item(WHAT, item)?;
        let salt =
            Salt::from_bytes(&item.salt).ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let id = item.id.to_string();
        let opened = self
            .vault
            .open(&phone_place(&id), &salt, &item.phone)
            .await
            .map_err(StoreError::vault(WHAT))?;
        let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
        Ok(Participant {
            id: item.id,
            sapaan: Sapaan::parse(&item.sapaan).map_err(|_| bad("sapaan"))?,
            name: PersonName::parse(&item.name).map_err(|_| bad("name"))?,
            city: City::parse(&item.city).map_err(|_| bad("city"))?,
            profession: Profession::parse(&item.profession).map_err(|_| bad("profession"))?,
            phone: Phone::from_bytes(&opened).ok_or_else(|| bad("phone"))?,
            phone_index: item.phone_index,
            referrer_id: item.referrer_id,
            referrer_sequence: item.referrer_sequence,
            registered_at: item.registered_at.0,
            event_id: item.event_id,
            consent_share: item.consent_share,
            unsubscribed: item.unsubscribed,
            chat: match (item.chat_number, item.chat_at) {
                (Some(number_id), Some(at)) => Some(Chat {
                    number_id,
                    at: at.0,
                }),
                _ => None,
            },
        })
    }
}
