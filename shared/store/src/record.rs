//! The record of a request's outcome.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::breaker::{Breaker, Fault};
use domain::ids::{NumberId, Token};
use domain::message::{DueMessage, Failure, SentAs, State, Waiting};
use domain::number::HealthRecord;
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
    /// Written, now or by an earlier try whose answer got lost; the turn was still ours.
    Ours,
    /// Row, number and breaker were written; somebody else has the turn.
    TurnLost,
    /// Nothing was written: row and turn are somebody else's.
    Gone,
    /// Nothing was written: the number or the breaker has changed since it was read. Read again
    /// and decide again.
    Moved,
}

/// What a part of the record's transaction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Row,
    Pace,
    /// Number or breaker: decided from what was read.
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

    /// Records a request's outcome in row, pace, number and breaker: together, or, if the turn or
    /// the row is somebody else's by now, what is left of it, since what happened is true whoever
    /// has them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then the lease makes the row `unconfirmed`.
    pub async fn record(
        &self,
        record: &Record<'_>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        const WHAT: &str = "record";
        let mut parts = self.parts(WHAT, record, now)?;
        loop {
            let (kinds, writes): (Vec<Part>, Vec<_>) = parts.iter().cloned().unzip();
            let refused = match transact(WHAT, &self.client, writes).await? {
                Committed::Yes if kinds.contains(&Part::Pace) => return Ok(Recorded::Ours),
                Committed::Yes => return Ok(Recorded::TurnLost),
                Committed::Refused(at) => at,
            };
            let is_refused = |at: usize| refused.contains(&at);
            let left: Vec<Part> = kinds
                .iter()
                .enumerate()
                .filter_map(|(at, kind)| (!is_refused(at)).then_some(*kind))
                .collect();
            if !left.contains(&Part::Row) && !left.contains(&Part::Pace) {
                return self.recorded_before(record).await;
            }
            let decided = |kinds: &[Part]| kinds.iter().filter(|k| **k == Part::Decided).count();
            if decided(&left) < decided(&kinds) {
                return Ok(Recorded::Moved);
            }
            // Row or turn are somebody else's, or somebody has seen to an absolved number since:
            // that stays as it is now.
            let mut at = 0;
            parts.retain(|_| {
                at += 1;
                !is_refused(at - 1)
            });
        }
    }

    fn parts(
        &self,
        what: &'static str,
        record: &Record<'_>,
        now: Timestamp,
    ) -> Result<Vec<(Part, TransactWriteItem)>, StoreError> {
        let row = self.recorded_row(record, SentAs::Accepted, now);
        let pace = set_next(self.pace(record.number_id), record.next)
            .set("next_free_at", number(record.next_free_at.as_millisecond()));
        let number_of = |id| {
            Change::of(self.table(Table::BroadcastNumbers), number_key(id))
                .when_present("number_id")
        };
        let mut parts = vec![
            (Part::Row, row),
            (Part::Pace, when_held(pace, record.token)),
        ];
        let own = number_of(record.number_id);
        let own = after_request(own, record.number, record.health, now)?;
        parts.extend(own.map(|change| (Part::Decided, change)));
        if let Some(next) = record.gateway {
            let change = gateway_change(self.table(Table::Settings), next)?;
            parts.push((Part::Decided, change));
        }
        for fault in record.absolved {
            let change = absolve(number_of(fault.number_id), fault, now)?;
            parts.push((Part::Absolved, change));
        }
        let parts = parts.into_iter();
        parts
            .map(|(part, change)| Ok((part, change.in_transaction(what)?)))
            .collect()
    }

    /// Neither row nor turn are ours: either somebody else has them, or this very record was
    /// written and its answer got lost. Its moment, drawn by chance, tells.
    async fn recorded_before(&self, record: &Record<'_>) -> Result<Recorded, StoreError> {
        let paces = self.paces(&[record.number_id]).await?;
        let at = paces.get(&record.number_id).map(|pace| pace.next_free_at);
        let ours = at.map(Timestamp::as_millisecond) == Some(record.next_free_at.as_millisecond());
        Ok(if ours { Recorded::Ours } else { Recorded::Gone })
    }
}
