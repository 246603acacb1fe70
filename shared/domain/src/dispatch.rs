//! Which numbers get a turn, and when: the dispatcher's decision as a value.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::ids::NumberId;
use crate::number::Number;
use crate::pace::{HORIZON, MaySend, Pace, Phase, may_send};
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
    runners: &[Runner],
    strategy: Strategy,
    now: Timestamp,
) -> SignedDuration {
    if strategy == Strategy::Random {
        return SignedDuration::ZERO;
    }
    let better: BTreeSet<u16> = runners
        .iter()
        .filter(|r| r.number.priority < number.priority)
        .filter(|r| may_send(&r.number, &r.pace, now) == MaySend::Now)
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
    /// Earliest moment by its gap, caps and rest.
    free: Timestamp,
    /// How long a row must have waited before this number takes it.
    age: SignedDuration,
    /// Order among equals: smaller first.
    rank: u64,
}

impl Candidate<'_> {
    /// When its turn for this row would be due; none if it would change nothing.
    fn due(&self, row: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let due = later(row, self.age).max(self.free).max(now);
        match self.runner.pace.phase {
            Phase::Armed { due: armed } if later(due, SERVES_WITHIN) >= armed => None,
            _ => (due <= later(now, HORIZON)).then_some(due),
        }
    }

    fn serves(&self, row: Timestamp, now: Timestamp) -> bool {
        match self.runner.pace.phase {
            Phase::Armed { due } => {
                later(row, self.age) <= due && due <= later(row.max(now), SERVES_WITHIN)
            }
            Phase::Idle | Phase::Held { .. } => false,
        }
    }
}

