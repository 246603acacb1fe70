//! How the kill switches are stored, with a revision, so that nobody releases what they have not seen.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::settings::Switches;
use serde::Deserialize;

use super::control::read_class;
use super::{CONTROL, SETTINGS};
use crate::item::{Item, flag, from_item, key, text};
use crate::tables::Table;
use crate::write::Change;
use crate::{Along, Store, StoreError};

const WHAT: &str = "switches";

/// The kill switches as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenSwitches {
    /// What is stopped.
    pub switches: Switches,
    /// Counts how often they were thrown.
    pub revision: u64,
}

#[derive(Debug, Deserialize)]
struct SwitchesItem {
    all_stopped: bool,
    stopped: Vec<String>,
    /// Absent in items that are older than it.
    #[serde(default)]
    revision: u64,
}

/// Absent = nothing is stopped.
pub(super) fn read_switches(item: Option<Item>) -> Result<SeenSwitches, StoreError> {
    let Some(item) = item else {
        return Ok(SeenSwitches::default());
    };
    let item: SwitchesItem = from_item(WHAT, item)?;
    let stopped = item.stopped.iter().map(|word| read_class(word));
    Ok(SeenSwitches {
        switches: Switches {
            all_stopped: item.all_stopped,
            stopped: stopped.collect::<Result<_, _>>()?,
        },
        revision: item.revision,
    })
}

impl Store {
    /// The kill switches, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn switches(&self) -> Result<SeenSwitches, StoreError> {
        let wanted = [(self.table(Table::Settings), key(SETTINGS, CONTROL))];
        let found = self.get_all(WHAT, &wanted).await?;
        read_switches(found.into_iter().next().flatten())
    }

    /// Replaces the kill switches, however they stand. The last claim under the old ones is at most
    /// 5 s later.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_switches(&self, switches: &Switches) -> Result<(), StoreError> {
        let change = self.switches_change(switches);
        change.apply(WHAT, &self.client).await?;
        Ok(())
    }

    /// The same over what was seen at `revision`, with what goes along. False if somebody else has
    /// thrown them since.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn replace_switches(
        &self,
        revision: u64,
        switches: &Switches,
        along: &Along,
    ) -> Result<bool, StoreError> {
        let change = self.switches_change(switches);
        let change = change.when_counted("revision", revision);
        self.apply_along(WHAT, change, along).await
    }

    fn switches_change(&self, switches: &Switches) -> Change {
        let stopped = switches.stopped.iter().map(|c| text(c.as_str())).collect();
        Change::of(self.table(Table::Settings), key(SETTINGS, CONTROL))
            .set("all_stopped", flag(switches.all_stopped))
            .set("stopped", AttributeValue::L(stopped))
            .count_up("revision")
    }
}
