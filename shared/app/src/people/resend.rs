//! An admin sends somebody their welcome or their link once more.

use domain::ids::{MessageId, ParticipantId};
use domain::message::{MessageKey, NewMessage, Waiting};
use domain::people::Resend;
use store::StoreError;

use crate::act::Act;
use crate::context::App;
use crate::ports::QueueMessage;
use crate::register::end_of_use;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    /// It is on its way; the same request again says the same and sends nothing.
    Queued(MessageId),
    /// There is nobody, or no more.
    NotFound,
    /// They asked to stop.
    Stopped,
}

/// Sends a message again. What makes it one message is the request's key: the same one sends nothing
/// twice.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn resend_message(
    app: &App,
    id: ParticipantId,
    what: Resend,
    request: &str,
    act: &Act,
) -> Result<Resent, StoreError> {
    let now = app.now();
    let Some(profile) = app.store.profile(id).await? else {
        return Ok(Resent::NotFound);
    };
    let person = profile.participant;
    if person.unsubscribed {
        return Ok(Resent::Stopped);
    }
    let message_type = what.message_type();
    // Two people may call their requests the same.
    let cause = format!("{}#{request}", act.author().word());
    let key = MessageKey {
        message_type,
        cause: &cause,
        participant: id,
        revision: 0,
    };
    let message = NewMessage {
        id: key.id(),
        message_type,
        participant_id: id,
        target_index: person.phone_index,
        subject_id: None,
        event_id: None,
        cause_at: now,
        created_at: now,
        expires_at: end_of_use(message_type, now),
        waiting: Waiting::Number,
        not_before: now,
        expected_at: now,
        sticky: person.chat.map(|chat| chat.number_id),
        campaign: None,
    };
    let along = act.along(app, &message.id.to_string());
    if app.store.send_again(&message, now, &along).await? {
        app.notify(QueueMessage::Wake).await;
    }
    Ok(Resent::Queued(message.id))
}
