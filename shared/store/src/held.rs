//! Welcomes above the ceiling (requirement L8): counted by day, held, let go.

use domain::ids::MessageId;
use domain::lane::Lane;
use domain::message::{DueMessage, State, Waiting};
use domain::zone::next_wib_day;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::item::{iso, number, single_key, text};
use crate::messages::{home, read_due, waiting, with_state};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

/// Set once a chat or an admin has let a row go: no ceiling holds it again.
pub(crate) const RELEASED: &str = "released_at";

/// Takes a row out of its lane unless it was let go. In the held lane rows stand by the end of
/// their use, so that the sweep sees the first to expire first.
pub(crate) fn held(change: Change, expires_at: Timestamp) -> Change {
    with_state(change, State::Queued(Waiting::Held))
        .set("lane", text(Lane::Held.partition()))
        .set("due_key", text(iso(expires_at)))
        .remove("expected_at")
        .when_absent(RELEASED)
}

fn cold_key(day: Date) -> String {
    format!("COLD#{day}")
}

impl Store {
    /// Counts a cold welcome on this day, WIB; false if `limit` of them are counted already.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; it may be counted then.
    pub async fn count_cold(
        &self,
        day: Date,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let forget_at = next_wib_day(now)
            .saturating_add(SignedDuration::from_hours(24))
            .unwrap_or(Timestamp::MAX);
        self.count_under(cold_key(day), limit, forget_at.as_second())
            .await
    }

    /// Takes one back that was counted and surely not accepted.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn uncount_cold(&self, day: Date) -> Result<(), StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(self.table(Table::Limits))
            .set_key(Some(single_key("key", cold_key(day))))
            .update_expression("SET #n = #n - :one")
            .condition_expression("#n >= :one")
            .expression_attribute_names("#n", "n")
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(e) if e.is_conditional_check_failed_exception() => Ok(()),
                _ => Err(StoreError::database("cold welcomes")(error)),
            },
        }
    }

    /// Lets a row go that is held, or that would be: no ceiling counts for it any more. `expected`
    /// says when a message with a cause of that moment may leave. Returns whether it was held and waits in its lane now.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then it is to be repeated.
    pub async fn release(
        &self,
        id: MessageId,
        expected: impl Fn(Timestamp) -> Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "release";
        // First the mark, then the lane: once it is marked, no turn that has it can hold it.
        let marked = self
            .message(id)
            .set(RELEASED, text(iso(now)))
            .when_equals("status", text(State::Queued(Waiting::Held).status()));
        let row = match marked.apply(WHAT, &self.client).await? {
            Applied::Done(item) if item.get("lane") == Some(&text(Lane::Held.partition())) => {
                read_due(item)?
            }
            Applied::Done(_) | Applied::Refused(_) => return Ok(false),
        };
        let expected = expected(row.cause_at);
        let why = if expected > now {
            Waiting::Window
        } else {
            Waiting::Number
        };
        let moved = waiting(self.message(id), &home(&row), why, now, expected)
            .when_equals("lane", text(Lane::Held.partition()));
        Ok(matches!(
            moved.apply(WHAT, &self.client).await?,
            Applied::Done(_)
        ))
    }

    /// The held rows that expire first, at most `limit`. From an index, so possibly stale.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn held(&self, limit: usize) -> Result<Vec<DueMessage>, StoreError> {
        self.due(&Lane::Held, Timestamp::MIN, Timestamp::MAX, limit)
            .await
    }
}
