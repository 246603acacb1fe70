//! An admin lifts a stop (requirement I4).

use domain::suppression::{Standing, Suppression};
use jiff::Timestamp;

use crate::guard::Guard;
use crate::item::{PROFILE, flag, key, participant_pk, text};
use crate::suppression::{Mover, still};
use crate::tables::Table;
use crate::write::{Change, Committed};
use crate::{Along, Correspondent, Store, StoreError};

/// What became of a lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifting {
    /// Done.
    Done,
    /// The number stands somewhere else by now; nothing was written.
    StandsElsewhere,
    /// Somebody registered it or was erased in between; nothing was written: read again.
    Moved,
}

impl Store {
    /// Lifts the stop that was seen, with who is registered or the mark that nobody is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn lift(
        &self,
        known: &Correspondent,
        seen: Suppression,
        mover: &Mover,
        at: Timestamp,
    ) -> Result<Lifting, StoreError> {
        let nothing = Along::nothing();
        self.lift_along(known, seen, mover, at, &nothing).await
    }

    /// The same with what goes along.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn lift_along(
        &self,
        known: &Correspondent,
        seen: Suppression,
        mover: &Mover,
        at: Timestamp,
        along: &Along,
    ) -> Result<Lifting, StoreError> {
        const WHAT: &str = "lift";
        const STATE_AT: usize = 0;
        let state = still(self.state(&known.phone_index), seen);
        let parts = self.moves(state, &known.phone_index, Standing::Lifted, mover, at)?;
        let mut parts = Vec::from(parts);
        parts.push(match known.holder {
            Some(id) => Change::of(
                self.table(Table::Participants),
                key(participant_pk(id), PROFILE),
            )
            .set("unsubscribed", flag(false))
            // Whoever has another number by now is not meant.
            .when_equals("phone_index", text(&known.phone_index))
            .in_transaction(WHAT)?,
            None => self.guard(&known.phone_index, known.guard, Guard::Free)?,
        });
        Ok(match self.transact_along(WHAT, parts, along).await? {
            Committed::Yes => Lifting::Done,
            refused if refused.refused_at(STATE_AT) => Lifting::StandsElsewhere,
            Committed::Refused(_) => Lifting::Moved,
        })
    }
}
