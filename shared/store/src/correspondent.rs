//! What is known about somebody who wrote to us, or about whom an admin decides: two consistent reads.

use domain::ids::{MessageId, ParticipantId};
use domain::inbound::Lid;
use domain::message::{DueMessage, MessageType, welcome_id};
use domain::participant::Participant;
use domain::suppression::Suppression;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::guard::{Guard, read_guard};
use crate::held::RELEASED;
use crate::item::{
    GUARD, Iso, Item, LID, PROFILE, from_item, guard_pk, key, lid_pk, participant_pk, single_key,
    text,
};
use crate::messages::{message_key, read_due};
use crate::suppression::{read_suppression, state_key};
use crate::tables::Table;
use crate::{Chain, Store, StoreError};

const WHAT: &str = "correspondent";
/// Times that a participant may be erased between the two reads.
const TRIES: u32 = 5;

/// What is known about a number.
#[derive(Debug)]
pub struct Correspondent {
    /// Keyed hash of the number.
    pub phone_index: String,
    /// Whether it may be written to.
    pub suppression: Suppression,
    /// Who registered it.
    pub holder: Option<ParticipantId>,
    /// They; none also if what is stored of them cannot be read.
    pub participant: Option<Participant>,
    /// Whether the number was pointed to the admin on the day that was asked for.
    pub pointed: bool,
    pub(crate) guard: Guard,
    pub(crate) kept: Option<Kept>,
    pub(crate) welcome: Option<Welcome>,
    /// Keyed hash of a hidden id that is not known to be this number's yet.
    pub(crate) new_lid: Option<String>,
}

impl Correspondent {
    /// When the welcome was decided that waits, or is held, and that no ceiling may hold any more
    /// once they write.
    #[must_use]
    pub fn welcome_cause(&self) -> Option<Timestamp> {
        self.welcome.as_ref().map(|welcome| welcome.row.cause_at)
    }
}

/// What stays of a participant who is erased: their place, and whose link it was.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Kept {
    #[serde(default)]
    pub(crate) referrer_id: Option<ParticipantId>,
    #[serde(default)]
    pub(crate) referrer_sequence: Option<u64>,
    pub(crate) registered_at: Iso,
}

/// A welcome that has not left, and that a ceiling may hold or would hold.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) id: MessageId,
    pub(crate) row: DueMessage,
}

/// The day's mark that somebody was pointed to the admin.
pub(crate) fn pointer_key(phone_index: &str, day: Date) -> Item {
    single_key("key", format!("POINTER#{phone_index}#{day}"))
}

impl Store {
    pub(crate) fn lid_hash(&self, lid: &Lid) -> Result<String, StoreError> {
        self.vault
            .keyed_hash("lid", lid.digits().as_bytes())
            .map_err(StoreError::vault(WHAT))
    }

    /// `phone_index` of whoever has this hidden id; none if no message has carried both.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn index_of_lid(&self, lid: &Lid) -> Result<Option<String>, StoreError> {
        #[derive(Deserialize)]
        struct LidItem {
            phone_index: String,
        }
        let wanted = [(
            self.table(Table::Participants),
            key(lid_pk(&self.lid_hash(lid)?), LID),
        )];
        let found = self.get_all(WHAT, &wanted).await?.into_iter().next();
        let item = found.flatten();
        let item = item
            .map(|item| from_item::<LidItem>(WHAT, item))
            .transpose()?;
        Ok(item.map(|item| item.phone_index))
    }

    /// What is known about this number. `lid` came with it; `day`, in WIB, is the one whose
    /// pointer is asked for.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable. A profile that
    /// cannot be read is logged and missing: they can stop all the same.
    pub async fn correspondent(
        &self,
        phone_index: &str,
        lid: Option<&Lid>,
        day: Option<Date>,
        now: Timestamp,
    ) -> Result<Correspondent, StoreError> {
        let participants = self.table(Table::Participants);
        let mut wanted = vec![
            (participants.clone(), key(guard_pk(phone_index), GUARD)),
            (self.table(Table::Suppression), state_key(phone_index)),
        ];
        let lid = lid.map(|lid| self.lid_hash(lid)).transpose()?;
        if let Some(hash) = &lid {
            wanted.push((participants, key(lid_pk(hash), LID)));
        }
        if let Some(day) = day {
            wanted.push((self.table(Table::Limits), pointer_key(phone_index, day)));
        }
        for _ in 0..TRIES {
            let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
            let mut next = || found.next().flatten();
            let guard = read_guard(next())?;
            let suppression = read_suppression(next())?;
            let linked = lid.is_some().then(&mut next).flatten();
            let is_linked =
                linked.is_some_and(|item| item.get("phone_index") == Some(&text(phone_index)));
            let mut correspondent = Correspondent {
                phone_index: phone_index.to_owned(),
                suppression,
                holder: guard.holder(),
                participant: None,
                pointed: next().is_some(),
                guard,
                kept: None,
                welcome: None,
                new_lid: lid.clone().filter(|_| !is_linked),
            };
            let Some(id) = guard.holder() else {
                return Ok(correspondent);
            };
            if self.read_holder(id, &mut correspondent, now).await? {
                return Ok(correspondent);
            }
        }
        Err(StoreError::Contended { what: WHAT })
    }

    /// Reads a participant and their welcome; false if they are gone.
    async fn read_holder(
        &self,
        id: ParticipantId,
        known: &mut Correspondent,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let welcome = welcome_id(id);
        let wanted = [
            (
                self.table(Table::Participants),
                key(participant_pk(id), PROFILE),
            ),
            (self.table(Table::NotificationsLog), message_key(welcome)),
        ];
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let Some(profile) = found.next().flatten() else {
            return Ok(false);
        };
        known.kept = Some(from_item(WHAT, profile.clone())?);
        match self.read_participant(profile).await {
            Ok(participant) => known.participant = Some(participant),
            Err(error) if error.is_lasting() => {
                tracing::error!(participant = %id, error = %Chain(&error), "unreadable participant");
            }
            Err(error) => return Err(error),
        }
        known.welcome = found
            .next()
            .flatten()
            // One that has ended stands in no lane; one that was let go needs nothing more.
            .filter(|row| row.contains_key("lane") && !row.contains_key(RELEASED))
            .and_then(|row| read_due(row).ok())
            .filter(|row| row.message_type == MessageType::Welcome && now <= row.expires_at)
            .map(|row| Welcome { id: welcome, row });
        Ok(true)
    }
}
