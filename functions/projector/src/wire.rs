//! What invokes the function.

use serde::Deserialize;
use serde_json::Value;

/// An invocation.
#[derive(Debug, PartialEq)]
pub(crate) enum Invocation {
    /// Records of a table's stream, oldest first.
    Records(Vec<Value>),
    /// Count everything anew.
    Recount {
        /// Also from the beginning if another recount is under way.
        begin: bool,
    },
}

/// An event that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown event")]
pub(crate) struct UnknownEvent;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    v: u8,
    kind: String,
}

impl Invocation {
    pub(crate) fn parse(mut event: Value) -> Result<Self, UnknownEvent> {
        if let Some(Value::Array(records)) = event.get_mut("Records").map(Value::take) {
            return Ok(Self::Records(records));
        }
        let asked: Asked = serde_json::from_value(event).map_err(|_| UnknownEvent)?;
        match (asked.v, asked.kind.as_str()) {
            (1, "recount") => Ok(Self::Recount { begin: true }),
            (1, "recount_on") => Ok(Self::Recount { begin: false }),
            _ => Err(UnknownEvent),
        }
    }
}

/// The sequence number by which a record is asked for again.
pub(crate) fn number_of(record: &Value) -> String {
    let number = record["dynamodb"]["SequenceNumber"].as_str();
    number.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn an_invocation_is_a_batch_or_a_known_word() {
        let parse = Invocation::parse;
        let record = json!({"dynamodb": {"SequenceNumber": "5"}});
        let batch = parse(json!({"Records": [record.clone()]})).unwrap();
        assert_eq!(batch, Invocation::Records(vec![record.clone()]));
        assert_eq!(number_of(&record), "5");
        assert_eq!(number_of(&json!("odd")), "");
        let recount = parse(json!({"v": 1, "kind": "recount"}));
        assert_eq!(recount, Ok(Invocation::Recount { begin: true }));
        let on = parse(json!({"v": 1, "kind": "recount_on"}));
        assert_eq!(on, Ok(Invocation::Recount { begin: false }));
        for odd in [
            json!({}),
            json!({"v": 2, "kind": "recount"}),
            json!({"v": 1, "kind": "tick"}),
            json!({"v": 1, "kind": "recount", "more": 1}),
            json!({"Records": "none"}),
            json!(null),
        ] {
            assert_eq!(parse(odd.clone()), Err(UnknownEvent), "{odd}");
        }
    }
}
