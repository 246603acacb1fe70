//! The id by which a message that comes twice is known.

use aws_lc_rs::digest::{SHA256, digest};
use domain::inbound::InboundId;
use jiff::Timestamp;
use serde_json::Value;

use super::payload::Word;

/// The gateway's id. Where there is none, or one with characters that an id may not have, one is made
/// of a SHA-256: of the odd id, or of the whole message and the minute in which it came.
pub(super) fn of(id: &Word, message: &Value, received_at: Timestamp) -> Option<InboundId> {
    match id.get() {
        Some(id) => InboundId::parse(id).or_else(|| made_of(id.as_bytes())),
        None => of_content(message, received_at),
    }
}

/// An id of the message's whole content, fields in the order of their names, and of the minute:
/// duplicates come within a second, and a second STOP in the same words, days later, is no duplicate.
pub(super) fn of_content(message: &Value, received_at: Timestamp) -> Option<InboundId> {
    let minute = received_at.as_second().div_euclid(60);
    made_of(format!("{minute}#{message}").as_bytes())
}

fn made_of(bytes: &[u8]) -> Option<InboundId> {
    let mut id = String::from("no-id-");
    for byte in digest(&SHA256, bytes).as_ref() {
        id.push_str(&format!("{byte:02x}"));
    }
    InboundId::parse(&id)
}
