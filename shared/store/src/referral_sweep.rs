//! Referral work that a crash may have left, and the index that finds it.

use domain::ids::ParticipantId;
use jiff::Timestamp;
use serde::Deserialize;

use crate::guard::guard_holder;
use crate::item::{GUARD, Iso, from_item, guard_pk, key, text};
use crate::participants::REFERRAL_SWEEP;
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::Change;
use crate::{Store, StoreError};

/// Referral work that a crash may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOver {
    /// This number has registered and others had named it before.
    Adoption {
        /// The new participant.
        referrer_id: ParticipantId,
    },
    /// A pending item whose number was not registered: nothing to do any more.
    Settled(SettledPending),
}

/// A pending item that can leave the sweep index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledPending {
    phone_index: String,
    sk: String,
}

/// A key in the sweep index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SweepKey {
    pk: String,
    sk: String,
    sweep_at: Iso,
}

impl SweepKey {
    /// Since when the work has stood there.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.sweep_at.0
    }
}

impl Store {
    /// Referral work that stands in the sweep, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable item is logged and left out.
    pub async fn referral_sweep(&self, limit: usize) -> Result<Vec<SweepKey>, StoreError> {
        let question = Question {
            table: self.table(Table::Participants),
            index: Some("sweep"),
            condition: "#lane = :lane".to_owned(),
            names: vec![("#lane", "sweep_lane")],
            values: vec![(":lane", text(REFERRAL_SWEEP))],
            consistent: false,
        };
        const WHAT: &str = "referral sweep";
        let items = query(WHAT, &self.client, question, limit).await?;
        let keys = items.into_iter().map(|item| from_item(WHAT, item));
        Ok(readable(WHAT, keys))
    }

    /// What is left to do for these: at most 100.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable guard is logged and left out.
    pub async fn left_over(&self, keys: &[SweepKey]) -> Result<Vec<LeftOver>, StoreError> {
        let table = self.table(Table::Participants);
        let wanted: Vec<_> = keys
            .iter()
            .map(|k| (table.clone(), key(k.pk.clone(), GUARD)))
            .collect();
        let guards = self.get_all("referral sweep", &wanted).await?;
        let left = keys.iter().zip(guards).map(|(item, guard)| {
            Ok(match guard_holder(guard)? {
                Some(referrer_id) => LeftOver::Adoption { referrer_id },
                None => LeftOver::Settled(SettledPending {
                    phone_index: item.pk.strip_prefix("G#").unwrap_or_default().to_owned(),
                    sk: item.sk.clone(),
                }),
            })
        });
        Ok(readable("referral sweep", left))
    }

    /// Takes a pending item out of the sweep: its number is not registered, and whoever
    /// registers it later will see the mark.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn settle_pending(&self, settled: &SettledPending) -> Result<(), StoreError> {
        Change::of(
            self.table(Table::Participants),
            key(guard_pk(&settled.phone_index), settled.sk.clone()),
        )
        .remove("sweep_lane")
        .remove("sweep_at")
        .when_present("pk")
        .apply("settle pending", &self.client)
        .await
        .map(|_| ())
    }
}
