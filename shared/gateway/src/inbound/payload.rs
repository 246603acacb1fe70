//! The body as it came: nothing in it is trusted, every field may be missing or of another type.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::NotJson;
use super::surrogates::mended;

/// The body as a JSON object or list.
pub(super) fn value(body: &[u8]) -> Result<Value, NotJson> {
    let text = std::str::from_utf8(body).map_err(|_| NotJson)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let value: Value = serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&mended(text)))
        .map_err(|_| NotJson)?;
    match value {
        Value::Object(_) | Value::Array(_) => Ok(value),
        _ => Err(NotJson),
    }
}

/// One message, in either form.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Payload {
    // The simple form.
    pub(super) phone: Word,
    pub(super) jid: Word,
    pub(super) id: Word,
    pub(super) text: Option<Value>,
    pub(super) timestamp: Option<Value>,
    pub(super) from_me: Flag,
    // The raw form, as Baileys makes it.
    pub(super) key: Key,
    pub(super) message_timestamp: Option<Value>,
    pub(super) message: Option<Value>,
    pub(super) update: Update,
    // Beside the key in some versions, inside it in others.
    pub(super) sender_pn: Word,
    pub(super) sender_lid: Word,
}

/// Which message in which chat.
#[derive(Default)]
pub(super) struct Key {
    pub(super) fields: KeyFields,
}

/// What a key may hold.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct KeyFields {
    pub(super) remote_jid: Word,
    pub(super) from_me: Flag,
    pub(super) id: Word,
    pub(super) remote_jid_alt: Word,
    pub(super) sender_pn: Word,
    pub(super) participant_pn: Word,
    pub(super) sender_lid: Word,
    pub(super) participant_lid: Word,
}

/// A change of an earlier message: its new content, or a receipt.
#[derive(Default)]
pub(super) struct Update {
    pub(super) message: Option<Value>,
}

/// A text; a number is read as its digits, anything else as nothing.
#[derive(Default)]
pub(super) struct Word(Option<String>);

impl Word {
    /// Without the spaces around it; `None` if nothing is left.
    pub(super) fn get(&self) -> Option<&str> {
        let text = self.0.as_deref()?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// `true`, `"true"`, `1`; anything else is no.
#[derive(Default, Clone, Copy)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::Bool(is) => is,
            Value::String(text) => text.eq_ignore_ascii_case("true") || text == "1",
            Value::Number(number) => number.as_f64() == Some(1.0),
            _ => false,
        }))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // A list would pass for the fields in their order.
        let fields = if value.is_object() {
            serde_json::from_value(value).unwrap_or_default()
        } else {
            KeyFields::default()
        };
        Ok(Self { fields })
    }
}

impl<'de> Deserialize<'de> for Update {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        let message = value.get_mut("message").map(Value::take);
        Ok(Self { message })
    }
}
