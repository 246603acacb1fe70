//! Sending numbers: adding one, changing its limits, pausing it, bringing it back.

use domain::ids::NumberId;
use domain::number::Limits;
use domain::phone::Phone;
use jiff::Timestamp;
use store::{GatewayKey, NewNumber, StoreError};

use crate::context::App;
use crate::ports::QueueMessage;

/// Longest label, characters.
const LABEL_LENGTH: usize = 60;

/// A number as an admin enters it.
pub struct NumberEntry {
    /// What admins call it.
    pub label: String,
    /// Its WhatsApp number.
    pub phone: Phone,
    /// Its key at the gateway; never shown again.
    pub api_key: GatewayKey,
    /// Order of preference, 1 first.
    pub priority: u16,
    /// Since when it has been in use, UTC.
    pub in_use_since: Timestamp,
    /// Gap and caps.
    pub limits: Limits,
}

/// Why a number was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum NumberError {
    /// The label is empty or too long.
    #[error("a label of 1 to {LABEL_LENGTH} characters is needed")]
    Label,
    /// The key is empty or has characters that no key has.
    #[error("the gateway key must be visible characters without spaces")]
    Key,
    /// Priorities begin at 1.
    #[error("priority begins at 1")]
    Priority,
    /// Nobody is in use since tomorrow.
    #[error("the number cannot be in use since a moment that is still to come")]
    InUseSince,
    /// There is no such number.
    #[error("there is no such number")]
    Unknown,
    /// The random id that was drawn is taken: nothing was changed, try again.
    #[error("the number was not added, try again")]
    IdTaken,
    /// The store did not answer.
    #[error("numbers")]
    Store(#[from] StoreError),
}

/// Adds a number; it may be used at once.
///
/// # Errors
/// [`NumberError`] says what is wrong with the entry, or that the store did not answer.
pub async fn add_number(app: &App, entry: NumberEntry) -> Result<NumberId, NumberError> {
    let now = app.now();
    let label = entry.label.trim();
    if label.is_empty() || label.chars().count() > LABEL_LENGTH {
        return Err(NumberError::Label);
    }
    let key = entry.api_key.0.as_str();
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(NumberError::Key);
    }
    if entry.priority == 0 {
        return Err(NumberError::Priority);
    }
    if entry.in_use_since > now {
        return Err(NumberError::InUseSince);
    }
    let id = app.dice.number_id();
    let new = NewNumber {
        id,
        label: label.to_owned(),
        phone: entry.phone,
        api_key: entry.api_key,
        priority: entry.priority,
        in_use_since: entry.in_use_since,
        limits: entry.limits,
    };
    if !app.store.add_number(&new, now).await? {
        return Err(NumberError::IdTaken);
    }
    app.notify(QueueMessage::Wake).await;
    Ok(id)
}

/// Changes gap and caps, also while messages wait.
///
/// # Errors
/// [`NumberError::Unknown`], or the store did not answer.
pub async fn set_limits(app: &App, id: NumberId, limits: Limits) -> Result<(), NumberError> {
    changed(app, app.store.set_limits(id, limits).await?).await
}

/// Pauses a number or lets it go on.
///
/// # Errors
/// [`NumberError::Unknown`], or the store did not answer.
pub async fn set_paused(app: &App, id: NumberId, paused: bool) -> Result<(), NumberError> {
    changed(app, app.store.set_paused(id, paused, app.now()).await?).await
}

/// Brings back a number that was taken out.
///
/// # Errors
/// [`NumberError::Unknown`], or the store did not answer.
pub async fn reactivate(app: &App, id: NumberId) -> Result<(), NumberError> {
    let known = app.store.reactivate(id, app.now()).await?;
    changed(app, known).await
}

async fn changed(app: &App, known: bool) -> Result<(), NumberError> {
    if !known {
        return Err(NumberError::Unknown);
    }
    app.notify(QueueMessage::Wake).await;
    Ok(())
}
