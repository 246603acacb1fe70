#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// Five singles in the first five seconds.
fn full() -> AlertPace {
    (0..5).fold(AlertPace::default(), |pace, second| {
        assert_eq!(pace.decide(at(second), 9), Telling::Single);
        pace.after(Telling::Single, at(second))
    })
}

#[test]
fn the_sixth_gathers_with_others_and_alone_waits_for_room() {
    let pace = full();
    assert_eq!(pace.decide(at(10), 7), Telling::Lead(at(20)));
    let gathering = pace.after(Telling::Lead(at(20)), at(10));
    assert_eq!(gathering.decide(at(15), 7), Telling::Follow(at(20)));
    assert_eq!(gathering.decide(at(20), 7), Telling::Group);

    let room = at(HOUR + 6);
    assert_eq!(pace.decide(at(10), 1), Telling::Lead(room));
    assert!(pace.asks_who_waits(at(10)));
    assert!(!AlertPace::default().asks_who_waits(at(10)));
    let planned = pace.after(Telling::Lead(room), at(10));
    assert_eq!(planned.decide(at(20), 9), Telling::Follow(room));
    assert!(!planned.asks_who_waits(at(20)));
    assert_eq!(planned.decide(room, 2), Telling::Group);
    assert_eq!(planned.decide(room, 1), Telling::Single);
    let told = planned.after(Telling::Single, room);
    assert_eq!(told.group_at, None);
    assert_eq!(told.singles.len(), 5, "the first counts no more");
}

#[test]
fn one_that_lost_its_company_while_it_gathered_waits_for_room() {
    let gathering = full().after(Telling::Lead(at(20)), at(10));
    assert_eq!(gathering.decide(at(20), 1), Telling::Lead(at(HOUR + 6)));
}

#[test]
fn after_a_group_the_next_one_waits_an_hour() {
    let grouped = full().after(Telling::Group, at(10));
    let next = at(10 + HOUR + 6);
    assert_eq!(grouped.decide(at(20), 9), Telling::Lead(next));
    assert!(grouped.asks_who_waits(at(20)), "all of them are put off");
    let planned = grouped.after(Telling::Lead(next), at(20));
    assert_eq!(planned.decide(next, 2), Telling::Group);
}

#[test]
fn a_plan_that_a_night_lies_over_is_forgotten() {
    let planned = full().after(Telling::Lead(at(HOUR)), at(10));
    assert_eq!(planned.decide(at(HOUR), 9), Telling::Group);
    assert_eq!(planned.decide(at(15 * HOUR), 9), Telling::Single);
}

#[test]
fn every_change_has_its_own_revision() {
    let pace = AlertPace::default();
    for telling in [Telling::Single, Telling::Group, Telling::Lead(at(9))] {
        assert_eq!(pace.after(telling, at(0)).revision, 1);
    }
}

fn second(at: Timestamp) -> i64 {
    at.as_second() - 1_795_000_000
}

fn after_the_lead(until: Timestamp) -> i64 {
    second(until) + FOLLOWS.as_secs()
}

/// Moments of singles and groups, and how long each alert waited, in seconds.
#[derive(Debug, Default)]
struct Told {
    singles: Vec<i64>,
    groups: Vec<i64>,
    waits: Vec<i64>,
}

/// Alerts that come at these seconds, looked at every few seconds in an order by chance.
fn play(mut coming: Vec<i64>, step: i64, mut chance: u64) -> Told {
    let mut pace = AlertPace::default();
    let mut told = Told::default();
    let mut waiting: Vec<(i64, i64)> = Vec::new();
    coming.sort_unstable();
    let mut now = 0;
    while !coming.is_empty() || !waiting.is_empty() {
        now += step;
        let come = coming.partition_point(|second| *second <= now);
        for second in coming.drain(..come) {
            let from = pace.planned(at(now));
            let from = from.map_or(now, after_the_lead);
            waiting.push((second, from));
        }
        let due: Vec<usize> = (0..waiting.len())
            .filter(|i| waiting[*i].1 <= now)
            .collect();
        if due.is_empty() {
            continue;
        }
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let picked = due[usize::try_from(chance >> 33).unwrap() % due.len()];
        let soon = now + FOLLOWS.as_secs();
        let free: Vec<usize> = (0..waiting.len())
            .filter(|i| waiting[*i].1 <= soon)
            .collect();
        let telling = pace.decide(at(now), free.len());
        if !matches!(telling, Telling::Follow(_)) {
            pace = pace.after(telling, at(now));
        }
        match telling {
            Telling::Single => {
                told.singles.push(now);
                told.waits.push(now - waiting.remove(picked).0);
            }
            Telling::Group => {
                told.groups.push(now);
                for index in free.into_iter().rev() {
                    told.waits.push(now - waiting.remove(index).0);
                }
            }
            Telling::Lead(until) => {
                for index in free {
                    waiting[index].1 = after_the_lead(until);
                }
                waiting[picked].1 = second(until);
            }
            Telling::Follow(until) => waiting[picked].1 = after_the_lead(until),
        }
        assert!(now < 40 * HOUR, "somebody is never told");
    }
    told
}

fn most_in_an_hour(moments: &[i64]) -> usize {
    let within = |from: &i64| {
        moments
            .iter()
            .filter(|m| (*from..=from + HOUR).contains(m))
            .count()
    };
    moments.iter().map(within).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn no_hour_holds_more_and_everything_is_told_within_about_an_hour(
        coming in proptest::collection::vec(0..6 * HOUR, 1..120),
        bursts in proptest::collection::vec((0..6 * HOUR, 1usize..40), 0..4),
        step in 1i64..30,
        chance: u64,
    ) {
        let mut all = coming;
        for (second, count) in bursts {
            all.extend(std::iter::repeat_n(second, count));
        }
        let count = all.len();
        let told = play(all, step, chance);
        prop_assert_eq!(told.waits.len(), count);
        prop_assert!(most_in_an_hour(&told.singles) <= SINGLES, "{:?}", told);
        prop_assert!(most_in_an_hour(&told.groups) <= 1, "{:?}", told);
        let longest = told.waits.iter().max().copied().unwrap_or(0);
        // One look at a time: what was put off one by one is looked at one by one.
        let looks = i64::try_from(count).unwrap() * step;
        prop_assert!(longest <= HOUR + 60 + looks, "{} of {:?}", longest, told);
    }
}
