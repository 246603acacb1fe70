//! Structured logs on standard output, one JSON object a line. Fields are ids and words; no phone
//! number, key or message text is ever one.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging for a deployed function. `RUST_LOG` filters, `info` if unset.
pub fn start() {
    start_with("info", std::io::stdout);
}

/// Starts logging into `writer`, filtered by `RUST_LOG` or else by `filter`. The first caller in a
/// process wins.
pub fn start_with<W>(filter: &str, writer: W)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(filter));
    // A second start, as tests make, is no fault.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .try_init();
}
