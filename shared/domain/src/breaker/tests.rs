#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn id(n: u128) -> NumberId {
    NumberId(Uuid::from_u128(n))
}

fn token(n: u128) -> Token {
    Token(Uuid::from_u128(n))
}

fn fault(n: u128, second: i64) -> Fault {
    Fault {
        number_id: id(n),
        at: at(second),
        before: HealthMark::default(),
        revision: 1,
        refused: true,
        times: 1,
    }
}

/// A connection that was refused, a timeout: what also happens by chance.
fn stumble(n: u128, second: i64) -> Fault {
    Fault {
        refused: false,
        ..fault(n, second)
    }
}

/// Whether the last of these stumbles opens it.
fn opens(stumbles: &[(u128, i64)]) -> bool {
    let mut breaker = Breaker::default();
    let mut opened = false;
    for (n, second) in stumbles {
        let fault = stumble(*n, *second);
        let step = breaker.observe(Sign::Fault, token(*n), fault, at(*second));
        opened = step.opened;
        breaker = step.next.unwrap();
    }
    opened
}

#[test]
fn two_stumbles_are_chance_three_numbers_or_two_that_stumble_again_are_not() {
    assert!(!opens(&[(1, 0), (2, 1)]));
    assert!(!opens(&[(1, 0), (1, 30), (2, 31)]));
    assert!(opens(&[(1, 0), (2, 1), (3, 2)]));
    assert!(opens(&[(1, 0), (2, 1), (1, 30), (2, 31)]));
    assert!(
        !opens(&[(1, 0), (2, 1), (1, 61), (2, 62)]),
        "a minute apart"
    );
}

/// A request of number `n`, whose turn's token has the same figure.
fn seen(breaker: &mut Breaker, sign: Sign, n: u128, second: i64) -> Step {
    let step = breaker.observe(sign, token(n), fault(n, second), at(second));
    if let Some(next) = &step.next {
        assert_eq!(next.revision, breaker.revision + 1);
        *breaker = next.clone();
    }
    step
}

fn opened(numbers: [u128; 2]) -> Breaker {
    let mut breaker = Breaker::default();
    assert!(!seen(&mut breaker, Sign::Fault, numbers[0], 0).opened);
    assert!(seen(&mut breaker, Sign::Fault, numbers[1], 1).opened);
    breaker
}

fn probing(breaker: &mut Breaker, n: u128, second: i64) {
    *breaker = breaker.with_probe(token(n), at(second)).unwrap();
}

#[test]
fn the_second_number_within_a_minute_opens_it_and_absolves_the_first() {
    let mut breaker = Breaker::default();
    let first = seen(&mut breaker, Sign::Fault, 1, 0);
    assert_eq!((first.blame, first.opened), (Blame::Number, false));
    let second = seen(&mut breaker, Sign::Fault, 2, 60);
    assert_eq!((second.blame, second.opened), (Blame::Gateway, true));
    assert_eq!(second.absolved, [fault(1, 0)]);
    assert_eq!(breaker.passage(None, at(89)), Passage::HeldUntil(at(90)));
    assert_eq!(breaker.passage(None, at(90)), Passage::Probe);
}

#[test]
fn a_success_between_or_more_than_a_minute_keeps_it_closed() {
    let mut breaker = Breaker::default();
    seen(&mut breaker, Sign::Fault, 1, 0);
    seen(&mut breaker, Sign::Works, 3, 1);
    assert!(!seen(&mut breaker, Sign::Fault, 2, 2).opened);
    assert!(!seen(&mut breaker, Sign::Fault, 1, 63).opened);
}

