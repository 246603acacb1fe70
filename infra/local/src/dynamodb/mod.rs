//! DynamoDB in the process: an SQLite-backed engine behind the real SDK client, without sockets.
//!
//! The store talks to [`client`]'s answer exactly as it talks to AWS: same requests, same signed
//! headers, same error documents. What the engine does not emulate (conflicts between
//! transactions) is injected by [`Faults`].

mod dispatch;
mod faults;
mod in_process;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use dynoxide::{Database, DynoxideError};

pub use faults::Faults;
pub use in_process::InProcess;
pub use tables::{TablesError, create_tables};

/// Opens (or creates) the database in a file.
///
/// Commits survive the end of the process, `kill -9` included; only a power cut may cost the
/// last ones, which is fair for a machine that plays the cloud and several times as fast.
///
/// # Errors
/// The engine's own error if the file is not its database or cannot be written.
pub fn open(file: &Path) -> Result<Database, DynoxideError> {
    let database = Database::new(&file.to_string_lossy())?;
    // The engine's name for "write-ahead log, synchronous = NORMAL".
    database.disable_bulk_loading()?;
    Ok(database)
}

/// A DynamoDB client whose requests are served by `database`, in the calling task.
///
/// Retries, timeouts and stalled-stream protection are off: a failure is seen at once and in the
/// same way every time.
#[must_use]
pub fn client(database: Database, faults: Option<Arc<Faults>>) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("local"))
        .endpoint_url("http://dynamodb.in-process.invalid")
        .credentials_provider(Credentials::new("local", "local", None, None, "in-process"))
        .http_client(SharedHttpClient::new(InProcess::new(database, faults)))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}
