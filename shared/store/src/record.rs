//! The record of a request's outcome.

use domain::breaker::{Breaker, Fault};
use domain::ids::{NumberId, Token};
use domain::message::{DueMessage, Failure, SentAs, State, Waiting};
use domain::number::HealthRecord;
use domain::pace::Phase;
use domain::reaction::{AfterMessage, AfterNumber};
use jiff::Timestamp;

use crate::gateway::gateway_change;
use crate::health::{absolve, after_request};
use crate::item::{number, text};
use crate::messages::{ended, waiting};
use crate::numbers::number_key;
use crate::pace::{NextTurn, set_next, when_held};
use crate::tables::Table;
use crate::write::{Change, Committed, transact};
use crate::{Store, StoreError};

/// What a request's outcome writes: row, pace and number together.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The row.
    pub message: &'a DueMessage,
    /// The number.
    pub number_id: NumberId,
    /// The turn's token.
    pub token: Token,
    /// What becomes of the row.
    pub after: AfterMessage,
    /// What becomes of the number.
    pub number: AfterNumber,
    /// The number's health afterwards; none if it does not change.
    pub health: Option<&'a HealthRecord>,
    /// The gateway's breaker afterwards; none if it does not change.
    pub gateway: Option<&'a Breaker>,
    /// Numbers that were blamed for what was the gateway's fault.
    pub absolved: &'a [Fault],
    /// The outcome's label for the log.
    pub answer: &'static str,
    /// Version of the template that was rendered; 0 = the default that is built in.
    pub template_version: u32,
    /// End of the request plus the gap.
    pub next_free_at: Timestamp,
    /// What the number does next.
    pub next: NextTurn,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Written; the turn was still ours.
    Ours,
    /// Row, number and breaker were written; somebody else has the turn.
    TurnLost,
    /// Nothing was written: the row was decided before, and somebody else has the turn.
    RowGone,
    /// Nothing was written: the number or the breaker has changed since it was read. Read again
    /// and decide again.
    Moved,
}

/// A part of the record's transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Row,
    Pace,
    /// The number that sent, or the breaker: decided from what was read.
    Decided,
    Absolved,
}

impl Store {
    /// The row once its outcome is known; `sent_as` is how it reads if it left.
    pub(crate) fn recorded_row(
        &self,
        record: &Record<'_>,
        sent_as: SentAs,
        now: Timestamp,
    ) -> Change {
        let message = record.message;
        let change = self
            .message(message.id)
            .set("gateway_answer", text(record.answer))
            .set("template_version", number(record.template_version))
            .when_equals("token", text(record.token.to_string()))
            // A late result may still correct a row that its lease made unconfirmed.
            .when_one_of(
                "reason",
                &[
                    State::Queued(Waiting::Sending).reason(),
                    State::Failed(Failure::Unconfirmed).reason(),
                ],
            );
        match record.after {
            AfterMessage::Sent => ended(change, State::Sent(sent_as), now)
                .set("attempts", number(message.attempts + 1))
                .remove("problem")
                .remove("failed_at"),
            AfterMessage::Failed(failure) => ended(change, State::Failed(failure), now)
                .set("attempts", number(message.attempts + 1)),
            AfterMessage::Again { not_before, counts } => waiting(
                change,
                &message.lane,
                Waiting::Retry,
                not_before,
                not_before,
            )
            .set("attempts", number(message.attempts + u32::from(counts)))
            .remove("token")
            .remove("lease_end")
            .remove("grouped_in")
            .remove("ttl")
            .remove("problem")
            .remove("failed_at"),
        }
    }

    /// Records a request's outcome in row, pace, number and breaker, all or nothing. Only the pace
    /// stays out if somebody else has the turn: what happened is true whoever has it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then the lease makes the row `unconfirmed`.
    pub async fn record(
        &self,
        record: &Record<'_>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        const WHAT: &str = "record";
        let row = self.recorded_row(record, SentAs::Accepted, now);
        let pace = set_next(self.pace(record.number_id), record.next)
            .set("next_free_at", number(record.next_free_at.as_millisecond()));
        let number_of = |id| {
            Change::of(self.table(Table::BroadcastNumbers), number_key(id))
                .when_present("number_id")
        };
        let mut parts = vec![
            (Part::Row, row.in_transaction(WHAT)?),
            (
                Part::Pace,
                when_held(pace, record.token).in_transaction(WHAT)?,
            ),
        ];
        let own = number_of(record.number_id);
        if let Some(change) = after_request(own, record.number, record.health, now)? {
            parts.push((Part::Decided, change.in_transaction(WHAT)?));
        }
        if let Some(next) = record.gateway {
            let change = gateway_change(self.table(Table::Settings), next)?;
            parts.push((Part::Decided, change.in_transaction(WHAT)?));
        }
        for fault in record.absolved {
            let change = absolve(number_of(fault.number_id), fault, now)?;
            parts.push((Part::Absolved, change.in_transaction(WHAT)?));
        }
        let mut recorded = Recorded::Ours;
        loop {
            let items = parts.iter().map(|(_, item)| item.clone()).collect();
            let refused = match transact(WHAT, &self.client, items).await? {
                Committed::Yes => return Ok(recorded),
                Committed::Refused(at) => at,
            };
            let is_refused = |part| {
                let mut refused = refused.iter().filter_map(|at| parts.get(*at));
                refused.any(|(one, _)| *one == part)
            };
            let without = match (is_refused(Part::Row), is_refused(Part::Pace)) {
                (true, true) if self.went_through(record).await? => return Ok(Recorded::Ours),
                (true, true) => return Ok(Recorded::RowGone),
                (true, false) if recorded == Recorded::TurnLost => return Ok(Recorded::RowGone),
                (true, false) => Part::Row,
                (false, true) => {
                    recorded = Recorded::TurnLost;
                    Part::Pace
                }
                (false, false) if is_refused(Part::Decided) => return Ok(Recorded::Moved),
                // Somebody has seen to those numbers since: they stay as they are now.
                (false, false) => {
                    for at in refused.iter().rev() {
                        parts.remove(*at);
                    }
                    continue;
                }
            };
            parts.retain(|(part, _)| *part != without);
        }
    }

    /// Whether this very record was written before and only the answer got lost: the end of the
    /// request plus the gap stands in the pace to the millisecond, and the turn after it waits.
    async fn went_through(&self, record: &Record<'_>) -> Result<bool, StoreError> {
        let paces = self.paces(&[record.number_id]).await?;
        Ok(paces.get(&record.number_id).is_some_and(|pace| {
            let is_next = match (record.next, pace.phase) {
                (NextTurn::Armed { turn, due }, Phase::Armed { due: stored }) => {
                    pace.turn == turn && stored.as_millisecond() == due.as_millisecond()
                }
                (NextTurn::Idle, Phase::Idle) => true,
                _ => false,
            };
            is_next && pace.next_free_at.as_millisecond() == record.next_free_at.as_millisecond()
        }))
    }
}
