use std::collections::HashMap;

use domain::ids::{NumberId, Token};
use domain::pace::{History, LEASE, Pace, Phase};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::item::{Item, binary, from_item, millis, number, single_key, text, to_item};
use crate::read::readable;
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

const WHAT: &str = "pace";

#[derive(Debug, Serialize, Deserialize)]
struct PaceItem {
    number_id: NumberId,
    state: String,
    turn: u64,
    due: i64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    token: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lease_end: Option<i64>,
    next_free_at: i64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    last_used_at: Option<i64>,
    history: ByteBuf,
    history_base: i64,
    day: jiff::civil::Date,
    day_count: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ramp_since: Option<jiff::civil::Date>,
}

/// What the fence answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fenced {
    /// The turn is ours until the lease ends.
    Held(Pace),
    /// The turn is real but not due yet.
    Early(Timestamp),
    /// Not (or no longer) this number's turn: somebody else has it or had it.
    Stale,
}

pub(crate) fn pace_key(id: NumberId) -> Item {
    single_key("number_id", id.to_string())
}

pub(crate) fn pace_item(pace: &Pace) -> Result<Item, StoreError> {
    let (history_base, history) = pace.history.pack();
    let (state, due, token, lease_end) = match pace.phase {
        Phase::Idle => ("idle", 0, None, None),
        Phase::Armed { due } => ("armed", due.as_millisecond(), None, None),
        Phase::Held { token, lease_end } => {
            ("held", 0, Some(token), Some(lease_end.as_millisecond()))
        }
    };
    to_item(
        WHAT,
        &PaceItem {
            number_id: pace.number_id,
            state: state.to_owned(),
            turn: pace.turn,
            due,
            token,
            lease_end,
            next_free_at: pace.next_free_at.as_millisecond(),
            last_used_at: pace.last_used_at.map(Timestamp::as_millisecond),
            history: ByteBuf::from(history),
            history_base,
            day: pace.day,
            day_count: pace.day_count,
            ramp_since: pace.ramp_since,
        },
    )
}

fn read_pace(item: Item) -> Result<Pace, StoreError> {
    let item: PaceItem = from_item(WHAT, item)?;
    let phase = match (item.state.as_str(), item.token, item.lease_end) {
        ("idle", _, _) => Phase::Idle,
        ("armed", _, _) => Phase::Armed {
            due: millis(WHAT, item.due)?,
        },
        ("held", Some(token), Some(end)) => Phase::Held {
            token,
            lease_end: millis(WHAT, end)?,
        },
        (other, _, _) => return Err(StoreError::unreadable(WHAT, format!("state {other:?}"))),
    };
    Ok(Pace {
        number_id: item.number_id,
        phase,
        turn: item.turn,
        next_free_at: millis(WHAT, item.next_free_at)?,
        last_used_at: item.last_used_at.map(|at| millis(WHAT, at)).transpose()?,
        history: History::unpack(item.history_base, &item.history)
            .map_err(|e| StoreError::unreadable(WHAT, e))?,
        day: item.day,
        day_count: item.day_count,
        ramp_since: item.ramp_since,
    })
}

fn set_armed(change: Change, turn: u64, due: Timestamp) -> Change {
    change
        .set("state", text("armed"))
        .set("turn", number(turn))
        .set("due", number(due.as_millisecond()))
        .remove("token")
        .remove("lease_end")
}

fn set_idle(change: Change) -> Change {
    change
        .set("state", text("idle"))
        .remove("token")
        .remove("lease_end")
}

/// What a number does after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTurn {
    /// Another turn, due then.
    Armed {
        /// Its number.
        turn: u64,
        /// From when it may be taken.
        due: Timestamp,
    },
    /// None until the dispatcher arms one.
    Idle,
}

pub(crate) fn set_next(change: Change, next: NextTurn) -> Change {
    match next {
        NextTurn::Armed { turn, due } => set_armed(change, turn, due),
        NextTurn::Idle => set_idle(change),
    }
}

/// Caps and the next free moment as of `pace`: what a permit writes, and what giving it back restores.
pub(crate) fn set_caps(change: Change, pace: &Pace) -> Change {
    let (base, history) = pace.history.pack();
    let change = change
        .set("next_free_at", number(pace.next_free_at.as_millisecond()))
        .set("history", binary(history))
        .set("history_base", number(base))
        .set("day", text(pace.day.to_string()))
        .set("day_count", number(pace.day_count));
    let change = match pace.last_used_at {
        Some(at) => change.set("last_used_at", number(at.as_millisecond())),
        None => change.remove("last_used_at"),
    };
    match pace.ramp_since {
        Some(day) => change.set("ramp_since", text(day.to_string())),
        None => change.remove("ramp_since"),
    }
}

