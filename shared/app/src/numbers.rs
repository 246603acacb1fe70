//! Sending numbers: adding one, changing it, testing its key, pausing it, bringing it back.

use domain::ids::NumberId;
use domain::number::Limits;
use domain::phone::{Phone, may_hold_a_number};
use gateway::{ApiKey, Gateway, KeyCheck};
use jiff::Timestamp;
use store::{Added, Chain, Edited, GatewayKey, KnownNumber, NewNumber, NumberEdit, StoreError};

use crate::act::Act;
use crate::context::App;
use crate::ports::QueueMessage;

/// Longest label, characters.
pub const LABEL_LENGTH: usize = 60;
/// Longest key, characters.
pub const KEY_LENGTH: usize = 512;

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
    /// The label is empty, too long, or may hold a telephone number, which would be kept in clear.
    #[error("a label of 1 to {LABEL_LENGTH} characters without a phone number is needed")]
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
    /// It is among the sending numbers already.
    #[error("this WhatsApp number is a sending number already")]
    Present,
    /// There is no such number.
    #[error("there is no such number")]
    Unknown,
    /// Somebody else changed it first; nothing was changed. The number as it is now.
    #[error("somebody else changed this number first")]
    Overtaken(Box<KnownNumber>),
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
    add_number_by(app, entry, &Act::of_the_system()).await
}

/// The same as somebody's act.
///
/// # Errors
/// [`NumberError`] says what is wrong with the entry, that the request was carried out before, or
/// that the store did not answer.
pub async fn add_number_by(
    app: &App,
    entry: NumberEntry,
    act: &Act,
) -> Result<NumberId, NumberError> {
    let now = app.now();
    let label = label(&entry.label)?;
    check_key(&entry.api_key)?;
    check_order(Some(entry.priority))?;
    check_since(Some(entry.in_use_since), now)?;
    let id = app.dice.number_id();
    let new = NewNumber {
        id,
        label,
        phone: entry.phone,
        api_key: entry.api_key,
        priority: entry.priority,
        in_use_since: entry.in_use_since,
        limits: entry.limits,
    };
    let along = act.along(app, &id.to_string());
    match app.store.add_number(&new, now, &along).await? {
        Added::Done => {}
        Added::PhonePresent => return Err(NumberError::Present),
        Added::IdTaken => return Err(NumberError::IdTaken),
    }
    app.notify(QueueMessage::Wake).await;
    Ok(id)
}

/// Changes a number as somebody saw it at `revision`; it holds from the next turn on.
///
/// # Errors
/// [`NumberError`]; nothing was changed unless the store's answer got lost.
pub async fn change_number(
    app: &App,
    id: NumberId,
    revision: u32,
    mut edit: NumberEdit,
    act: &Act,
) -> Result<(), NumberError> {
    let now = app.now();
    edit.label = edit.label.as_deref().map(label).transpose()?;
    edit.api_key.as_ref().map(check_key).transpose()?;
    check_order(edit.priority)?;
    check_since(edit.in_use_since, now)?;
    let along = act.along(app, &id.to_string());
    let edited = app.store.edit_number(id, revision, &edit, now, &along);
    match edited.await? {
        Edited::Done => changed(app, true).await,
        Edited::Overtaken(now) => Err(NumberError::Overtaken(now)),
        Edited::Unknown => Err(NumberError::Unknown),
    }
}

/// Asks the gateway whether it knows a number's key, without writing to anybody (requirement A6).
///
/// # Errors
/// [`NumberError::Unknown`], or the store did not answer.
pub async fn test_number(
    app: &App,
    gateway: &dyn Gateway,
    id: NumberId,
) -> Result<KeyCheck, NumberError> {
    let found = app.store.number_with_key(id).await?;
    let (_, key) = found.ok_or(NumberError::Unknown)?;
    let answer = match key {
        Ok(key) => gateway.check_key(&ApiKey::new(key.0.to_string())).await,
        Err(error) => {
            tracing::error!(number = %id, error = %Chain(&error), "the key cannot be read");
            KeyCheck::NoAnswer
        }
    };
    tracing::info!(number = %id, answer = answer.label(), "key tested");
    Ok(answer)
}

fn label(text: &str) -> Result<String, NumberError> {
    let label = text.trim();
    // As it came too: the API's document knows of no cleaning.
    let is_short = text.chars().count() <= LABEL_LENGTH;
    let fits = is_short && !label.is_empty() && !may_hold_a_number(label);
    fits.then(|| label.to_owned()).ok_or(NumberError::Label)
}

fn check_key(key: &GatewayKey) -> Result<(), NumberError> {
    let key = key.0.as_str();
    let fits = (1..=KEY_LENGTH).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic());
    fits.then_some(()).ok_or(NumberError::Key)
}

fn check_order(priority: Option<u16>) -> Result<(), NumberError> {
    let fits = priority.is_none_or(|priority| priority > 0);
    fits.then_some(()).ok_or(NumberError::Priority)
}

fn check_since(since: Option<Timestamp>, now: Timestamp) -> Result<(), NumberError> {
    let fits = since.is_none_or(|since| since <= now);
    fits.then_some(()).ok_or(NumberError::InUseSince)
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
