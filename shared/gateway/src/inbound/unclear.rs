//! What fits no form.

use std::fmt;

use domain::inbound::{Request, Wording};
use serde_json::Value;

/// Most bytes of an unclear message that are kept for the admin.
const RAW_MAX: usize = 8 * 1024;

/// A JSON object or list in no form we know. `Debug` hides what is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The JSON, at most its first 8 KB, never cut within a character.
    pub raw: Vec<u8>,
    /// Whether some text in it asks to stop, or says that the number is wrong: more urgent.
    pub mentions_stop: bool,
}

impl Unclear {
    pub(super) fn new(value: &Value) -> Self {
        let json = value.to_string();
        let raw = json.as_bytes()[..json.floor_char_boundary(RAW_MAX)].to_vec();
        Self {
            raw,
            mentions_stop: mentions_stop(value),
        }
    }
}

impl fmt::Debug for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unclear")
            .field("bytes", &self.raw.len())
            .field("mentions_stop", &self.mentions_stop)
            .finish()
    }
}

/// Whether a text anywhere inside asks to stop; what was only quoted (`contextInfo`) does not count.
pub(super) fn mentions_stop(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            matches!(
                Wording::new(text.as_str()).request(),
                Request::Stop | Request::WrongNumber
            )
        }
        Value::Array(items) => items.iter().any(mentions_stop),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name != "contextInfo" && mentions_stop(value)),
        _ => false,
    }
}
