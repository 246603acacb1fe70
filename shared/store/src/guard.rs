//! The guard of a number: one participant at most, or the mark that it asked to stop before anybody
//! registered it. Whoever registers and whoever stops meet here, in whatever order they come.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::ParticipantId;
use serde::Deserialize;

use crate::item::{GUARD, Item, flag, from_item, guard_pk, key, text};
use crate::tables::Table;
use crate::write::Change;
use crate::{Store, StoreError};

const WHAT: &str = "phone guard";
/// Set while the number must not be written to and nobody is registered with it; a participant's
/// own item says it of everybody else.
const STOPPED: &str = "stopped";

/// What a guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Nobody has registered the number.
    Free,
    /// Nobody has, and it must not be written to.
    Stopped,
    /// A participant has it.
    Held(ParticipantId),
}

impl Guard {
    /// Who has the number.
    #[must_use]
    pub fn holder(self) -> Option<ParticipantId> {
        match self {
            Self::Held(id) => Some(id),
            Self::Free | Self::Stopped => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct GuardItem {
    #[serde(default)]
    participant_id: Option<ParticipantId>,
    #[serde(default)]
    stopped: bool,
}

pub(crate) fn read_guard(item: Option<Item>) -> Result<Guard, StoreError> {
    let Some(item) = item else {
        return Ok(Guard::Free);
    };
    let item: GuardItem = from_item(WHAT, item)?;
    match (item.participant_id, item.stopped) {
        (Some(id), false) => Ok(Guard::Held(id)),
        (None, true) => Ok(Guard::Stopped),
        (Some(_), true) | (None, false) => Err(StoreError::unreadable(WHAT, STOPPED)),
    }
}

pub(crate) fn guard_holder(item: Option<Item>) -> Result<Option<ParticipantId>, StoreError> {
    read_guard(item).map(Guard::holder)
}

impl Store {
    /// Part of a transaction: takes the guard from what it was seen to say to what it is to say.
    pub(crate) fn guard(
        &self,
        phone_index: &str,
        seen: Guard,
        next: Guard,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = self.seen_guard(phone_index, seen);
        match next {
            Guard::Free => change.deletion(WHAT),
            Guard::Stopped => change
                .set(STOPPED, flag(true))
                .remove("participant_id")
                .in_transaction(WHAT),
            Guard::Held(id) => change
                .set("participant_id", text(id.to_string()))
                .remove(STOPPED)
                .in_transaction(WHAT),
        }
    }

    /// Part of a transaction: the guard says what it was seen to say.
    pub(crate) fn guard_stands(
        &self,
        phone_index: &str,
        seen: Guard,
    ) -> Result<TransactWriteItem, StoreError> {
        self.seen_guard(phone_index, seen).check(WHAT)
    }

    fn seen_guard(&self, phone_index: &str, seen: Guard) -> Change {
        let guard = key(guard_pk(phone_index), GUARD);
        let change = Change::of(self.table(Table::Participants), guard);
        match seen {
            Guard::Free => change.when_absent("pk"),
            Guard::Stopped => change
                .when_equals(STOPPED, flag(true))
                .when_absent("participant_id"),
            Guard::Held(id) => change.when_equals("participant_id", text(id.to_string())),
        }
    }
}
