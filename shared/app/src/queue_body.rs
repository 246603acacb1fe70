//! The bodies of queue messages: small, versioned JSON that holds ids, and of what people wrote
//! nothing that is not encrypted. Written and read here only, so that the cloud's queues, the local
//! ones and the handlers agree.
//!
//! wake `{"v":1}` · turns `{"v":1,"number_id":…,"turn":…}` or
//! `{"v":1,"number_id":…,"check":…}` · referrals `{"v":1,"job":…,…}` ·
//! inbound `{"v":1,"id":…,"number_id":…,"received_at":…,"sealed":…}` ·
//! campaigns `{"v":1,"campaign":…}`, `{"v":1,"reconcile":true}`, or what a schedule hands over,
//! `{"v":1,"kind":…,"id":…}`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{CampaignId, NumberId};
use domain::schedule::{Job, JobKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ports::{Aside, QueueMessage, ReferralJob};

/// The version written. A new one is read for a while before it is written, since messages of
/// both kinds are in the queue during a deployment.
const VERSION: u64 = 1;

/// Body of queue `wake`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WakeBody {
    v: u64,
}

/// Body of queue `turns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnBody {
    v: u64,
    /// Whose turn.
    pub number_id: NumberId,
    /// The turn's number.
    pub turn: u64,
}

/// Body of queue `turns` that asks for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    v: u64,
    /// Which number.
    pub number_id: NumberId,
    /// The revision of its health.
    pub check: u64,
}

/// What stands on queue `turns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnsJob {
    /// A turn.
    Turn(TurnBody),
    /// A check.
    Check(CheckBody),
}

/// Body of queue `referrals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralBody {
    v: u64,
    /// What to do.
    #[serde(flatten)]
    pub job: ReferralJob,
}

/// Body of queue `inbound`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InboundBody {
    v: u64,
    id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number_id: Option<NumberId>,
    received_at: Timestamp,
    /// Base64.
    sealed: String,
}

/// Body of queue `campaigns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignsBody {
    v: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    reconcile: bool,
}

/// What stands on queue `campaigns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignsJob {
    /// Go on with the rows of a campaign.
    Expand(CampaignId),
    /// Compare what is planned with the schedules.
    Reconcile,
    /// The moment of a schedule has come.
    Begin(Job),
}

/// What a schedule hands over when its moment comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobBody {
    v: u64,
    kind: JobKind,
    id: Uuid,
}

/// A body that is not one of ours. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueBodyError {
    /// Another version, probably of a newer or older release.
    #[error("a body of queue {queue} has version {version}, not {VERSION}")]
    UnknownVersion {
        /// Logical queue name.
        queue: &'static str,
        /// The version found.
        version: u64,
    },
    /// Not JSON, a field missing, unknown, or of the wrong type.
    #[error("a body of queue {queue} is unreadable at line {line}, column {column}")]
    Unreadable {
        /// Logical queue name.
        queue: &'static str,
        /// From 1; 0 if the place is not known.
        line: usize,
        /// From 1; 0 if the place is not known.
        column: usize,
    },
}

/// The body to put on the message's queue.
///
/// # Errors
/// Only if JSON cannot be written, which these types give no reason for.
pub fn encode(message: &QueueMessage) -> Result<String, serde_json::Error> {
    match message {
        QueueMessage::Wake => serde_json::to_string(&WakeBody { v: VERSION }),
        QueueMessage::Turn {
            number_id, turn, ..
        } => serde_json::to_string(&TurnBody {
            v: VERSION,
            number_id: *number_id,
            turn: *turn,
        }),
        QueueMessage::Check {
            number_id,
            revision,
        } => serde_json::to_string(&CheckBody {
            v: VERSION,
            number_id: *number_id,
            check: *revision,
        }),
        QueueMessage::Expand { campaign } => serde_json::to_string(&CampaignsBody {
            v: VERSION,
            campaign: Some(*campaign),
            reconcile: false,
        }),
        QueueMessage::Reconcile => serde_json::to_string(&CampaignsBody {
            v: VERSION,
            campaign: None,
            reconcile: true,
        }),
        QueueMessage::Referral(job) => serde_json::to_string(&ReferralBody {
            v: VERSION,
            job: job.clone(),
        }),
        QueueMessage::Inbound(aside) => serde_json::to_string(&InboundBody {
            v: VERSION,
            id: aside.id,
            number_id: aside.number_id,
            received_at: aside.received_at,
            sealed: STANDARD.encode(&aside.sealed),
        }),
    }
}

