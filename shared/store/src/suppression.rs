//! Where a number stands: the truth about who must not be written to (requirements S10, I4).

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::message::DueMessage;
use domain::participant::Participant;
use domain::suppression::{Standing, Suppression};
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{Iso, Item, STATE, from_item, iso, single_key, text};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::turn::set_aside;
use crate::write::{Change, put_new};
use crate::{Store, StoreError};

const WHAT: &str = "suppression";

/// Who moved a number, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mover {
    /// `participant`, or the admin.
    pub by: String,
    /// An admin's reason.
    pub reason: Option<String>,
    /// A word for the way, and what shows it: a keyed hash of the message's id, the inbox item's id,
    /// a keyed hash of the visitor's address, nothing for a number that was corrected. None for an
    /// admin's own act.
    pub evidence: Option<String>,
}

/// How a number came to stand where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They wrote to one of our numbers.
    Whatsapp,
    /// They wrote, and an admin said whose number it is.
    Inbox,
    /// They filled in the form again.
    Form,
    /// The stop of a participant went along to a number that was corrected.
    Carried,
    /// An admin's own act.
    Admin,
}

impl Way {
    /// The word of a [`Mover`]'s evidence where a stop goes along with a correction.
    pub const CARRIED: &'static str = "carried";

    /// As a [`Mover`]'s evidence tells it.
    pub(crate) fn of(evidence: Option<&str>) -> Self {
        let word = evidence.map(|evidence| evidence.split(' ').next().unwrap_or_default());
        match word {
            None => Self::Admin,
            Some("inbox") => Self::Inbox,
            Some("address") => Self::Form,
            Some(Self::CARRIED) => Self::Carried,
            Some(_) => Self::Whatsapp,
        }
    }

    /// `whatsapp`, `inbox`, `form`, `carried`, `admin`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Inbox => "inbox",
            Self::Form => "form",
            Self::Carried => Self::CARRIED,
            Self::Admin => "admin",
        }
    }
}

/// A number that stands somewhere else than at the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Keyed hash of the number.
    pub phone_index: String,
    /// Where it stands, since when.
    pub suppression: Suppression,
    /// Who moved it there.
    pub by: String,
    /// Why, if an admin did.
    pub reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StateItem {
    phone_index: String,
    state: String,
    changed_at: Iso,
    by: String,
    #[serde(default)]
    reason: Option<String>,
}

impl StateItem {
    pub(crate) fn read(item: Item) -> Result<Suppressed, StoreError> {
        let item: Self = from_item(WHAT, item)?;
        let standing = Standing::parse(&item.state);
        Ok(Suppressed {
            phone_index: item.phone_index,
            suppression: Suppression {
                standing: standing.ok_or_else(|| StoreError::unreadable(WHAT, "state"))?,
                changed_at: item.changed_at.0,
            },
            by: item.by,
            reason: item.reason,
        })
    }
}

pub(crate) fn read_state(item: Item) -> Result<Suppressed, StoreError> {
    StateItem::read(item)
}

pub(crate) fn state_key(phone_index: &str) -> Item {
    let mut key = single_key("phone_index", phone_index);
    key.insert("sk".to_owned(), text(STATE));
    key
}

pub(crate) fn read_suppression(item: Option<Item>) -> Result<Suppression, StoreError> {
    match item {
        Some(item) => StateItem::read(item).map(|read| read.suppression),
        None => Ok(Suppression::FREE),
    }
}

/// Only while the number stands where it was seen.
pub(crate) fn still(change: Change, seen: Suppression) -> Change {
    match seen.standing {
        Standing::Free => change.when_absent("state"),
        standing => change
            .when_equals("state", text(standing.as_str()))
            .when_equals("changed_at", text(iso(seen.changed_at))),
    }
}

impl Store {
    pub(crate) fn state(&self, phone_index: &str) -> Change {
        Change::of(self.table(Table::Suppression), state_key(phone_index))
    }

    /// Parts of a transaction: moves a number, under the conditions of `change`, and appends it
    /// to the number's history.
    pub(crate) fn moves(
        &self,
        change: Change,
        phone_index: &str,
        to: Standing,
        mover: &Mover,
        at: Timestamp,
    ) -> Result<[TransactWriteItem; 2], StoreError> {
        let change = change
            .set("state", text(to.as_str()))
            .set("changed_at", text(iso(at)))
            .set("by", text(&mover.by));
        let change = match &mover.reason {
            Some(reason) => change.set("reason", text(reason)),
            None => change.remove("reason"),
        };
        let mut entry = single_key("phone_index", phone_index);
        entry.insert("sk".into(), text(format!("H#{}#{}", iso(at), to.as_str())));
        entry.insert("by".into(), text(&mover.by));
        let more = [("reason", &mover.reason), ("evidence", &mover.evidence)];
        for (name, value) in more {
            if let Some(value) = value {
                entry.insert(name.to_owned(), text(value));
            }
        }
        let table = self.table(Table::Suppression);
        Ok([
            change.in_transaction(WHAT)?,
            put_new(WHAT, table, "phone_index", entry)?,
        ])
    }

    /// Where a number stands; read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn suppression(&self, phone_index: &str) -> Result<Suppression, StoreError> {
        let wanted = [(self.table(Table::Suppression), state_key(phone_index))];
        let found = self.get_all(WHAT, &wanted).await?;
        read_suppression(found.into_iter().next().flatten())
    }

    /// What holds for a message to somebody, of whom this is known of the number that it was decided
    /// for: they may have another one since. A lasting fault of what is read is set aside.
    pub(crate) async fn strictest(
        &self,
        then: Suppression,
        recipient: &Participant,
        message: &DueMessage,
        fault: &mut Option<StoreError>,
    ) -> Result<Suppression, StoreError> {
        if recipient.phone_index == message.target_index {
            return Ok(then);
        }
        let now = match self.suppression(&recipient.phone_index).await {
            Err(error) if !error.is_lasting() => return Err(error),
            read => set_aside(Some(read), fault),
        };
        Ok(then.stricter(now.unwrap_or(Suppression::FREE), message.cause_at))
    }

    /// The numbers that stand there, those first that have stood there longest; at most `limit`, and
    /// only those that came there after `after`. From an index, so possibly stale.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable item is logged and left out.
    pub async fn suppressed(
        &self,
        standing: Standing,
        after: Timestamp,
        limit: usize,
    ) -> Result<Vec<Suppressed>, StoreError> {
        let question = Question {
            table: self.table(Table::Suppression),
            index: Some("by_state"),
            condition: "#state = :state AND #at > :after".to_owned(),
            names: vec![("#state", "state"), ("#at", "changed_at")],
            values: vec![
                (":state", text(standing.as_str())),
                (":after", text(iso(after.max(Timestamp::UNIX_EPOCH)))),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, limit).await?;
        Ok(readable(WHAT, items.into_iter().map(StateItem::read)))
    }
}
