#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::breaker::Phase as BreakerPhase;
use crate::message::Class;
use crate::number::{HealthRecord, Limits, Number};
use crate::pace::Pace;
use crate::zone::wib_day;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn id(n: u128) -> NumberId {
    NumberId(Uuid::from_u128(n))
}

fn runner(n: u128) -> Runner {
    Runner {
        number: Number {
            id: id(n),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: at(-10_000_000),
            limits: Limits::DEFAULT.with_warm_up(false),
            failure_streak: 0,
            cool_until: None,
            record: HealthRecord::default(),
        },
        pace: Pace::new(id(n), at(-100)),
    }
}

/// A probe may begin now; these have failed, the first longest ago.
fn open(suspects: &[u128]) -> Breaker {
    Breaker {
        phase: BreakerPhase::Open {
            until: at(-1),
            wait_s: 30,
        },
        suspects: suspects.iter().copied().map(id).collect(),
        ..Breaker::default()
    }
}

fn row(class: Class, only: Option<u128>) -> Row {
    Row {
        from: at(-10),
        class,
        only: only.map(id),
    }
}

fn armed(
    gateway: &Breaker,
    rows: &[Row],
    runners: &[Runner],
    reserves: &Reserves<'_>,
) -> Vec<u128> {
    arms(
        gateway,
        rows,
        runners,
        reserves,
        Strategy::RoundRobin,
        at(0),
        &[],
    )
    .iter()
    .map(|arm| arm.number_id.0.as_u128())
    .collect()
}

const NOTHING_KEPT: Reserves<'static> = Reserves {
    welcome_percent: 0,
    ahead: &[],
    capacity: 0,
};

#[test]
fn whoever_failed_longest_ago_probes() {
    let rows = [row(Class::Welcome, None), row(Class::Welcome, Some(2))];
    let both = [runner(1), runner(2)];
    assert_eq!(armed(&open(&[1, 2]), &rows, &both, &NOTHING_KEPT), [1]);
    assert_eq!(armed(&open(&[2, 1]), &rows, &both, &NOTHING_KEPT), [2]);
}

#[test]
fn another_number_probes_if_that_one_cannot_send_what_waits() {
    let rows = [row(Class::Welcome, Some(2)), row(Class::Welcome, Some(2))];
    let mut both = [runner(1), runner(2)];
    assert_eq!(armed(&open(&[1, 2]), &rows, &both, &NOTHING_KEPT), [2]);
    // Not while the first has a turn: it may be the probe.
    both[0].pace.phase = pace::Phase::Armed { due: at(1) };
    assert!(armed(&open(&[1, 2]), &rows, &both, &NOTHING_KEPT).is_empty());
}

#[test]
fn a_suspect_probes_if_the_trusted_number_has_used_its_share_of_broadcasts() {
    let rows = [row(Class::Broadcast, None)];
    let mut both = [runner(1), runner(2)];
    let reserves = Reserves {
        welcome_percent: 10,
        ..NOTHING_KEPT
    };
    assert_eq!(armed(&open(&[2]), &rows, &both, &reserves), [1]);
    both[0].pace.day = wib_day(at(0));
    both[0].pace.day_count = Limits::DEFAULT.daily_cap() * 9 / 10;
    assert_eq!(armed(&open(&[2]), &rows, &both, &reserves), [2]);
}
