#![allow(clippy::unwrap_used, reason = "tests")]
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

/// Plans for welcomes that any number may send.
fn plan(
    rows: &[Timestamp],
    runners: &[Runner],
    strategy: Strategy,
    now: Timestamp,
    randoms: &[u64],
) -> Vec<Arm> {
    let rows: Vec<Row> = rows.iter().map(|from| row(*from)).collect();
    super::plan(&rows, runners, &NOTHING_KEPT, strategy, now, randoms)
}

const NOTHING_KEPT: Reserves<'static> = Reserves {
    welcome_percent: 0,
    ahead: &[],
    capacity: 0,
};

fn row(from: Timestamp) -> Row {
    Row {
        from,
        class: Class::Welcome,
        only: None,
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

#[test]
fn a_sticky_row_arms_its_own_number_whatever_its_rank_and_no_other() {
    let runners = [runner(1, 1, None), runner(2, 9, Some(9))];
    let sticky = Row {
        only: Some(runners[1].number.id),
        ..row(at(10))
    };
    let strategy = Strategy::RoundRobin;
    let arms = super::plan(&[sticky], &runners, &NOTHING_KEPT, strategy, at(10), &[]);
    assert_eq!((ids(&arms), arms[0].due), (vec![2], at(10)));
    // Another number's turn does not serve it.
    let mut armed = runners.clone();
    armed[0].pace.phase = Phase::Armed { due: at(10) };
    let arms = super::plan(&[sticky], &armed, &NOTHING_KEPT, strategy, at(10), &[]);
    assert_eq!(ids(&arms), [2]);
    let mut out = runners;
    out[1].number.is_active = false;
    assert!(super::plan(&[sticky], &out, &NOTHING_KEPT, strategy, at(10), &[]).is_empty());
}

#[test]
fn a_broadcast_arms_no_number_whose_rest_is_reserved() {
    let runners = [runner(1, 1, None)];
    let all_kept = Reserves {
        welcome_percent: 100,
        ..NOTHING_KEPT
    };
    let of = |class| {
        let row = Row {
            class,
            ..row(at(10))
        };
        super::plan(
            &[row],
            &runners,
            &all_kept,
            Strategy::RoundRobin,
            at(10),
            &[],
        )
        .len()
    };
    assert_eq!(of(Class::Broadcast), 0);
    assert_eq!(of(Class::Welcome), 1);
}
