//! The messages of a body, one by one.

use domain::inbound::{Received, Wording};
use jiff::Timestamp;
use serde_json::Value;

use super::content::{self, Content, WRAPPERS_MAX};
use super::payload::Payload;
use super::sender::{self, NoSender};
use super::{Ignored, Parsed, Unclear, id, time};

/// Most messages of one body that are read.
const MESSAGES_MAX: usize = 20;

/// Fields under which a body may carry its message or messages.
const WRAPPERS: [&str; 5] = ["data", "messages", "message", "payload", "body"];

/// Every message of the body; never empty.
pub(super) fn read_all(body: &Value, received_at: Timestamp) -> Vec<Parsed> {
    let mut found = Vec::new();
    unwrap(body, 0, &mut found);
    let (read, rest) = found.split_at(found.len().min(MESSAGES_MAX));
    let mut parsed: Vec<Parsed> = read
        .iter()
        .map(|value| read_one(value, received_at))
        .collect();
    if !rest.is_empty() {
        let rest = rest.iter().map(|value| (*value).clone()).collect();
        parsed.push(Parsed::Unclear(Unclear::new(&Value::Array(rest))));
    }
    parsed
}

/// Takes lists apart and wrappers off; what is no message in the end is found as it is.
fn unwrap<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a Value>) {
    if depth <= WRAPPERS_MAX {
        match value {
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    unwrap(item, depth + 1, found);
                }
                return;
            }
            Value::Object(_) => {
                if let Some(inner) = wrapped(value) {
                    return unwrap(inner, depth + 1, found);
                }
            }
            _ => {}
        }
    }
    found.push(value);
}

/// What a wrapper carries. A message inside counts more than a number beside it, which may be ours.
fn wrapped(value: &Value) -> Option<&Value> {
    if is_raw(value) {
        return None;
    }
    let mut inner = WRAPPERS
        .iter()
        .filter_map(|name| value.get(name))
        .filter(|inner| inner.is_object() || inner.is_array());
    if is_simple(value) {
        return inner.find(|inner| is_raw(inner) || is_simple(inner));
    }
    inner.next()
}

fn is_raw(value: &Value) -> bool {
    value.pointer("/key/remoteJid").is_some()
}

fn is_simple(value: &Value) -> bool {
    value.get("phone").is_some() || value.get("jid").is_some()
}

fn read_one(value: &Value, received_at: Timestamp) -> Parsed {
    let payload = value
        .is_object()
        .then(|| serde_json::from_value::<Payload>(value.clone()).ok())
        .flatten();
    let parsed = payload.and_then(|payload| {
        if is_raw(value) {
            raw(&payload, value, received_at)
        } else {
            simple(&payload, value, received_at)
        }
    });
    parsed.unwrap_or_else(|| Parsed::Unclear(Unclear::new(value)))
}

/// The raw form; `None` if it is unclear.
fn raw(payload: &Payload, value: &Value, received_at: Timestamp) -> Option<Parsed> {
    let key = &payload.key.fields;
    if key.from_me.0 || payload.from_me.0 {
        return Some(Parsed::Ignored(Ignored::Own));
    }
    let sender = match sender::of_raw(payload) {
        Ok(sender) => sender,
        Err(NoSender::Ignored(why)) => return Some(Parsed::Ignored(why)),
        Err(NoSender::Unclear) => return None,
    };
    let message = payload.message.as_ref().or(payload.text.as_ref());
    let changed = payload.update.message.as_ref();
    let wording = match content::of(message.or(changed)) {
        Content::Written(text) => Wording::new(text),
        Content::Wordless => Wording::default(),
        Content::Nothing => return Some(Parsed::Ignored(Ignored::NoContent)),
        Content::Unclear => return None,
    };
    // A changed message comes under the id of the first version, which was received already.
    let id = if message.is_none() {
        id::of_content(value, received_at)
    } else {
        id::of(&key.id, value, received_at)
    };
    let at = payload.message_timestamp.as_ref();
    Some(Parsed::Message(Received {
        id: id?,
        sender,
        wording,
        sent_at: at.or(payload.timestamp.as_ref()).and_then(time::read),
    }))
}

/// The simple form; `None` if it is unclear.
fn simple(payload: &Payload, value: &Value, received_at: Timestamp) -> Option<Parsed> {
    if payload.from_me.0 {
        return Some(Parsed::Ignored(Ignored::Own));
    }
    let sender = match sender::of_simple(payload) {
        Ok(sender) => sender,
        Err(NoSender::Ignored(why)) => return Some(Parsed::Ignored(why)),
        Err(NoSender::Unclear) => return None,
    };
    let wording = match &payload.text {
        Some(Value::String(text)) => Wording::new(text.as_str()),
        Some(Value::Number(number)) => Wording::new(number.to_string()),
        Some(_) => return None,
        None => match content::of(payload.message.as_ref()) {
            Content::Written(text) => Wording::new(text),
            // Without a text it is a picture or a sticker, as far as this form tells.
            Content::Wordless | Content::Nothing => Wording::default(),
            Content::Unclear => return None,
        },
    };
    let at = payload.timestamp.as_ref();
    Some(Parsed::Message(Received {
        id: id::of(&payload.id, value, received_at)?,
        sender,
        wording,
        sent_at: at
            .or(payload.message_timestamp.as_ref())
            .and_then(time::read),
    }))
}
