//! `make soak`: one large simulation, printed as a table. `SEED` and `MESSAGES` choose it.

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use soak::Config;

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

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn main() -> ExitCode {
    let config = match config() {
        Ok(config) => config,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    let began = Instant::now();
    let report = soak::run(&config);
    println!("seed {}, {:?}", config.seed, config.strategy);
    println!(
        "{report}{:<34}{:>10.1} s",
        "wall time",
        began.elapsed().as_secs_f64()
    );
    if report.violations() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
