//! The check that brings a number back: its key is tried without writing to anybody.

use domain::ids::NumberId;
use domain::reaction::STREAK_OUT;
use gateway::{ApiKey, KeyCheck};
use store::{Chain, StoreError};

use crate::ports::QueueMessage;
use crate::take_turn::Sender;

/// How a check ended, for logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckEnd {
    /// It was not due (any more), or another copy of the message came first.
    Stale,
    /// The number is in use again.
    Back,
    /// It stays out, and waits longer for the next check.
    StillOut,
}

/// Why a check could not be made; the queue brings it again, and the tick too.
#[derive(Debug, thiserror::Error)]
#[error("number check")]
pub struct CheckError(#[from] StoreError);

/// Checks the key of a number that was taken out, if it still stands as at `revision`.
///
/// # Errors
/// [`CheckError`] if the store does not answer.
pub async fn check_number(
    sender: &Sender,
    number_id: NumberId,
    revision: u64,
) -> Result<CheckEnd, CheckError> {
    let app = &sender.app;
    if !sender.live {
        return Ok(CheckEnd::Stale);
    }
    let begun = app
        .store
        .begin_check(number_id, revision, app.now())
        .await?;
    let Some((number, key)) = begun else {
        return Ok(CheckEnd::Stale);
    };
    let answer = match key {
        Ok(key) => {
            let api_key = ApiKey::new(key.0.to_string());
            sender.gateway.check_key(&api_key).await
        }
        Err(error) => {
            tracing::error!(number = %number_id, error = %Chain(&error), "the key cannot be read");
            KeyCheck::NoAnswer
        }
    };
    let now = app.now();
    tracing::info!(number = %number_id, answer = answer.label(), "key checked");
    let (record, streak) = match answer {
        // Listing proves the key and not the phone: the next failure takes the number out again.
        KeyCheck::Valid => (number.record.back("check", now), Some(STREAK_OUT - 1)),
        KeyCheck::Refused | KeyCheck::NoAnswer => (number.record.still_out(now), None),
    };
    let ours = app.store.end_check(number_id, &record, streak).await?;
    Ok(match streak {
        _ if !ours => CheckEnd::Stale,
        Some(_) => {
            sender.view.forget().await;
            app.notify(QueueMessage::Wake).await;
            CheckEnd::Back
        }
        None => CheckEnd::StillOut,
    })
}