/// Plans turns: one for each row that no armed turn serves already, none later than the horizon.
/// Numbers that are idle, or armed for later than they need be, can get one; among those that
/// could begin first the strategy chooses.
///
/// `rows` are the moments from which rows may be sent, earliest first; `randoms` are used by
/// [`Strategy::Random`], one for each runner (missing ones count as 0).
#[must_use]
pub fn plan(
    rows: &[Timestamp],
    runners: &[Runner],
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Arm> {
    let mut candidates = candidates(runners, strategy, now, randoms);
    let mut arms = Vec::new();
    for row in rows {
        if let Some(at) = candidates.iter().position(|c| c.serves(*row, now)) {
            candidates.remove(at);
            continue;
        }
        let best = candidates
            .iter()
            .enumerate()
            .filter_map(|(at, c)| Some((at, c.due(*row, now)?, c)))
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
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Candidate<'a>> {
    runners
        .iter()
        .enumerate()
        .filter(|(_, runner)| !matches!(runner.pace.phase, Phase::Held { .. }))
        .filter_map(|(at, runner)| {
            let next_free = runner.pace.next_free_at;
            let free = match may_send(&runner.number, &runner.pace, now) {
                MaySend::Now => next_free,
                MaySend::From(then) => then.max(next_free),
                MaySend::No => return None,
            };
            let rank = match strategy {
                Strategy::RoundRobin => last_used(runner),
                Strategy::Random => by_chance(
                    randoms.get(at).copied().unwrap_or(0),
                    runner.number.priority,
                ),
            };
            let age = row_age_for(&runner.number, runners, strategy, now);
            Some(Candidate {
                runner,
                free,
                age,
                rank,
            })
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::Token;
    use crate::number::Limits;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn runner(id: u128, priority: u16, last_used: Option<i64>) -> Runner {
        let number_id = NumberId(Uuid::from_u128(id));
        Runner {
            number: Number {
                id: number_id,
                priority,
                is_active: true,
                out_reason: None,
                paused: false,
                in_use_since: at(-1_000_000),
                limits: Limits::DEFAULT,
                failure_streak: 0,
                cool_until: None,
                record: crate::number::HealthRecord::default(),
            },
            pace: Pace {
                last_used_at: last_used.map(at),
                next_free_at: at(-10),
                ..Pace::new(number_id, at(-100))
            },
        }
    }

    fn ids(arms: &[Arm]) -> Vec<u128> {
        arms.iter().map(|a| a.number_id.0.as_u128()).collect()
    }

    #[test]
    fn the_longest_unused_goes_first_and_never_more_turns_than_rows() {
        let runners = [
            runner(1, 1, Some(5)),
            runner(2, 1, Some(3)),
            runner(3, 1, None),
        ];
        let arms = plan(
            &[at(10), at(10)],
            &runners,
            Strategy::RoundRobin,
            at(10),
            &[],
        );
        assert_eq!(ids(&arms), [3, 2]);
        assert!(arms.iter().all(|a| a.due == at(10)));
        assert!(plan(&[], &runners, Strategy::RoundRobin, at(10), &[]).is_empty());
    }

    #[test]
    fn a_busy_number_gets_no_second_turn() {
        let mut busy = runner(1, 1, None);
        busy.pace.phase = Phase::Armed { due: at(12) };
        busy.pace.next_free_at = at(12);
        let mut held = runner(2, 1, None);
        held.pace.phase = Phase::Held {
            token: Token(Uuid::nil()),
            lease_end: at(60),
        };
        assert!(plan(&[at(10)], &[busy, held], Strategy::RoundRobin, at(10), &[]).is_empty());
    }

    #[test]
    fn a_row_that_an_armed_turn_will_serve_arms_no_other_number() {
        let mut armed = runner(1, 1, None);
        armed.pace.phase = Phase::Armed { due: at(60) };
        let runners = [armed, runner(2, 1, None)];
        let strategy = Strategy::RoundRobin;
        assert!(plan(&[at(60)], &runners, strategy, at(10), &[]).is_empty());
        assert_eq!(
            ids(&plan(&[at(60), at(60)], &runners, strategy, at(10), &[])),
            [2]
        );
        // A row that could go now does not wait for a turn in fifty seconds.
        assert_eq!(ids(&plan(&[at(10)], &runners, strategy, at(10), &[])), [1]);
    }

    #[test]
    fn a_turn_armed_for_later_is_brought_forward_for_a_row_that_can_go_now() {
        let mut armed = runner(1, 1, None);
        armed.pace.phase = Phase::Armed { due: at(110) };
        let arms = plan(
            &[at(10), at(110)],
            &[armed.clone()],
            Strategy::RoundRobin,
            at(10),
            &[],
        );
        assert_eq!(
            arms,
            [Arm {
                number_id: armed.number.id,
                due: at(10)
            }]
        );
        // Its gap is not over before then: there is nothing to bring forward.
        armed.pace.next_free_at = at(110);
        assert!(plan(&[at(10)], &[armed], Strategy::RoundRobin, at(10), &[]).is_empty());
    }

    #[test]
    fn a_worse_numbers_turn_does_not_serve_a_row_that_is_too_young_for_it() {
        let mut worse = runner(2, 2, None);
        worse.pace.phase = Phase::Armed { due: at(11) };
        let runners = [runner(1, 1, Some(5)), worse];
        let arms = plan(&[at(10)], &runners, Strategy::RoundRobin, at(10), &[]);
        assert_eq!((ids(&arms), arms[0].due), (vec![1], at(10)));
    }

    #[test]
    fn a_free_number_comes_before_a_resting_one() {
        let mut resting = runner(1, 1, None);
        resting.number.cool_until = Some(at(100));
        let runners = [resting, runner(2, 1, Some(9))];
        let arms = plan(&[at(10)], &runners, Strategy::RoundRobin, at(10), &[]);
        assert_eq!((ids(&arms), arms[0].due), (vec![2], at(10)));
    }

    #[test]
    fn a_worse_number_waits_ten_seconds_a_rank_unless_no_better_one_can() {
        let runners = [
            runner(1, 1, Some(9)),
            runner(2, 2, None),
            runner(3, 7, None),
        ];
        let arms = plan(&[at(10); 3], &runners, Strategy::RoundRobin, at(10), &[]);
        assert_eq!(ids(&arms), [1, 2, 3]);
        assert_eq!(
            arms.iter().map(|a| a.due).collect::<Vec<_>>(),
            [at(10), at(20), at(30)]
        );

        let mut out = runners;
        out[0].number.is_active = false;
        let arms = plan(&[at(10)], &out, Strategy::RoundRobin, at(10), &[]);
        assert_eq!((ids(&arms), arms[0].due), (vec![2], at(10)));
    }

    #[test]
    fn nothing_is_armed_beyond_two_minutes() {
        let mut resting = runner(1, 1, None);
        resting.number.cool_until = Some(at(10 + 121));
        assert!(
            plan(
                &[at(10)],
                &[resting.clone()],
                Strategy::RoundRobin,
                at(10),
                &[]
            )
            .is_empty()
        );
        resting.number.cool_until = Some(at(10 + 60));
        assert_eq!(
            plan(&[at(10)], &[resting], Strategy::RoundRobin, at(10), &[])[0].due,
            at(70)
        );
    }

    #[test]
    fn chance_prefers_a_low_priority_figure_in_proportion() {
        let runners = [runner(1, 1, None), runner(2, 3, None)];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let rounds = 20_000;
        let first = (0..rounds)
            .filter(|_| {
                ids(&plan(
                    &[at(10)],
                    &runners,
                    Strategy::Random,
                    at(10),
                    &[next(), next()],
                )) == [1]
            })
            .count();
        // Weights 1 and 1/3: three in four.
        let share = first as f64 / f64::from(rounds);
        assert!((share - 0.75).abs() < 0.02, "share {share}");
    }
}
