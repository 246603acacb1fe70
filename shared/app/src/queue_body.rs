//! The bodies of queue messages: small, versioned JSON that holds ids and nothing else. Written
//! and read here only, so that the cloud's queues, the local ones and the handlers agree.
//!
//! wake `{"v":1}` · turns `{"v":1,"number_id":…,"turn":…}` or
//! `{"v":1,"number_id":…,"check":…}` · referrals `{"v":1,"job":…,…}` ·
//! campaigns `{"v":1,"campaign":…}`, `{"v":1,"reconcile":true}`, or what a schedule hands over,
//! `{"v":1,"kind":…,"id":…}`

use domain::ids::{CampaignId, NumberId};
use domain::schedule::{Job, JobKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ports::{QueueMessage, ReferralJob};

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
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use domain::ids::ParticipantId;

    use super::*;

    const A: &str = "00000000-0000-0000-0000-00000000000a";
    const B: &str = "00000000-0000-0000-0000-00000000000b";

    fn id(n: u128) -> ParticipantId {
        ParticipantId(Uuid::from_u128(n))
    }

    #[test]
    fn bodies_have_their_agreed_form_and_read_back() {
        let wake = encode(&QueueMessage::Wake).unwrap();
        assert_eq!(wake, r#"{"v":1}"#);
        decode_wake(&wake).unwrap();

        let number_id = NumberId(Uuid::from_u128(10));
        let message = QueueMessage::Turn {
            number_id,
            turn: 7,
            delay_s: 3,
        };
        let turn = encode(&message).unwrap();
        assert_eq!(turn, format!(r#"{{"v":1,"number_id":"{A}","turn":7}}"#));
        let read = decode_turn(&turn).unwrap();
        assert_eq!((read.number_id, read.turn), (number_id, 7));

        assert_eq!(decode_turns(&turn).unwrap(), TurnsJob::Turn(read));
        let check = encode(&QueueMessage::Check {
            number_id,
            revision: 4,
        })
        .unwrap();
        assert_eq!(check, format!(r#"{{"v":1,"number_id":"{A}","check":4}}"#));
        let TurnsJob::Check(read) = decode_turns(&check).unwrap() else {
            panic!("it is a check");
        };
        assert_eq!((read.number_id, read.check), (number_id, 4));
        assert!(decode_turn(&check).is_err());

        let sequence = ReferralJob::Sequence {
            participant_id: id(10),
            referrer_id: id(11),
        };
        let body = encode(&QueueMessage::Referral(sequence.clone())).unwrap();
        let text =
            format!(r#"{{"v":1,"job":"sequence","participant_id":"{A}","referrer_id":"{B}"}}"#);
        assert_eq!(body, text);
        assert_eq!(decode_referral(&body).unwrap().job, sequence);

        let adopt = ReferralJob::Adopt {
            referrer_id: id(11),
        };
        let body = encode(&QueueMessage::Referral(adopt.clone())).unwrap();
        assert_eq!(
            body,
            format!(r#"{{"v":1,"job":"adopt","referrer_id":"{B}"}}"#)
        );
        assert_eq!(decode_referral(&body).unwrap().job, adopt);

        let campaign = CampaignId(Uuid::from_u128(10));
        let body = encode(&QueueMessage::Expand { campaign }).unwrap();
        assert_eq!(body, format!(r#"{{"v":1,"campaign":"{A}"}}"#));
        let job = CampaignsJob::Expand(campaign);
        assert_eq!(decode_campaigns(&body).unwrap(), job);
        let body = encode(&QueueMessage::Reconcile).unwrap();
        assert_eq!(body, r#"{"v":1,"reconcile":true}"#);
        assert_eq!(decode_campaigns(&body).unwrap(), CampaignsJob::Reconcile);

        let job = Job {
            kind: JobKind::FollowUp,
            id: Uuid::from_u128(10),
        };
        let body = encode_job(job).unwrap();
        assert_eq!(body, format!(r#"{{"v":1,"kind":"follow_up","id":"{A}"}}"#));
        let begun = CampaignsJob::Begin(job);
        assert_eq!(decode_campaigns(&body).unwrap(), begun);
    }

    #[test]
    fn another_version_is_named_before_its_fields_are_judged() {
        let error = decode_turn(r#"{"v":2,"new":true}"#).unwrap_err();
        assert_eq!(
            error,
            QueueBodyError::UnknownVersion {
                queue: "turns",
                version: 2
            }
        );
        assert_eq!(
            error.to_string(),
            "a body of queue turns has version 2, not 1"
        );
    }

    #[test]
    fn strange_bodies_are_refused_without_being_quoted() {
        let turn = format!(r#"{{"v":1,"number_id":"{A}","turn":7"#);
        for body in [
            String::new(),
            "Halo 6281562726272".to_owned(),
            "[]".to_owned(),
            r#"{"number_id":"x"}"#.to_owned(),
            r#"{"v":"1"}"#.to_owned(),
            r#"{"v":1}"#.to_owned(),
            r#"{"v":1,"number_id":"6281562726272","turn":7}"#.to_owned(),
            turn.clone(),
            format!(r#"{turn},"text":"Halo 6281562726272"}}"#),
        ] {
            assert!(decode_turns(&body).is_err());
            let error = decode_turn(&body).unwrap_err();
            assert!(
                matches!(error, QueueBodyError::Unreadable { queue: "turns", .. }),
                "{body}"
            );
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("62815") && !shown.contains("Halo"),
                "{shown}"
            );
        }
        assert!(decode_wake(r#"{"v":1,"x":1}"#).is_err());
        for body in [
            r#"{"v":1,"job":"dance"}"#.to_owned(),
            format!(r#"{{"v":1,"job":"adopt","referrer_id":"{A}","x":1}}"#),
            format!(r#"{{"v":1,"job":"sequence","referrer_id":"{A}"}}"#),
        ] {
            assert!(decode_referral(&body).is_err(), "{body}");
        }
        for body in [
            r#"{"v":1}"#.to_owned(),
            r#"{"v":1,"reconcile":false}"#.to_owned(),
            r#"{"v":1,"campaign":"6281562726272"}"#.to_owned(),
            format!(r#"{{"v":1,"campaign":"{A}","reconcile":true}}"#),
        ] {
            assert!(decode_campaigns(&body).is_err(), "{body}");
        }
        for body in [
            r#"{"v":1,"kind":"reminder","id":"6281562726272"}"#.to_owned(),
            format!(r#"{{"v":1,"kind":"dance","id":"{A}"}}"#),
            format!(r#"{{"v":1,"kind":"reminder","id":"{A}","x":1}}"#),
        ] {
            assert!(decode_campaigns(&body).is_err(), "{body}");
        }
    }
}
