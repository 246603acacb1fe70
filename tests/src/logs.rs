//! Everything the process logs, so that a test can search it.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps all log lines from now on, also the talkative ones of our own crates and of the clients.
pub(crate) fn capture() {
    lambda_kit::telemetry::start_with("debug", || Sink);
}

/// What has been logged so far.
pub(crate) fn captured() -> String {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&lines).into_owned()
}
