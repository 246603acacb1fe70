//! Proof of consent and of its withdrawal: appended, never changed (requirement L3).

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::ParticipantId;
use domain::participant::{ConsentRecord, Withdrawal};
use jiff::Timestamp;
use serde::Serialize;

use crate::item::{Iso, iso, participant_pk, to_item};
use crate::tables::Table;
use crate::write::put_new;
use crate::{Store, StoreError};

const WHAT: &str = "consent";

#[derive(Debug, Serialize)]
struct ConsentItem<'a> {
    pk: String,
    sk: String,
    act: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_sha256: Option<&'a str>,
    purposes: &'a [&'static str],
    channel: &'a str,
    evidence: &'a str,
    at: Iso,
}

/// Given and withdrawn within one millisecond stand side by side.
fn sort_key(at: Timestamp, n: u8) -> String {
    format!("CONSENT#{}#{n}", iso(at))
}

impl Store {
    /// Part of a transaction.
    pub(crate) fn consent_given(
        &self,
        id: ParticipantId,
        record: &ConsentRecord,
    ) -> Result<TransactWriteItem, StoreError> {
        self.append_consent(&ConsentItem {
            pk: participant_pk(id),
            sk: sort_key(record.at, 0),
            act: "given",
            text_version: Some(record.text_version),
            text_sha256: Some(&record.text_sha256),
            purposes: &record.purposes,
            channel: record.channel,
            evidence: &record.evidence,
            at: Iso(record.at),
        })
    }

    /// Part of a transaction.
    pub(crate) fn consent_withdrawn(
        &self,
        id: ParticipantId,
        record: &Withdrawal,
    ) -> Result<TransactWriteItem, StoreError> {
        self.append_consent(&ConsentItem {
            pk: participant_pk(id),
            sk: sort_key(record.at, 1),
            act: "withdrawn",
            text_version: None,
            text_sha256: None,
            purposes: &record.purposes,
            channel: record.channel,
            evidence: &record.evidence,
            at: Iso(record.at),
        })
    }

    fn append_consent(&self, item: &ConsentItem<'_>) -> Result<TransactWriteItem, StoreError> {
        let table = self.table(Table::Participants);
        put_new(WHAT, table, "pk", to_item(WHAT, item)?)
    }
}
