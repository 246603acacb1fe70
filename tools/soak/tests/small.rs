//! Small runs: the rules hold under every fault, and each planted mistake is seen.
#![allow(clippy::panic, reason = "tests")]

use soak::{Bug, Config, Faults, Violation, run};

#[test]
fn what_must_hold_holds_in_small_runs_full_of_faults() {
    for seed in 0..4 {
        let report = run(&Config::small(seed));
        assert_eq!(report.violations(), 0, "seed {seed}\n{report}");
        assert_eq!(report.ends.values().sum::<u64>(), 2_000);
    }
}

#[test]
fn without_faults_every_reminder_leaves_within_a_gap_and_a_request() {
    for seed in 0..2 {
        let report = run(&Config {
            faults: Faults::NONE,
            ..Config::small(seed)
        });
        assert_eq!(report.violations(), 0, "seed {seed}\n{report}");
        assert!(report.delays.ms.len() >= 15, "{report}");
        assert_eq!(report.delays.over, 0, "seed {seed}\n{report}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let config = Config {
        messages: 300,
        ..Config::small(7)
    };
    assert_eq!(run(&config), run(&config));
}

/// What the observer must call the mistake: one of these.
fn seen_as(bug: Bug) -> &'static [Violation] {
    match bug {
        Bug::RequeueExpiredClaim | Bug::UnconfirmedRetried | Bug::ClaimUnconditional => {
            &[Violation::AcceptedTwice]
        }
        Bug::NoFence => &[Violation::TwoInFlight],
        Bug::GapFromStart | Bug::PermitNotPessimistic => &[Violation::Gap],
        Bug::CapOf59Minutes | Bug::CountedWhenRecorded | Bug::StartsLate => &[Violation::HourlyCap],
        Bug::CheckSkipped => &[Violation::AfterStop, Violation::AfterExpiry],
        Bug::NoSweep => &[Violation::Lost],
        Bug::PriorityReversed => &[Violation::Inversion],
        Bug::WrongReason => &[Violation::FalseReason],
        Bug::StaleCheck => &[Violation::AfterSwitch, Violation::NumberNotUsable],
        Bug::HoursIgnored => &[Violation::OutsideHours],
        Bug::DayForgotten => &[Violation::DailyCap],
        Bug::NotAbsolved => &[Violation::BlamedForOutage],
        Bug::ProbeNotSingle | Bug::BreakerIgnored => &[Violation::WhileHeld],
        Bug::LooksAhead => &[Violation::TooEarly],
    }
}

fn must_be_seen(bugs: &[Bug]) {
    for bug in bugs {
        // Some show only where several rare things meet.
        let seen = (0..60).any(|seed| {
            let report = run(&Config::small(seed).with_bug(*bug));
            let violations = seen_as(*bug);
            violations.iter().any(|v| report.violations.contains_key(v))
        });
        assert!(seen, "{bug:?} went unnoticed");
    }
}

// Two tests, so that they run side by side.
#[test]
fn every_planted_mistake_is_seen() {
    must_be_seen(&Bug::ALL[..8]);
}

#[test]
fn every_other_planted_mistake_is_seen() {
    must_be_seen(&Bug::ALL[8..]);
}
