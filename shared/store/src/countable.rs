//! Rows that are counted, and what they are counted in, as they stand in their tables.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::counting::{Facts, Outcome, Share, of_erased, of_message, of_participant};
use domain::ids::{MessageId, ParticipantId};
use domain::participant::JoinStatus;
use jiff::Timestamp;

use crate::item::{ERASED, Item, PROFILE, key, participant_pk, single_key};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "counted row";

/// A row that is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Countable {
    /// A participant.
    Profile(ParticipantId),
    /// What is left of an erased one.
    Erased(ParticipantId),
    /// A message.
    Message(MessageId),
}

impl Countable {
    /// The row that has this key, if rows of its kind are counted. Takes an item or its key.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the key is one of a counted row and holds no id.
    pub(crate) fn of_key(table: Table, item: &Item) -> Result<Option<Self>, StoreError> {
        match table {
            Table::Participants => {
                let sk = attribute(item, "sk")?;
                if sk != PROFILE && sk != ERASED {
                    return Ok(None);
                }
                let id = attribute(item, "pk")?.strip_prefix("P#").map(str::parse);
                let Some(Ok(id)) = id else {
                    return Err(StoreError::unreadable(WHAT, "pk"));
                };
                Ok(Some(match sk {
                    PROFILE => Self::Profile(id),
                    _ => Self::Erased(id),
                }))
            }
            Table::NotificationsLog => {
                let id = attribute(item, "id")?.parse();
                let id = id.map_err(|_| StoreError::unreadable(WHAT, "id"))?;
                Ok(Some(Self::Message(id)))
            }
            _ => Ok(None),
        }
    }

    /// The row whose mark has this key.
    pub(crate) fn of_mark(pk: &str) -> Option<Self> {
        let (kind, id) = pk.strip_prefix("MARK#")?.split_once('#')?;
        match kind {
            "P" => id.parse().ok().map(Self::Profile),
            "E" => id.parse().ok().map(Self::Erased),
            "M" => id.parse().ok().map(Self::Message),
            _ => None,
        }
    }

    pub(crate) fn mark_pk(&self) -> String {
        match self {
            Self::Profile(id) => format!("MARK#P#{id}"),
            Self::Erased(id) => format!("MARK#E#{id}"),
            Self::Message(id) => format!("MARK#M#{id}"),
        }
    }

    fn row_key(&self) -> (Table, Item) {
        match self {
            Self::Profile(id) => (Table::Participants, key(participant_pk(*id), PROFILE)),
            Self::Erased(id) => (Table::Participants, key(participant_pk(*id), ERASED)),
            Self::Message(id) => (Table::NotificationsLog, single_key("id", id.to_string())),
        }
    }

    /// What the row is counted in as it stands in this item. An error names the attribute alone.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    pub(crate) fn share(&self, item: &Item) -> Result<Share, StoreError> {
        let invited_by = || -> Result<Option<ParticipantId>, StoreError> {
            // A link gives no place yet.
            if !item.contains_key("referrer_sequence") {
                return Ok(None);
            }
            let id = attribute(item, "referrer_id")?.parse();
            id.map(Some)
                .map_err(|_| StoreError::unreadable(WHAT, "referrer_id"))
        };
        match self {
            Self::Profile(_) => {
                let status = JoinStatus::parse(attribute(item, "status")?);
                let unsubscribed = match item.get("unsubscribed") {
                    Some(AttributeValue::Bool(value)) => *value,
                    _ => return Err(StoreError::unreadable(WHAT, "unsubscribed")),
                };
                Ok(of_participant(&Facts {
                    registered_at: moment(item, "registered_at")?,
                    reg_key: attribute(item, "reg_key")?,
                    name: attribute(item, "name")?,
                    city_key: attribute(item, "city_key")?,
                    status: status.ok_or_else(|| StoreError::unreadable(WHAT, "status"))?,
                    unsubscribed,
                    invited_by: invited_by()?,
                }))
            }
            Self::Erased(_) => Ok(of_erased(moment(item, "registered_at")?, invited_by()?)),
            Self::Message(_) => {
                let outcome = Outcome::parse(attribute(item, "status")?);
                let outcome = outcome.ok_or_else(|| StoreError::unreadable(WHAT, "status"))?;
                Ok(of_message(moment(item, "created_at")?, outcome))
            }
        }
    }
}

fn attribute<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, StoreError> {
    match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value),
        _ => Err(StoreError::unreadable(WHAT, name)),
    }
}

fn moment(item: &Item, name: &'static str) -> Result<Timestamp, StoreError> {
    let at = attribute(item, name)?.parse();
    at.map_err(|_| StoreError::unreadable(WHAT, name))
}

impl Store {
    /// What these rows are to be counted in; read consistently, in their order, nothing for one
    /// that is gone. At most 100.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the single answers, if a row is unreadable.
    pub async fn shares(
        &self,
        rows: &[Countable],
    ) -> Result<Vec<Result<Share, StoreError>>, StoreError> {
        let wanted: Vec<_> = rows
            .iter()
            .map(Countable::row_key)
            .map(|(table, key)| (self.table(table), key))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_all(WHAT, &wanted).await?;
        Ok(rows
            .iter()
            .zip(found)
            .map(|(row, item)| item.map_or_else(|| Ok(Share::default()), |item| row.share(&item)))
            .collect())
    }
}
