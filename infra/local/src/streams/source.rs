//! How the event sources of streams behave, from the template that SAM deploys.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One stream's event source.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Logical name of the table.
    pub(super) table: &'static str,
    /// Most records in one invocation.
    pub(super) batch: usize,
    /// How often records that failed are tried again.
    pub(super) retries: u32,
    patterns: Vec<Value>,
}

/// The template holds something that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the event sources of streams cannot be read: {0}")]
pub struct SourceError(String);

#[derive(Deserialize)]
struct Template {
    #[serde(rename = "Resources")]
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "Properties", default)]
    properties: Value,
}

/// The parameters that hand over the addresses of streams, with their tables.
const TABLES: [(&str, &str); 2] = [
    ("ParticipantsStreamArn", "participants"),
    ("NotificationsLogStreamArn", "notifications_log"),
];

/// Every event source of a stream in `template` (the text of `infra/messaging.yaml`).
pub(super) fn sources(template: &str) -> Result<Vec<Source>, SourceError> {
    let template: Template =
        serde_saphyr::from_str(template).map_err(|error| SourceError(error.to_string()))?;
    let events = template
        .resources
        .values()
        .filter_map(|resource| resource.properties["Events"].as_object())
        .flat_map(|events| events.values())
        .filter(|event| event["Type"] == "DynamoDB");
    events.map(|event| source(&event["Properties"])).collect()
}

fn source(properties: &Value) -> Result<Source, SourceError> {
    let missing = |what: &str| SourceError(format!("no {what}"));
    let stream = properties["Stream"]["Ref"].as_str();
    let table = TABLES.into_iter().find(|(name, _)| Some(*name) == stream);
    let number = |name: &'static str| properties[name].as_u64().ok_or_else(|| missing(name));
    let filters = properties["FilterCriteria"]["Filters"].as_array();
    let patterns = filters.into_iter().flatten().map(|filter| {
        let pattern = filter["Pattern"].as_str().unwrap_or_default();
        serde_json::from_str(pattern).map_err(|error| SourceError(error.to_string()))
    });
    Ok(Source {
        table: table.ok_or_else(|| missing("Stream"))?.1,
        batch: usize::try_from(number("BatchSize")?).unwrap_or(1).max(1),
        retries: u32::try_from(number("MaximumRetryAttempts")?).unwrap_or(0),
        patterns: patterns.collect::<Result<_, _>>()?,
    })
}

impl Source {
    /// Whether the function gets this record: one pattern at least must hold.
    pub(super) fn lets_through(&self, record: &Value) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| holds(pattern, record))
    }
}

/// Of the language of patterns what the template uses: names within names, lists of words one of
/// which must be there, and `anything-but`.
fn holds(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, rest)| holds(rest, &value[name])),
        Value::Array(choices) => choices.iter().any(|choice| match choice {
            Value::Object(rule) => {
                let others = rule.get("anything-but").and_then(Value::as_array);
                !value.is_null() && others.is_some_and(|others| !others.contains(value))
            }
            plain => plain == value,
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    const TEMPLATE: &str = include_str!("../../../messaging.yaml");

    #[test]
    fn the_filters_of_the_template_leave_out_what_is_not_counted() {
        let sources = sources(TEMPLATE).unwrap();
        let of = |table: &str| sources.iter().find(|one| one.table == table).unwrap();
        let person = |sk: &str| {
            let keys = json!({"pk": {"S": "P#1"}, "sk": {"S": sk}});
            json!({"eventName": "MODIFY", "dynamodb": {"Keys": keys}})
        };
        for (sk, passes) in [
            ("PROFILE", true),
            ("ERASED", true),
            ("REFERRALS", false),
            ("GUARD", false),
            ("2026-11-28T00:00:00.000Z#1", false),
        ] {
            assert_eq!(of("participants").lets_through(&person(sk)), passes, "{sk}");
        }
        let row = |name: &str, reason: &str| {
            let image = json!({"status": {"S": "queued"}, "reason": {"S": reason}});
            json!({"eventName": name, "dynamodb": {"NewImage": image}})
        };
        for (name, reason, passes) in [
            ("INSERT", "scheduled", true),
            ("MODIFY", "sending", false),
            ("MODIFY", "accepted", true),
            ("MODIFY", "retry", true),
        ] {
            let passed = of("notifications_log").lets_through(&row(name, reason));
            assert_eq!(passed, passes, "{name} {reason}");
        }
        let gone = json!({"eventName": "REMOVE", "dynamodb": {"Keys": {"id": {"S": "1"}}}});
        assert!(of("notifications_log").lets_through(&gone));
    }
}
