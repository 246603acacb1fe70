//! The whole system on this machine: `make run`.

use std::process::ExitCode;
use std::time::Duration;

use app::Chain;
use clap::Parser as _;
use local::cli::{self, Cli, Command};
use local::{Cloud, Config, Options, bind};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {}", Chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

/// Warnings, but for the SDK's that an error of the embedded database had no connection to close.
const LOGGED: &str = "warn,aws_smithy_runtime::client::http::connection_poisoning=off";

/// What somebody sees who starts the demo.
const DEMO: &str = "\
Demo           The last 30 days in fast motion, in half a minute: 160 people register and get
               their messages. Then time is real, and 40 more register, one every 3 seconds.
";

async fn run() -> Result<(), local::StartError> {
    lambda_kit::telemetry::start_with(LOGGED, std::io::stderr);
    let config = Config::from_env()?;
    if let Some(Command::Admin(admin)) = Cli::parse().command {
        let answer = Box::pin(cli::run(admin, config.port)).await?;
        say(&serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    crash_at(std::env::var("CRASH_AT").ok())?;
    let listener = bind(config.port).await?;
    let mut options = Options {
        data_dir: Some(config.data_dir.clone()),
        demo: config.demo,
        ..Options::default()
    };
    if let Ok(millis) = std::env::var("GATEWAY_TIMEOUT_MS") {
        let parsed = millis.parse().map_err(|_| {
            format!("GATEWAY_TIMEOUT_MS must be a number of milliseconds, not {millis:?}")
        })?;
        options.gateway_timeout = Duration::from_millis(parsed);
    }
    let cloud = Box::pin(Cloud::start(listener, options)).await?;
    let url = format!("http://localhost:{}", cloud.port);
    let folder = config.data_dir.display();
    let demo = match (cloud.plays_demo, config.demo) {
        (true, _) => format!("{DEMO}\n"),
        (false, true) => "SEED=demo adds nothing: the data folder is not empty.\n\n".to_owned(),
        (false, false) => String::new(),
    };
    let users = cloud.sign_in.users().all();
    let users: String = users
        .iter()
        .map(|user| format!("               {:<10} {}\n", user.username, user.password))
        .collect();
    say(&format!(
        "\n\
         Socialpreneur is running.\n\
         \n\
         Landing page   {url}/\n\
         Simulator      {url}/simulator   phones, sending numbers, the clock\n\
         API of admins  {url}/simulator/api-docs   for tokens of these users:
{users}Data           {folder}   (remove the folder to begin again)\n\
         \n\
         {demo}\
         Try:\n\
         1. Register somebody at {url}/ and watch the welcome arrive in the simulator.\n\
         2. Register a friend through {url}/ref=<the first number>: the referrer gets an alert.\n\
         \x20  Outside 09.00–17.00 WIB the alert waits; the simulator offers to move the clock.\n\
         3. Write STOP, LINK or JADWAL in somebody's chat: the webhook answers, and after a STOP nothing\n\
         \x20  is sent to that phone any more.\n\
         4. Set a sending number to “Kunci tidak berlaku” and register again: the others take over.\n\
         \n\
         Ctrl-C ends it; the data stay.\n"
    ));
    tokio::signal::ctrl_c().await?;
    cloud.shutdown().await;
    Ok(())
}

/// Ends the process at a named moment, for tests of what a crash leaves: `CRASH_AT=turn.claimed`.
fn crash_at(point: Option<String>) -> Result<(), local::StartError> {
    let Some(point) = point.filter(|p| !p.is_empty()) else {
        return Ok(());
    };
    if !app::Failpoint::ALL
        .iter()
        .any(|known| known.name() == point)
    {
        return Err(format!("CRASH_AT names no failpoint: {point:?}").into());
    }
    fail::cfg_callback(point, || std::process::abort())?;
    Ok(())
}

#[allow(
    clippy::print_stdout,
    reason = "the one program here that speaks to a person"
)]
fn say(text: &str) {
    println!("{text}");
}
