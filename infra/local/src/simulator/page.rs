use serde::Serialize;
use uuid::Uuid;

use super::Message;
use super::chats::Chats;

/// Most messages in one answer.
const LONGEST: usize = 500;

/// A part of all messages, in the order in which they came. Chats only grow, so a cursor is the
/// process that counted and how many the reader has.
#[derive(Serialize)]
pub(super) struct Page {
    /// Where the next page begins.
    cursor: String,
    /// The cursor was none of this process: these are the first messages, forget all others.
    anew: bool,
    /// There are more: ask again at once.
    more: bool,
    messages: Vec<Message>,
}

impl Page {
    pub(super) fn after(cursor: Option<&str>, run: Uuid, chats: &Chats) -> Self {
        let known = cursor.and_then(|cursor| {
            let (of, count) = cursor.split_once('.')?;
            let count: usize = count.parse().ok()?;
            (of == run.simple().to_string() && count <= chats.len()).then_some(count)
        });
        let from = known.unwrap_or(0);
        let messages = chats.after(from, LONGEST);
        let read = from + messages.len();
        Self {
            cursor: format!("{}.{read}", run.simple()),
            anew: known.is_none(),
            more: read < chats.len(),
            messages,
        }
    }
}
