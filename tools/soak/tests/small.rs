//! Small runs: the rules hold under every fault, and each planted mistake is seen.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use soak::*;

#[test]
fn what() {
    for seed in 0..6 {
        let report = run(&Config::small(seed));
        println!("{seed} {report}");
    }
    for seed in 0..2 {
        let report = run(&Config {
            faults: Faults::NONE,
            ..Config::small(seed)
        });
        println!("{seed} {report}");
    }
}
#[test]
fn bugs() {
    for bug in Bug::ALL {
        for seed in 0..4 {
            let report = run(&Config::small(seed).with_bug(bug));
            println!(
                "{bug:?} {seed} {:?}",
                report
                    .violations
                    .iter()
                    .map(|(k, v)| (k, v.0))
                    .collect::<Vec<_>>()
            );
        }
    }
}
