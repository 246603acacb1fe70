//! Which numbers get a turn, and when: the dispatcher's decision as a value.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::ids::NumberId;
use crate::number::Number;
use crate::pace::{HORIZON, MaySend, Pace, Phase, may_send};
use crate::settings::Strategy;

/// A worse-ranked number takes only rows that have been sendable this long per rank (DESIGN,
/// “Strategy”), so that it helps out when better ones are busy.
const RANK_DELAY_S: i64 = 10;

/// A number with its pace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    /// Settings and health.
    pub number: Number,
    /// Turns and caps.
    pub pace: Pace,
}

/// Arm this number: idle → armed.
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

/// An armed turn that comes no later than this after a row can be sent serves the row: no other
/// number is armed for it. Otherwise each tick that looks ahead would arm one more.
const SERVES_WITHIN: SignedDuration = SignedDuration::from_secs(1);

/// Plans turns for idle numbers: at most one for each row that no armed turn serves, none later
/// than the horizon.
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
    let horizon = later(now, HORIZON);
    let mut idle: Vec<(&Runner, Timestamp, SignedDuration)> = runners
        .iter()
        .filter(|r| r.pace.phase == Phase::Idle)
        .filter_map(|r| {
            let free = match may_send(&r.number, &r.pace, now) {
                MaySend::Now => r.pace.next_free_at,
                MaySend::From(then) => then.max(r.pace.next_free_at),
                MaySend::No => return None,
            };
            (free <= horizon).then(|| (r, free, row_age_for(&r.number, runners, strategy, now)))
        })
        .collect();
    match strategy {
        Strategy::RoundRobin => {
            idle.sort_by_key(|(r, _, age)| (*age, r.pace.last_used_at, r.number.id))
        }
        Strategy::Random => weighted(&mut idle, randoms),
    }
    let mut armed: Vec<Timestamp> = runners
        .iter()
        .filter(|r| may_send(&r.number, &r.pace, now) == MaySend::Now)
        .filter_map(|r| match r.pace.phase {
            Phase::Armed { due } => Some(due),
            Phase::Idle | Phase::Held { .. } => None,
        })
        .collect();
    armed.sort_unstable();
    let mut armed = armed.into_iter().peekable();
    rows.iter()
        .filter(|row| {
            let in_time = later((**row).max(now), SERVES_WITHIN);
            armed.next_if(|due| *due <= in_time).is_none()
        })
        .zip(idle)
        .filter_map(|(row, (runner, free, age))| {
            let due = later(*row, age).max(free).max(now);
            (due <= horizon).then_some(Arm {
                number_id: runner.number.id,
                due,
            })
        })
        .collect()
}

/// Orders by chance, weight 1/priority: the largest of u^(priority) comes first.
fn weighted(idle: &mut [(&Runner, Timestamp, SignedDuration)], randoms: &[u64]) {
    let mut keyed: Vec<(f64, (&Runner, Timestamp, SignedDuration))> = idle
        .iter()
        .enumerate()
        .map(|(i, entry)| {
            let unit = (randoms.get(i).copied().unwrap_or(0) >> 11) as f64 / (1_u64 << 53) as f64;
            (unit.powi(i32::from(entry.0.number.priority)), *entry)
        })
        .collect();
    keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (slot, (_, entry)) in idle.iter_mut().zip(keyed) {
        *slot = entry;
    }
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
        assert_eq!(ids(&plan(&[at(10)], &runners, strategy, at(10), &[])), [2]);
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
