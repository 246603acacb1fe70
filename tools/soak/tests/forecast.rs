//! The forecast against what comes.
use soak::{Config, run};

#[test]
fn the_forecast_is_at_most_a_twentieth_off() {
    for (seed, messages, numbers, scale_percent) in [
        (1, 2_000, 5, 30),
        (2, 3_000, 8, 20),
        (3, 1_500, 3, 100),
        (4, 4_000, 10, 15),
    ] {
        let report = run(&Config {
            numbers,
            scale_percent,
            ..Config::backlog(seed, messages)
        });
        assert_eq!(report.foretold.len(), 4);
        for one in &report.foretold {
            assert!(one.error() <= 0.05, "seed {seed}\n{report}");
        }
    }
}