#[test]
fn a_number_that_failed_twice_is_absolved_of_both() {
    let mut breaker = Breaker::default();
    seen(&mut breaker, Sign::Fault, 1, 0);
    let blamed = Fault {
        before: HealthMark {
            failure_streak: 1,
            ..HealthMark::default()
        },
        revision: 2,
        ..fault(1, 31)
    };
    let step = breaker.observe(Sign::Fault, token(1), blamed, at(31));
    breaker = step.next.unwrap();
    let absolved = seen(&mut breaker, Sign::Fault, 2, 40).absolved;
    assert_eq!(absolved[0].before.failure_streak, 0);
    assert_eq!(absolved[0].revision, 2);
}

#[test]
fn one_turn_probes_and_a_lost_probe_is_replaced() {
    let mut breaker = opened([1, 2]);
    assert_eq!(breaker.with_probe(token(3), at(20)), None);
    probing(&mut breaker, 3, 31);
    assert_eq!(breaker.passage(Some(token(3)), at(32)), Passage::Free);
    assert_eq!(
        breaker.passage(Some(token(1)), at(32)),
        Passage::HeldUntil(at(91))
    );
    assert_eq!(breaker.with_probe(token(1), at(32)), None);
    assert!(breaker.with_probe(token(1), at(91)).is_some());
}

#[test]
fn failed_probes_double_the_wait_up_to_two_minutes() {
    let mut breaker = opened([1, 2]);
    let mut second = 31;
    for wait in [60, 120, 120, 120] {
        probing(&mut breaker, 3, second);
        let step = seen(&mut breaker, Sign::Fault, 3, second);
        assert_eq!((step.blame, step.opened), (Blame::Gateway, false));
        assert_eq!(
            breaker.passage(None, at(second)),
            Passage::HeldUntil(at(second + wait))
        );
        second += wait;
    }
    probing(&mut breaker, 3, second);
    seen(&mut breaker, Sign::Nothing, 3, second);
    let same = Passage::HeldUntil(at(second + 120));
    assert_eq!(breaker.passage(None, at(second)), same);
}

#[test]
fn whoever_failed_probes_last() {
    let mut breaker = opened([1, 2]);
    let all = [id(1), id(2), id(3)];
    let who = |breaker: &Breaker| {
        let mut chosen = all.iter().filter(|n| breaker.should_probe(**n, &all));
        (chosen.next().copied(), chosen.next().copied())
    };
    for expected in [3, 1, 2, 3] {
        assert_eq!(who(&breaker), (Some(id(expected)), None));
        breaker.suspect(id(expected));
    }
    assert!(breaker.should_probe(id(2), &[id(2)]), "there is no other");
}

#[test]
fn a_probe_that_says_nothing_leaves_the_next_to_another_number() {
    let mut breaker = opened([1, 2]);
    let all = [id(1), id(2), id(3)];
    assert!(breaker.should_probe(id(3), &all));
    probing(&mut breaker, 3, 31);
    let step = seen(&mut breaker, Sign::Nothing, 3, 32);
    assert_eq!((step.blame, step.opened), (Blame::Number, false));
    assert!(!breaker.should_probe(id(3), &all));
    assert!(breaker.should_probe(id(1), &all));
}

#[test]
fn two_broken_numbers_do_not_stop_the_third_again() {
    let mut breaker = opened([1, 2]);
    probing(&mut breaker, 3, 31);
    seen(&mut breaker, Sign::Works, 3, 32);
    assert_eq!(breaker.passage(None, at(32)), Passage::Free);
    for n in [1, 2] {
        let step = seen(&mut breaker, Sign::Fault, n, 33);
        assert_eq!((step.blame, step.opened), (Blame::Number, false));
    }
    // Somebody who was above suspicion makes it the gateway again, and absolves both.
    let step = seen(&mut breaker, Sign::Fault, 3, 40);
    assert!(step.opened);
    assert_eq!(step.absolved.len(), 2);
}

#[test]
fn having_worked_a_number_is_a_suspect_no_more() {
    let mut breaker = opened([1, 2]);
    probing(&mut breaker, 1, 31);
    seen(&mut breaker, Sign::Works, 1, 32);
    seen(&mut breaker, Sign::Works, 2, 33);
    assert!(breaker.suspects.is_empty());
    assert_eq!(seen(&mut breaker, Sign::Works, 3, 34).next, None);
}

