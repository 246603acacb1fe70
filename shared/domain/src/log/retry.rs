//! Which failed message may be tried again on an admin's word (requirement S5), and how.

use jiff::Timestamp;

use crate::ids::{CampaignId, MessageId};
use crate::lane::Lane;
use crate::message::{Failure, MessageType, State};

/// A message of which somebody asks that it be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryAgain {
    /// Its type.
    pub message_type: MessageType,
    /// Where it stands.
    pub state: State,
    /// Whether it is about an event, and so of no use after its own end.
    pub has_event: bool,
    /// The campaign it is a row of.
    pub campaign: Option<CampaignId>,
    /// Whether that campaign is given up, or not there any more.
    pub given_up: bool,
    /// No request started after this.
    pub expires_at: Timestamp,
    /// Whether its recipient has asked to stop.
    pub stopped: bool,
}

/// How a message is tried again: as if its cause were the admin's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// What it failed for; it must still read so when it is put back.
    pub failed: Failure,
    /// Where it waits.
    pub lane: Lane,
    /// No request starts after this.
    pub expires_at: Timestamp,
}

/// Why it is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It waits, or was sent.
    NotFailed,
    /// It may have reached its recipient, or was given up for a reason that still holds as far as the
    /// system knows: somebody must say that they know.
    Knowingly(Failure),
    /// Its recipient has asked to stop, and nobody lifted that.
    Stopped,
    /// Its cause was withdrawn: the event, the campaign or the participant is not there any more.
    Withdrawn,
    /// Its use is over: the event has begun, or the campaign's time is up.
    Over,
}

/// What became of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It waits again.
    Done(MessageId),
    /// It is not tried again.
    Refused(Refusal),
    /// It changed while somebody looked: look again.
    Changed,
}

/// Decides. `knowingly`: the admin has said that they know what the failure means. A message that was
/// unconfirmed, suppressed or expired, or comes from before a restore, goes out again only so.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn may_retry(message: &TryAgain, knowingly: bool, now: Timestamp) -> Result<Again, Refusal> {
    let State::Failed(failed) = message.state else {
        return Err(Refusal::NotFailed);
    };
    if message.stopped {
        return Err(Refusal::Stopped);
    }
    let own_end = message.has_event || message.campaign.is_some();
    let expires_at = if own_end {
        message.expires_at
    } else {
        let useful = message.message_type.useful_for();
        now.saturating_add(useful).unwrap_or(Timestamp::MAX)
    };
    match failed {
        Failure::Cancelled => return Err(Refusal::Withdrawn),
        _ if message.given_up => return Err(Refusal::Withdrawn),
        _ if expires_at <= now => return Err(Refusal::Over),
        Failure::Unconfirmed | Failure::Suppressed | Failure::Expired | Failure::Restored
            if !knowingly =>
        {
            return Err(Refusal::Knowingly(failed));
        }
        _ => {}
    }
    let class = message.message_type.class();
    let lane = match message.campaign {
        Some(campaign) => Lane::Bulk {
            class,
            campaign,
            shard: 0,
        },
        None => Lane::Class(class),
    };
    Ok(Again {
        failed,
        lane,
        expires_at,
    })
}
