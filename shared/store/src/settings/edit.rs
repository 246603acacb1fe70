//! Settings as a person changes them: whatever is changed together is written together, and only
//! over what was seen.

use domain::landing::LandingTexts;
use domain::settings::{Contact, Settings};
use jiff::Timestamp;
use serde::Deserialize;

use super::switches::{SeenSwitches, read_switches};
use super::{CONTACT, CONTROL, SETTINGS, WHAT, settings_item};
use crate::item::{from_item, key, number, to_item};
use crate::landing::{LANDING, landing_item, read_landing};
use crate::tables::Table;
use crate::write::{Change, Committed, put_over};
use crate::{Along, Store, StoreError};

/// The item that counts the changes by people.
const EDITS: &str = "EDITS";

/// Everything that is set, and how often it was changed.
#[derive(Debug, Clone)]
pub struct Everything {
    /// Counts the changes by people.
    pub revision: u64,
    /// The settings.
    pub settings: Settings,
    /// The kill switches, which have a revision of their own.
    pub switches: SeenSwitches,
    /// Where people are sent after registering.
    pub contact: Option<Contact>,
    /// The landing page's own texts.
    pub landing: LandingTexts,
}

/// What is to be replaced; none stays.
#[derive(Debug, Clone, Default)]
pub struct Replaced<'a> {
    /// The settings.
    pub settings: Option<&'a Settings>,
    /// Where people are sent after registering.
    pub contact: Option<&'a Contact>,
    /// The landing page's own texts.
    pub landing: Option<&'a LandingTexts>,
}

#[derive(Debug, Default, Deserialize)]
struct EditsItem {
    revision: u64,
}

impl Store {
    /// Everything that is set, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or an item is unreadable.
    pub async fn everything_set(&self) -> Result<Everything, StoreError> {
        let table = self.table(Table::Settings);
        // First: whoever writes over this revision knows that nothing has changed since, whatever
        // was read after it.
        let edits = [(table.clone(), key(SETTINGS, EDITS))];
        let edits = self.get_all(WHAT, &edits).await?.into_iter().next();
        let edits: EditsItem = match edits.flatten() {
            Some(item) => from_item(WHAT, item)?,
            None => EditsItem::default(),
        };
        let steering = self.steering().await?;
        let wanted = [
            (table.clone(), key(SETTINGS, CONTACT)),
            (table.clone(), key(SETTINGS, LANDING)),
            (table, key(SETTINGS, CONTROL)),
        ];
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let contact = match found.next().flatten() {
            Some(item) => Some(self.read_contact(item).await?),
            None => None,
        };
        let landing = read_landing(found.next().flatten())?;
        Ok(Everything {
            revision: edits.revision,
            settings: steering.settings,
            switches: read_switches(found.next().flatten())?,
            contact,
            landing,
        })
    }

    /// Replaces what is given, all or nothing, as it was seen at `revision`, and writes what goes
    /// along. False if somebody else changed anything since.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn replace_settings(
        &self,
        revision: u64,
        replaced: &Replaced<'_>,
        now: Timestamp,
        along: &Along,
    ) -> Result<bool, StoreError> {
        let table = self.table(Table::Settings);
        let edits = Change::of(table.clone(), key(SETTINGS, EDITS))
            .set("revision", number(revision + 1))
            .when_counted("revision", revision);
        let mut parts = vec![edits.in_transaction(WHAT)?];
        if let Some(settings) = replaced.settings {
            let item = to_item(WHAT, &settings_item(settings))?;
            parts.push(put_over(WHAT, table.clone(), item)?);
        }
        if let Some(contact) = replaced.contact {
            let item = to_item(WHAT, &self.contact_item(contact, now).await?)?;
            parts.push(put_over(WHAT, table.clone(), item)?);
        }
        if let Some(landing) = replaced.landing {
            let item = to_item(WHAT, &landing_item(landing))?;
            parts.push(put_over(WHAT, table, item)?);
        }
        Ok(self.transact_along(WHAT, parts, along).await? == Committed::Yes)
    }
}
