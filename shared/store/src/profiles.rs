//! A participant's own item as an admin sees and changes it.

use domain::ids::ParticipantId;
use domain::participant::{JoinStatus, Participant};
use domain::people::Facts;
use serde::Deserialize;

use crate::item::{Item, PROFILE, from_item, key, participant_pk};
use crate::tables::Table;
use crate::{Chain, Store, StoreError};

const WHAT: &str = "participant";
/// As many as a batch read takes.
pub(crate) const AT_ONCE: usize = 100;

/// A participant with what only admins look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// They.
    pub participant: Participant,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// How often their data was corrected. A stop, a place among the invited or a chat do not count:
    /// nobody who corrects a name has to look again for these.
    pub revision: u64,
}

impl Profile {
    /// What a filter asks about.
    #[must_use]
    pub fn facts<'a>(&'a self, city_key: &'a str) -> Facts<'a> {
        let person = &self.participant;
        Facts {
            name: person.name.as_str(),
            city_key,
            registered_at: person.registered_at,
            referrer: person.referrer_id,
            status: self.status,
            unsubscribed: person.unsubscribed,
            event_id: person.event_id,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Besides {
    status: String,
    #[serde(default)]
    revision: u64,
}

impl Store {
    pub(crate) async fn read_profile(&self, item: Item) -> Result<Profile, StoreError> {
        let besides: Besides = from_item(WHAT, item.clone())?;
        let status = JoinStatus::parse(&besides.status);
        Ok(Profile {
            status: status.ok_or_else(|| StoreError::unreadable(WHAT, "status"))?,
            revision: besides.revision,
            participant: self.read_participant(item).await?,
        })
    }

    /// Those that can be read. One that never can be is an error in the log, and the others go on
    /// without it.
    pub(crate) async fn read_profiles(&self, items: Vec<Item>) -> Result<Vec<Profile>, StoreError> {
        let mut profiles = Vec::with_capacity(items.len());
        for item in items {
            match self.read_profile(item).await {
                Ok(profile) => profiles.push(profile),
                Err(error) if error.is_lasting() => {
                    tracing::error!(what = WHAT, error = %Chain(&error), "unreadable item");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(profiles)
    }

    /// A participant as an admin sees them, read consistently; none once erased.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn profile(&self, id: ParticipantId) -> Result<Option<Profile>, StoreError> {
        let table = self.table(Table::Participants);
        let wanted = [(table, key(participant_pk(id), PROFILE))];
        let found = self.get_all(WHAT, &wanted).await?;
        match found.into_iter().next().flatten() {
            Some(item) => self.read_profile(item).await.map(Some),
            None => Ok(None),
        }
    }

    /// These participants in their order, read consistently; who was erased or cannot be read is
    /// missing, the latter with an error in the log. At most 100.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn profiles(&self, ids: &[ParticipantId]) -> Result<Vec<Profile>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.table(Table::Participants);
        let ids = ids.iter().take(AT_ONCE);
        let wanted: Vec<_> = ids
            .map(|id| (table.clone(), key(participant_pk(*id), PROFILE)))
            .collect();
        let found = self.get_all(WHAT, &wanted).await?;
        self.read_profiles(found.into_iter().flatten().collect())
            .await
    }
}
