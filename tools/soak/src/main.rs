//! `make soak`: a large simulation and a check of the forecast, printed as tables. `SEED` and `MESSAGES` choose it.

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use soak::{Config, Report, Story};

fn number(name: &str, otherwise: u64) -> Result<u64, String> {
    match env::var(name).unwrap_or_default().as_str() {
        "" => Ok(otherwise),
        text => text.parse().map_err(|_| format!("{name} is not a number")),
    }
}

fn config() -> Result<Config, String> {
    let messages = number("MESSAGES", 1_000_000)?;
    let messages = u32::try_from(messages).map_err(|_| "MESSAGES is too large".to_owned())?;
    Ok(Config::large(number("SEED", 1)?, messages))
}

/// What `make soak` demands of a large run. In a small one the first hour weighs too much, in which
/// numbers send as fast as gaps allow and the engine's own tenth of a second counts.
const THROUGHPUT: f64 = 0.99;
const THROUGHPUT_FROM: u32 = 100_000;
const FORECAST_ERROR: f64 = 0.05;

/// Whether everything that must hold held.
fn is_good(config: &Config, report: &Report) -> bool {
    let is_large = config.messages >= THROUGHPUT_FROM && config.story == Story::Week;
    report.violations() == 0
        && (!is_large || report.throughput() >= THROUGHPUT)
        && report.forecast_error() <= FORECAST_ERROR
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn main() -> ExitCode {
    let week = match config() {
        Ok(config) => config,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let backlog = Config::backlog(week.seed, week.messages / 4);
    let mut good = true;
    for config in [week, backlog] {
        let began = Instant::now();
        let report = soak::run(&config);
        let took = began.elapsed().as_secs_f64();
        println!(
            "{:?}, seed {}, {} messages, {:?}",
            config.story, config.seed, config.messages, config.strategy
        );
        println!("{report}{:<34}{took:>10.1} s\n", "wall time");
        good &= is_good(&config, &report);
    }
    if good {
        ExitCode::SUCCESS
    } else {
        println!("not everything held that must");
        ExitCode::FAILURE
    }
}
