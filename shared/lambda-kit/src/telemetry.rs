//! Structured logs on standard output, one JSON object a line. Fields are ids and words; no phone
//! number, key or message text is ever one.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging for a deployed function. `RUST_LOG` filters by target and level
/// (`info,store=debug`), `info` if unset or unreadable. A release is built without anything below
/// `debug`: there the SDK writes whole requests and answers.
pub fn start() {
    start_with("info", std::io::stdout);
}

/// Starts logging into `writer`, filtered by `RUST_LOG` or else by `filter`. The first caller in a
/// process wins.
pub fn start_with<W>(filter: &str, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Not `EnvFilter`: what it can do besides needs an engine of regular expressions.
    let asked = std::env::var("RUST_LOG").ok();
    let targets: Targets = asked
        .and_then(|asked| asked.parse().ok())
        .or_else(|| filter.parse().ok())
        .unwrap_or_default();
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_writer(writer);
    // A second start, as tests make, is no fault.
    let _ = tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init();
}
