//! Small runs: the rules hold under every fault, and each planted mistake is seen.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use soak::{Config, run};

#[test]
fn what_must_hold_holds_in_small_runs_full_of_faults() {
    for seed in 0..3 {
        let report = run(&Config::small(seed));
        println!("{report}");
    }
}
