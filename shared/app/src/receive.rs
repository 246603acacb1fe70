//! Somebody wrote to one of our numbers.

use std::fmt;

use domain::ids::NumberId;
use domain::inbound::{Received, Request};
use domain::inbox::InboxKind;
use store::StoreError;

use crate::context::App;

/// What goes back through the webhook's answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text, for the one who wrote.
    pub text: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.text.len())
    }
}

/// Takes a message that came to our number `via`.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn receive(
    _app: &App,
    _via: NumberId,
    _received: &Received,
    _request: Request,
) -> Result<Option<Answer>, StoreError> {
    Ok(None)
}

/// Keeps what could not be acted on for the admin.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn keep_for_admin(
    _app: &App,
    _via: NumberId,
    _kind: InboxKind,
    _raw: &[u8],
) -> Result<(), StoreError> {
    Ok(())
}
