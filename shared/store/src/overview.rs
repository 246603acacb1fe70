//! What else the overview shows: visitors, and what waits for a person.

use std::collections::BTreeMap;

use domain::inbox::InboxState;
use domain::message::Failure;
use domain::visit::{Source, Step};
use jiff::civil::Date;

use crate::item::{Item, single_key, text};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "overview";
/// As many as a batch read takes.
const AT_ONCE: usize = 100;

/// How many visitors took each step on one day, from wherever they came.
pub type Steps = BTreeMap<&'static str, u64>;

impl Store {
    /// The steps of visitors on these days, added up, by [`Step::as_str`].
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn visits(&self, days: &[Date]) -> Result<Steps, StoreError> {
        let table = self.table(Table::Limits);
        let wanted: Vec<_> = days
            .iter()
            .map(|day| (table.clone(), single_key("key", format!("VISITS#{day}"))))
            .collect();
        let mut steps: Steps = Step::ALL.map(|step| (step.as_str(), 0)).into();
        for wanted in wanted.chunks(AT_ONCE) {
            let days = self.get_all(WHAT, wanted).await?.into_iter().flatten();
            let days = days.map(|day| {
                let each = Step::ALL.map(|step| Ok((step.as_str(), counted(&day, step)?)));
                each.into_iter().collect::<Result<Vec<_>, StoreError>>()
            });
            for (step, more) in readable(WHAT, days).into_iter().flatten() {
                *steps.entry(step).or_default() += more;
            }
        }
        Ok(steps)
    }

    /// How many messages nobody knows of whether they arrived: at most `most` are looked at.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn unconfirmed(&self, most: usize) -> Result<usize, StoreError> {
        let question = Question {
            table: self.table(Table::NotificationsLog),
            index: Some("by_problem"),
            condition: "#problem = :problem".to_owned(),
            names: vec![("#problem", "problem")],
            values: vec![(
                ":problem",
                text(domain::message::State::Failed(Failure::Unconfirmed).reason()),
            )],
            consistent: false,
        };
        Ok(query(WHAT, &self.client, question, most).await?.len())
    }

    /// How much of what came in waits for an admin: at most `most` are looked at.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn open_inbox(&self, most: usize) -> Result<usize, StoreError> {
        let question = Question {
            table: self.table(Table::Inbox),
            index: Some("by_state"),
            condition: "#state = :open".to_owned(),
            names: vec![("#state", "state")],
            values: vec![(":open", text(InboxState::Open.as_str()))],
            consistent: false,
        };
        Ok(query(WHAT, &self.client, question, most).await?.len())
    }
}

fn counted(item: &Item, step: Step) -> Result<u64, StoreError> {
    let mut all = 0;
    for source in Source::ALL {
        let name = format!("{}_{}", step.as_str(), source.as_str());
        if let Some(value) = item.get(&name) {
            let count = value.as_n().ok().and_then(|n| n.parse::<u64>().ok());
            all += count.ok_or_else(|| StoreError::unreadable(WHAT, "a step"))?;
        }
    }
    Ok(all)
}
