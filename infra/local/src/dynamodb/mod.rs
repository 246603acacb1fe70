//! DynamoDB in the process: an SQLite-backed engine behind the real SDK client, without sockets.
//!
//! The store talks to [`client`]'s answer exactly as it talks to AWS: same requests, same signed
//! headers, same error documents. What the engine does not emulate (conflicts between
//! transactions) is injected by [`Faults`].

mod dispatch;
mod faults;
mod in_process;
mod records;
mod tables;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedHttpClient, StalledStreamProtectionConfig,
};
use dynoxide::{Database, DynoxideError};

use crate::calls::Caller;
pub use faults::Faults;
pub use in_process::InProcess;
pub use records::{Records, RecordsError};
pub use tables::{TablesError, create_tables};

/// A database file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The template is the reason.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The engine is the reason.
    #[error(transparent)]
    Engine(#[from] DynoxideError),
    /// The engine's file is the reason.
    #[error(transparent)]
    File(#[from] rusqlite::Error),
    /// The folder is the reason.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Opens (or creates) the database in a file.
///
/// Commits survive the end of the process, `kill -9` included; only a power cut may cost the
/// last ones, which is fair for a machine that plays the cloud and several times as fast.
///
/// # Errors
/// The engine's own error if the file is not its database or cannot be written.
pub fn open(file: &Path) -> Result<Database, MakeError> {
    records::prepare(&file.to_string_lossy())?;
    let database = Database::new(&file.to_string_lossy())?;
    // The engine's name for "write-ahead log, synchronous = NORMAL".
    database.disable_bulk_loading()?;
    Ok(database)
}

/// A database in memory.
///
/// # Errors
/// The engine's own error.
pub fn in_memory() -> Result<Database, MakeError> {
    // A name of its own, under which it is opened a second time for its stream's index.
    let name = format!("file:{}?mode=memory&cache=shared", uuid::Uuid::new_v4());
    let database = Database::new(&name)?;
    records::prepare(&name)?;
    Ok(database)
}

/// Makes the database file with all tables of `template`; one that is there is left alone.
///
/// The engine creates a table in several commits, and one that was left half-made stays so. The
/// file appears under its name once it is complete, whenever the process ends.
///
/// # Errors
/// [`MakeError`].
pub fn make(file: &Path, template: &str, prefix: &str) -> Result<(), MakeError> {
    if file.try_exists()? {
        return Ok(());
    }
    let database = Database::memory()?;
    create_tables(&database, template, prefix)?;
    let draft = file.with_extension("new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    database.vacuum_into(&draft.to_string_lossy())?;
    Ok(fs::rename(&draft, file)?)
}

/// A DynamoDB client whose requests are served by `database`, in the calling task.
///
/// Retries, timeouts and stalled-stream protection are off: a failure is seen at once and in the
/// same way every time.
#[must_use]
pub fn client(database: Database, faults: Option<Arc<Faults>>) -> aws_sdk_dynamodb::Client {
    client_of(database, faults, None)
}

/// [`client`], whose calls are noted.
pub(crate) fn client_of(
    database: Database,
    faults: Option<Arc<Faults>>,
    caller: Option<Caller>,
) -> aws_sdk_dynamodb::Client {
    let http = InProcess::new(database, faults).noted_by(caller);
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("local"))
        .endpoint_url("http://dynamodb.in-process.invalid")
        .credentials_provider(Credentials::new("local", "local", None, None, "in-process"))
        .http_client(SharedHttpClient::new(http))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}
