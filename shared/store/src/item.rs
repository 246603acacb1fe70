//! Reading and writing attributes. All key strings of the data model are made here.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{EventId, ParticipantId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::StoreError;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

pub(crate) fn binary(value: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub(crate) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

pub(crate) fn single_key(name: &str, value: impl Into<String>) -> Item {
    Item::from([(name.to_owned(), text(value))])
}

pub(crate) fn participant_pk(id: ParticipantId) -> String {
    format!("P#{id}")
}

pub(crate) fn guard_pk(phone_index: &str) -> String {
    format!("G#{phone_index}")
}

pub(crate) fn code_pk(code: &str) -> String {
    format!("C#{code}")
}

pub(crate) fn event_pk(id: EventId) -> String {
    format!("E#{id}")
}

pub(crate) fn lid_pk(hash: &str) -> String {
    format!("L#{hash}")
}

pub(crate) fn word_pk(word: &str) -> String {
    format!("W#{word}")
}

pub(crate) const PROFILE: &str = "PROFILE";
pub(crate) const REFERRALS: &str = "REFERRALS";
pub(crate) const GUARD: &str = "GUARD";
pub(crate) const PENDING: &str = "PENDING";
pub(crate) const CODE: &str = "CODE";
pub(crate) const LID: &str = "LID";
pub(crate) const ERASED: &str = "ERASED";
pub(crate) const META: &str = "META";
pub(crate) const STATE: &str = "STATE";

/// Milliseconds, fixed width, UTC: text order is time order.
pub(crate) fn iso(at: Timestamp) -> String {
    // Of the two ways jiff has, the fast one: a row of the log has seven of these.
    format!("{at:.3}")
}

/// A moment stored as fixed-width text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Iso(pub(crate) Timestamp);

impl Serialize for Iso {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&iso(self.0))
    }
}

impl<'de> Deserialize<'de> for Iso {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

pub(crate) fn to_item<T: Serialize>(what: &'static str, value: &T) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|e| StoreError::unreadable(what, e))
}

pub(crate) fn from_item<T: DeserializeOwned>(
    what: &'static str,
    item: Item,
) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|e| StoreError::unreadable(what, e))
}

pub(crate) fn millis(what: &'static str, value: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(value).map_err(|e| StoreError::unreadable(what, e))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn times_have_one_width_and_end_in_milliseconds_cut_off() {
        for (at, written) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
            ("2026-11-29T12:30:00.0019999Z", "2026-11-29T12:30:00.001Z"),
            ("2026-11-29T19:30:00.5+07:00", "2026-11-29T12:30:00.500Z"),
            ("2026-12-31T23:59:59.9999Z", "2026-12-31T23:59:59.999Z"),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00.000Z"),
        ] {
            assert_eq!(iso(at.parse().unwrap()), written);
        }
    }
}
