//! What stands in a message of the raw form: words, something without words, or nothing.

use serde_json::{Map, Value};

use super::unclear::mentions_stop;

/// More wrappers around a message than any sender uses.
pub(super) const WRAPPERS_MAX: usize = 8;

/// What a message holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A text, a caption, or the words on the button that was pressed.
    Written(String),
    /// A picture, a sticker, a place, a voice: somebody wrote, without words.
    Wordless,
    /// Nobody wrote anything: a reaction, a deletion, a receipt.
    Nothing,
    /// Words that may be there cannot be found.
    Unclear,
}

/// What happens to messages, and what only machines exchange.
const SILENT: [&str; 9] = [
    "encReactionMessage",
    "keepInChatMessage",
    "messageContextInfo",
    "pinInChatMessage",
    "pollUpdateMessage",
    "protocolMessage",
    "reactionMessage",
    "senderKeyDistributionMessage",
    "fastRatchetKeySenderKeyDistributionMessage",
];

/// Where words stand in a part of a message, the written ones first. `title` is the chosen row of a list in
/// `listResponseMessage`; elsewhere it is a file's or a page's name.
const WORDS: [&str; 7] = [
    "/text",
    "/caption",
    "/selectedDisplayText",
    "/body/text",
    "/selectedButtonId",
    "/selectedId",
    "/singleSelectReply/selectedRowId",
];

/// Reads the field `message`.
pub(super) fn of(message: Option<&Value>) -> Content {
    match message {
        None | Some(Value::Null) => Content::Nothing,
        Some(Value::String(text)) => written(text).unwrap_or(Content::Nothing),
        Some(Value::Object(parts)) => of_parts(parts, 0),
        Some(_) => Content::Unclear,
    }
}

/// A message is an object with one part that counts, named for its kind; some add silent ones.
fn of_parts(parts: &Map<String, Value>, depth: usize) -> Content {
    if depth > WRAPPERS_MAX {
        return Content::Unclear;
    }
    let parts = parts.iter().filter(|(_, part)| !part.is_null());
    parts
        .map(|(name, part)| of_part(name, part, depth))
        .min_by_key(|content| match content {
            Content::Written(_) => 0,
            Content::Unclear => 1,
            Content::Wordless => 2,
            Content::Nothing => 3,
        })
        .unwrap_or(Content::Nothing)
}

fn of_part(name: &str, part: &Value, depth: usize) -> Content {
    if let Some(inner) = inner(name, part) {
        return of_parts(inner, depth + 1);
    }
    if SILENT.contains(&name) {
        return Content::Nothing;
    }
    let own = part.as_str();
    let chosen = (name == "listResponseMessage").then(|| part.get("title")?.as_str());
    let words = WORDS.iter().map(|place| part.pointer(place)?.as_str());
    let mut words = own
        .into_iter()
        .chain(chosen.flatten())
        .chain(words.flatten());
    if let Some(content) = words.find_map(written) {
        return content;
    }
    if mentions_stop(part) {
        return Content::Unclear;
    }
    Content::Wordless
}

/// The message inside a wrapper: disappearing, view once, document with caption, edited, and whatever
/// else carries a `message`. What a reply quotes stands in `contextInfo` and is none.
fn inner<'a>(name: &str, part: &'a Value) -> Option<&'a Map<String, Value>> {
    let inner = match name {
        "message" => Some(part),
        "protocolMessage" => part.get("editedMessage"),
        "editedMessage" => part.get("message").or(Some(part)),
        _ => part.get("message"),
    };
    inner?.as_object()
}

fn written(text: &str) -> Option<Content> {
    (!text.trim().is_empty()).then(|| Content::Written(text.to_owned()))
}
