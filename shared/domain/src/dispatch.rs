//! Which numbers get a turn, and when: the dispatcher's decision as a value.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::ids::NumberId;
use crate::message::Class;
use crate::number::Number;
use crate::pace::{HORIZON, MaySend, Pace, Phase, may_send};
use crate::reserve::Reserves;
use crate::settings::Strategy;

/// A worse-ranked number takes only rows that have been sendable this long per rank (requirement
/// S1), so that it helps out when better ones are busy.
const RANK_DELAY_S: i64 = 10;

/// A number with its pace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// Settings and health.
    pub number: Number,
    /// Turns and caps.
    pub pace: Pace,
}

/// A message that waits, as far as planning needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// From when it may be sent.
    pub from: Timestamp,
    /// Its class.
    pub class: Class,
    /// The only number that may send it, if it waits for one.
    pub only: Option<NumberId>,
}

/// Give this number a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arm {
    /// Which.
    pub number_id: NumberId,
    /// Its turn may be taken from then on.
    pub due: Timestamp,
}

/// How long rows must have been sendable before a number of this priority takes them.
///
/// Ranks count only the priorities of numbers that are healthy with cap left, so that a worse
/// number helps at once when no better one can. Under [`Strategy::Random`] nobody waits.
#[must_use]
pub fn row_age_for(
    number: &Number,
    class: Class,
    runners: &[Runner],
    reserves: &Reserves<'_>,
    strategy: Strategy,
    now: Timestamp,
) -> SignedDuration {
    if strategy == Strategy::Random {
        return SignedDuration::ZERO;
    }
    let better: BTreeSet<u16> = runners
        .iter()
        .filter(|r| r.number.priority < number.priority)
        .filter(|r| {
            let reserve = reserves.of(class, &r.number, now);
            may_send(&r.number, &r.pace, reserve, now) == MaySend::Now
        })
        .map(|r| r.number.priority)
        .collect();
    SignedDuration::from_secs(
        RANK_DELAY_S * i64::try_from(better.len()).unwrap_or(i64::MAX / RANK_DELAY_S),
    )
}

/// A turn that is due no later than this after a row can be sent serves the row; moving an armed
/// turn forward by less is not worth it.
const SERVES_WITHIN: SignedDuration = SignedDuration::from_secs(1);

/// A number that could get a turn.
struct Candidate<'a> {
    runner: &'a Runner,
    /// For messages that keep a reserve free, and for the others.
    bulk: Option<Free>,
    common: Option<Free>,
    /// Order among equals: smaller first.
    rank: u64,
}

/// When a number could send messages of some kind.
#[derive(Debug, Clone, Copy)]
struct Free {
    /// Earliest moment by its gap, caps and rest.
    from: Timestamp,
    /// How long a row must have waited before this number takes it.
    age: SignedDuration,
}

impl Candidate<'_> {
    /// When the number could take this row; none if it cannot.
    fn takes(&self, row: &Row) -> Option<Timestamp> {
        let free = match row.class {
            Class::Broadcast => self.bulk,
            _ => self.common,
        }?;
        match row.only {
            Some(only) if only == self.runner.number.id => Some(row.from.max(free.from)),
            Some(_) => None,
            None => Some(later(row.from, free.age).max(free.from)),
        }
    }

    /// When its turn for this row would be due; none if it would change nothing.
    fn due(&self, row: &Row, now: Timestamp) -> Option<Timestamp> {
        let due = self.takes(row)?.max(now);
        match self.runner.pace.phase {
            Phase::Armed { due: armed } if later(due, SERVES_WITHIN) >= armed => None,
            _ => (due <= later(now, HORIZON)).then_some(due),
        }
    }

    fn serves(&self, row: &Row, now: Timestamp) -> bool {
        match self.runner.pace.phase {
            Phase::Armed { due } => {
                self.takes(row).is_some_and(|from| from <= due)
                    && due <= later(row.from.max(now), SERVES_WITHIN)
            }
            Phase::Idle | Phase::Held { .. } => false,
        }
    }
}

/// Plans turns: one for each row that no armed turn serves already, none later than the horizon.
/// Numbers that are idle, or armed for later than they need be, can get one; among those that
/// could begin first the strategy chooses.
///
/// `rows` come earliest first; `randoms` are used by [`Strategy::Random`], one for each runner
/// (missing ones count as 0).
#[must_use]
pub fn plan(
    rows: &[Row],
    runners: &[Runner],
    reserves: &Reserves<'_>,
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Arm> {
    let mut candidates = candidates(runners, reserves, strategy, now, randoms);
    let mut arms = Vec::new();
    for row in rows {
        if let Some(at) = candidates.iter().position(|c| c.serves(row, now)) {
            candidates.remove(at);
            continue;
        }
        let best = candidates
            .iter()
            .enumerate()
            .filter_map(|(at, c)| Some((at, c.due(row, now)?, c)))
            .min_by_key(|(_, due, c)| (*due, c.rank, c.runner.number.id))
            .map(|(at, due, _)| (at, due));
        if let Some((at, due)) = best {
            let taken = candidates.remove(at);
            arms.push(Arm {
                number_id: taken.runner.number.id,
                due,
            });
        }
    }
    arms
}

fn candidates<'a>(
    runners: &'a [Runner],
    reserves: &Reserves<'_>,
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Candidate<'a>> {
    runners
        .iter()
        .enumerate()
        .filter(|(_, runner)| !matches!(runner.pace.phase, Phase::Held { .. }))
        .map(|(at, runner)| {
            let free = |class| {
                let reserve = reserves.of(class, &runner.number, now);
                let next_free = runner.pace.next_free_at;
                let from = match may_send(&runner.number, &runner.pace, reserve, now) {
                    MaySend::Now => next_free,
                    MaySend::From(then) => then.max(next_free),
                    MaySend::No => return None,
                };
                let age = row_age_for(&runner.number, class, runners, reserves, strategy, now);
                Some(Free { from, age })
            };
            let rank = match strategy {
                Strategy::RoundRobin => last_used(runner),
                Strategy::Random => by_chance(
                    randoms.get(at).copied().unwrap_or(0),
                    runner.number.priority,
                ),
            };
            Candidate {
                runner,
                bulk: free(Class::Broadcast),
                common: free(Class::Welcome),
                rank,
            }
        })
        .collect()
}

/// The longest unused first; never used comes before all.
fn last_used(runner: &Runner) -> u64 {
    runner
        .pace
        .last_used_at
        .and_then(|at| u64::try_from(at.as_millisecond()).ok())
        .unwrap_or(0)
}

/// By chance with weight 1/priority: the largest of u^priority comes first.
fn by_chance(random: u64, priority: u16) -> u64 {
    let unit = (random >> 11) as f64 / (1_u64 << 53) as f64;
    let drawn = unit.powi(i32::from(priority));
    u64::MAX - (drawn * (1_u64 << 53) as f64) as u64
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
