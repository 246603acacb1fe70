use std::fmt;

use async_trait::async_trait;
use domain::ids::{CampaignId, NumberId, ParticipantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the use cases put on queues. Bodies hold ids and nothing else; a lost, doubled or late
/// one changes the time of things and nothing more, since the tick sweeps. The one exception is
/// [`QueueMessage::Inbound`], which exists nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueMessage {
    /// A row may have become sendable: queue `wake`, standard, delay 1 s.
    Wake,
    /// One turn of one number: queue `turns`, standard, delayed by the gap.
    Turn {
        /// Whose turn.
        number_id: NumberId,
        /// The turn's number; only the pace item's own one is taken.
        turn: u64,
        /// 0–900 s, SQS's own range.
        delay_s: u16,
    },
    /// Check the key of a number that was taken out: queue `turns`, since the sender alone may
    /// read keys.
    Check {
        /// Which.
        number_id: NumberId,
        /// The revision of its health; the check is made only if it still stands there.
        revision: u64,
    },
    /// Work on the sequence of one referrer: queue `referrals.fifo`, group = the referrer.
    Referral(ReferralJob),
    /// What the webhook brought while the store did not answer: queue `inbound`, standard.
    Inbound(Aside),
    /// Go on writing, or ending, the rows of a campaign: queue `campaigns`, standard.
    Expand {
        /// Which.
        campaign: CampaignId,
    },
    /// Compare what is planned with the schedules: queue `campaigns`, once a day.
    Reconcile,
}

/// A webhook's body that was put aside, encrypted (requirement I3).
#[derive(Clone, PartialEq, Eq)]
pub struct Aside {
    /// Of this message alone; part of what its encryption is bound to.
    pub id: Uuid,
    /// The number that it came to; none if not even that could be asked, and then the token of
    /// its address is among what is encrypted.
    pub number_id: Option<NumberId>,
    /// When it came, UTC.
    pub received_at: Timestamp,
    /// The body as it came, encrypted.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aside({})", self.id)
    }
}

/// A job on the FIFO queue of referrals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReferralJob {
    /// Give `participant_id` its place among those invited by `referrer_id`.
    Sequence {
        /// The one who was invited.
        participant_id: ParticipantId,
        /// The one whose link was used.
        referrer_id: ParticipantId,
    },
    /// `referrer_id` has just registered: credit those who had named this number before.
    Adopt {
        /// The new participant whose number others had named.
        referrer_id: ParticipantId,
    },
}

impl ReferralJob {
    /// The FIFO message group: jobs of one referrer run one after the other.
    #[must_use]
    pub fn group(&self) -> ParticipantId {
        match self {
            Self::Sequence { referrer_id, .. } | Self::Adopt { referrer_id } => *referrer_id,
        }
    }

    /// Whether the two can be done together: both give a place among the invited of one referrer.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        let is_sequence = |job: &Self| matches!(job, Self::Sequence { .. });
        is_sequence(self) && is_sequence(other) && self.group() == other.group()
    }
}

/// The queue did not take a message. But for `inbound` the caller's work is stored already; the
/// tick repeats it.
#[derive(Debug, thiserror::Error)]
#[error("queue {queue} did not take the message")]
pub struct QueueError {
    /// Logical queue name: `wake`, `turns`, `referrals`, `inbound` or `campaigns`.
    pub queue: &'static str,
    /// What the queue's client said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Puts messages on queues.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends one message.
    ///
    /// # Errors
    /// [`QueueError`] if the queue cannot be reached or refuses.
    async fn send(&self, message: QueueMessage) -> Result<(), QueueError>;
}