pub(crate) fn when_held(change: Change, token: Token) -> Change {
    change
        .when_equals("state", text("held"))
        .when_equals("token", text(token.to_string()))
}

impl Store {
    pub(crate) fn pace(&self, id: NumberId) -> Change {
        Change::of(self.table(Table::Pace), pace_key(id))
    }

    /// The paces of these numbers, consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. A pace that is missing or unreadable is
    /// logged and left out, and its number with it.
    pub async fn paces(&self, ids: &[NumberId]) -> Result<HashMap<NumberId, Pace>, StoreError> {
        let table = self.table(Table::Pace);
        let wanted: Vec<_> = ids
            .iter()
            .map(|id| (table.clone(), pace_key(*id)))
            .collect();
        let mut paces = HashMap::new();
        for chunk in wanted.chunks(100) {
            let found = self.get_all(WHAT, chunk).await?.into_iter().map(|item| {
                read_pace(item.ok_or_else(|| StoreError::unreadable(WHAT, "missing"))?)
            });
            paces.extend(
                readable(WHAT, found)
                    .into_iter()
                    .map(|pace| (pace.number_id, pace)),
            );
        }
        Ok(paces)
    }

    /// Arms the turn after `seen`, if the number still stands as it was seen: idle, or armed for
    /// later. So a wake and a tick at once start one chain; the queue message of a turn that was
    /// armed for later finds a newer turn and ends.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn arm(&self, seen: &Pace, due: Timestamp) -> Result<bool, StoreError> {
        let state = match seen.phase {
            Phase::Idle => "idle",
            Phase::Armed { .. } => "armed",
            Phase::Held { .. } => return Ok(false),
        };
        let change = set_armed(self.pace(seen.number_id), seen.turn + 1, due)
            .when_equals("state", text(state))
            .when_equals("turn", number(seen.turn));
        Ok(matches!(
            change.apply("arm", &self.client).await?,
            Applied::Done(_)
        ))
    }

    /// armed → held, only for this turn and only once it is due.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn fence(
        &self,
        id: NumberId,
        turn: u64,
        token: Token,
        now: Timestamp,
    ) -> Result<Fenced, StoreError> {
        let lease_end = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let change = self
            .pace(id)
            .set("state", text("held"))
            .set("token", text(token.to_string()))
            .set("lease_end", number(lease_end.as_millisecond()))
            .when_equals("state", text("armed"))
            .when_equals("turn", number(turn))
            .when_at_most("due", number(now.as_millisecond()));
        match change.apply("fence", &self.client).await? {
            Applied::Done(item) => Ok(Fenced::Held(read_pace(item)?)),
            Applied::Refused(None) => Ok(Fenced::Stale),
            Applied::Refused(Some(item)) => {
                let pace = read_pace(item)?;
                match pace.phase {
                    // Our own fence, whose answer got lost on its first way.
                    Phase::Held { token: holder, .. } if holder == token => Ok(Fenced::Held(pace)),
                    Phase::Armed { due } if pace.turn == turn && due > now => {
                        Ok(Fenced::Early(due))
                    }
                    _ => Ok(Fenced::Stale),
                }
            }
        }
    }

    /// held → what comes next, if the turn is still ours.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn end_turn(
        &self,
        id: NumberId,
        token: Token,
        next: NextTurn,
    ) -> Result<bool, StoreError> {
        let change = when_held(set_next(self.pace(id), next), token);
        Ok(matches!(
            change.apply("end turn", &self.client).await?,
            Applied::Done(_)
        ))
    }

    /// A held turn past its lease becomes armed(turn + 1), if it is still that one. Returns when
    /// the new turn is due.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn take_over(
        &self,
        pace: &Pace,
        token: Token,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let after = now.max(pace.next_free_at);
        let due = after
            .saturating_add(SignedDuration::from_secs(1))
            .unwrap_or(after);
        let next = NextTurn::Armed {
            turn: pace.turn + 1,
            due,
        };
        let taken = self.end_turn(pace.number_id, token, next).await?;
        Ok(taken.then_some(due))
    }
}
