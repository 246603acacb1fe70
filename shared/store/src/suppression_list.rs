//! The list of numbers that must not be written to, with who they are (requirement A5).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::participant::Participant;
use domain::suppression::Standing;
use jiff::Timestamp;

use crate::guard::guard_holder;
use crate::item::{GUARD, PROFILE, guard_pk, iso, key, participant_pk, text};
use crate::read::readable;
use crate::suppression::{Suppressed, read_state, state_key};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "suppression list";
/// Items that one batch read takes.
const BATCH: usize = 100;

impl Store {
    /// Numbers that stand there, those last that have stood there longest; at most `limit`, behind
    /// the one that came there at this moment. From an index, so possibly stale. None as the second
    /// value on the last page.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable item is logged and left out.
    pub async fn suppressed_page(
        &self,
        standing: Standing,
        behind: Option<(Timestamp, &str)>,
        limit: u16,
    ) -> Result<(Vec<Suppressed>, bool), StoreError> {
        let start = behind.map(|(at, phone_index)| {
            let mut start = state_key(phone_index);
            start.insert("state".to_owned(), text(standing.as_str()));
            start.insert("changed_at".to_owned(), text(iso(at)));
            start
        });
        let names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let values: HashMap<String, AttributeValue> =
            HashMap::from([(":state".to_owned(), text(standing.as_str()))]);
        let output = self
            .client
            .query()
            .table_name(self.table(Table::Suppression))
            .index_name("by_state")
            .key_condition_expression("#state = :state")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(false)
            .limit(i32::from(limit.max(1)))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let has_more = output.last_evaluated_key.is_some();
        let items = output.items.unwrap_or_default().into_iter();
        Ok((readable(WHAT, items.map(read_state)), has_more))
    }

    /// Who is registered with each of these numbers, in their order; none where nobody is, or where
    /// what is stored of them cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn holders(
        &self,
        phone_indexes: &[&str],
    ) -> Result<Vec<Option<Participant>>, StoreError> {
        let table = self.table(Table::Participants);
        let mut people = Vec::with_capacity(phone_indexes.len());
        for chunk in phone_indexes.chunks(BATCH) {
            let guards: Vec<_> = chunk
                .iter()
                .map(|index| (table.clone(), key(guard_pk(index), GUARD)))
                .collect();
            let guards = self.get_all(WHAT, &guards).await?;
            let holder = |guard| readable(WHAT, std::iter::once(guard_holder(guard))).pop()?;
            let ids: Vec<_> = guards.into_iter().map(holder).collect();
            let known: Vec<_> = ids
                .iter()
                .flatten()
                .map(|id| (table.clone(), key(participant_pk(*id), PROFILE)))
                .collect();
            let mut profiles = HashMap::new();
            let found = if known.is_empty() {
                Vec::new()
            } else {
                self.get_all(WHAT, &known).await?
            };
            for item in found.into_iter().flatten() {
                match self.read_participant(item).await {
                    Ok(person) => {
                        profiles.insert(person.id, person);
                    }
                    Err(error) if error.is_lasting() => {
                        tracing::error!(error = %crate::Chain(&error), "unreadable participant");
                    }
                    Err(error) => return Err(error),
                }
            }
            people.extend(ids.into_iter().map(|id| profiles.remove(&id?)));
        }
        Ok(people)
    }
}