#[test]
fn requests_that_were_under_way_when_it_opened_harm_no_number() {
    let mut breaker = opened([1, 2]);
    assert_eq!(seen(&mut breaker, Sign::Fault, 3, 2).blame, Blame::Gateway);
    assert_eq!(seen(&mut breaker, Sign::Fault, 3, 2).next, None);
    assert_eq!(seen(&mut breaker, Sign::Works, 3, 2).next, None);
    assert!(breaker.suspects.contains(&id(3)));
}

#[test]
fn the_end_of_the_last_number_is_noted_once() {
    let breaker = Breaker::default();
    assert_eq!(breaker.with_all_out(false, at(0)), None);
    let out = breaker.with_all_out(true, at(0)).unwrap();
    assert_eq!(out.with_all_out(true, at(9)), None);
    assert_eq!(out.with_all_out(false, at(9)).unwrap().all_out_since, None);
}

fn sign() -> impl Strategy<Value = Sign> {
    prop_oneof![Just(Sign::Works), Just(Sign::Fault), Just(Sign::Nothing)]
}

proptest! {
    /// Whatever one number does, and however often, it never opens the breaker.
    #[test]
    fn one_number_never_opens_it(events in proptest::collection::vec((sign(), 0i64..90), 0..60)) {
        let mut breaker = Breaker::default();
        let mut second = 0;
        for (sign, later) in events {
            second += later;
            let step = seen(&mut breaker, sign, 1, second);
            prop_assert!(!step.opened && step.blame == Blame::Number);
            prop_assert_eq!(breaker.passage(None, at(second)), Passage::Free);
            prop_assert!(breaker.faults.len() <= 1);
        }
    }

    /// Any numbers in any order, each sending only when it may: at most one of them probes at a
    /// time, nobody sends while it is open, faults are never older than the last success, and a
    /// probe that works closes it.
    #[test]
    fn it_opens_holds_and_closes(events in proptest::collection::vec((sign(), 1u128..6, 0i64..40), 0..120)) {
        let mut breaker = Breaker::default();
        let mut second = 0;
        let mut last_success: Option<i64> = None;
        for (sign, n, later) in events {
            second += later;
            let was_closed = breaker.phase == Phase::Closed;
            match breaker.passage(Some(token(n)), at(second)) {
                Passage::HeldUntil(until) => {
                    prop_assert!(until > at(second));
                    prop_assert!(until <= at(second + 120));
                    prop_assert_eq!(breaker.with_probe(token(n), at(second)), None);
                    continue;
                }
                Passage::Probe => probing(&mut breaker, n, second),
                Passage::Free => {}
            }
            for other in (1..6).filter(|other| *other != n && !was_closed) {
                let passage = breaker.passage(Some(token(other)), at(second));
                prop_assert!(matches!(passage, Passage::HeldUntil(_)));
            }
            let step = seen(&mut breaker, sign, n, second);
            let closed = breaker.phase == Phase::Closed;
            match sign {
                Sign::Works => {
                    prop_assert!(closed && breaker.faults.is_empty());
                    prop_assert!(!breaker.suspects.contains(&id(n)));
                    last_success = Some(second);
                }
                Sign::Fault if was_closed => {
                    prop_assert_eq!(closed, !step.opened);
                    prop_assert_eq!(step.opened, !step.absolved.is_empty());
                    for one in &step.absolved {
                        prop_assert!(one.number_id != id(n));
                        prop_assert!(at(second).duration_since(one.at) <= WINDOW);
                        prop_assert!(last_success.is_none_or(|last| one.at >= at(last)));
                    }
                }
                Sign::Fault => prop_assert!(!closed && step.blame == Blame::Gateway),
                Sign::Nothing => prop_assert_eq!(closed, was_closed),
            }
        }
    }
}