/// The body that a schedule hands over for this job.
///
/// # Errors
/// Only if JSON cannot be written, which these types give no reason for.
pub fn encode_job(job: Job) -> Result<String, serde_json::Error> {
    serde_json::to_string(&JobBody {
        v: VERSION,
        kind: job.kind,
        id: job.id,
    })
}

/// Reads a body of queue `campaigns`, whichever it is.
///
/// # Errors
/// [`QueueBodyError`] if it is none.
pub fn decode_campaigns(body: &str) -> Result<CampaignsJob, QueueBodyError> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        kind: Option<serde::de::IgnoredAny>,
    }
    if let Ok(Kind { kind: Some(_) }) = serde_json::from_str(body) {
        let JobBody { kind, id, .. } = decode("campaigns", body)?;
        return Ok(CampaignsJob::Begin(Job { kind, id }));
    }
    let CampaignsBody {
        campaign,
        reconcile,
        ..
    } = decode("campaigns", body)?;
    match (campaign, reconcile) {
        (Some(campaign), false) => Ok(CampaignsJob::Expand(campaign)),
        (None, true) => Ok(CampaignsJob::Reconcile),
        _ => Err(QueueBodyError::Unreadable {
            queue: "campaigns",
            line: 0,
            column: 0,
        }),
    }
}

/// Reads a body of queue `wake`.
///
/// # Errors
/// [`QueueBodyError`] if it is not one.
pub fn decode_wake(body: &str) -> Result<WakeBody, QueueBodyError> {
    decode("wake", body)
}

/// Reads a body of queue `turns`, whichever it is.
///
/// # Errors
/// [`QueueBodyError`] if it is neither.
pub fn decode_turns(body: &str) -> Result<TurnsJob, QueueBodyError> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        check: Option<serde::de::IgnoredAny>,
    }
    match serde_json::from_str(body) {
        Ok(Kind { check: Some(_) }) => decode("turns", body).map(TurnsJob::Check),
        _ => decode_turn(body).map(TurnsJob::Turn),
    }
}

/// Reads a body of queue `turns` that is a turn.
///
/// # Errors
/// [`QueueBodyError`] if it is not one.
pub fn decode_turn(body: &str) -> Result<TurnBody, QueueBodyError> {
    decode("turns", body)
}

/// Reads a body of queue `referrals`.
///
/// # Errors
/// [`QueueBodyError`] if it is not one.
pub fn decode_referral(body: &str) -> Result<ReferralBody, QueueBodyError> {
    decode("referrals", body)
}

/// Reads a body of queue `inbound`.
///
/// # Errors
/// [`QueueBodyError`] if it is not one.
pub fn decode_inbound(body: &str) -> Result<Aside, QueueBodyError> {
    const QUEUE: &str = "inbound";
    let InboundBody {
        id,
        number_id,
        received_at,
        sealed,
        ..
    } = decode(QUEUE, body)?;
    let sealed = STANDARD
        .decode(sealed)
        .map_err(|_| QueueBodyError::Unreadable {
            queue: QUEUE,
            line: 0,
            column: 0,
        })?;
    Ok(Aside {
        id,
        number_id,
        received_at,
        sealed,
    })
}

/// The version first: a body of another release should say so, not complain about its fields.
fn decode<'a, T: Deserialize<'a>>(queue: &'static str, body: &'a str) -> Result<T, QueueBodyError> {
    #[derive(Deserialize)]
    struct Versioned {
        v: u64,
    }
    // serde_json's own message may quote values, so only the place is kept.
    let unreadable = |error: serde_json::Error| QueueBodyError::Unreadable {
        queue,
        line: error.line(),
        column: error.column(),
    };
    let Versioned { v: version } = serde_json::from_str(body).map_err(unreadable)?;
    if version != VERSION {
        return Err(QueueBodyError::UnknownVersion { queue, version });
    }
    serde_json::from_str(body).map_err(unreadable)
}

#[cfg(test)]
mod tests;
