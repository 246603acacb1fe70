//! What the gateway's webhook brings: from bytes that nobody vouches for to messages that can be
//! trusted in form.
//!
//! Nothing in a body proves who sent it; the secret in the webhook's address does (requirement I3).

mod content;
mod id;
mod item;
mod jid;
mod payload;
mod sender;
mod surrogates;
mod time;
mod unclear;

use domain::inbound::Received;
use jiff::Timestamp;
use thiserror::Error;

pub use unclear::Unclear;

/// One message of a webhook's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// A person wrote to our number.
    Message(Received),
    /// Nothing that concerns us.
    Ignored(Ignored),
    /// It may be a message, but not in a form we know: for the admin.
    Unclear(Unclear),
}

/// Why a message is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ignored {
    /// Our own: it speaks of STOP in its last line.
    Own,
    /// Written to a group.
    Group,
    /// A status update or a broadcast list.
    Broadcast,
    /// A channel.
    Newsletter,
    /// From a number that is no Indonesian mobile number: we never write to such a number.
    Foreign,
    /// Nothing was written: a reaction, a deletion, a receipt, a message not decrypted yet.
    NoContent,
}

/// The body is no JSON object or list: not UTF-8, cut off, empty, nested too deeply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body is not a JSON object or list")]
pub struct NotJson;

/// Reads the body of a webhook call: one message or a list, in either form of the gateway, perhaps
/// wrapped. The caller bounds its size; the work is linear in it.
///
/// Never empty. A list of more than 20 gives the first 20, and the others together as unclear.
///
/// `received_at` is when the body came: a message without an id is known again within that minute
/// only.
///
/// # Errors
/// [`NotJson`].
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<Vec<Parsed>, NotJson> {
    payload::value(body).map(|value| item::read_all(&value, received_at))
}
