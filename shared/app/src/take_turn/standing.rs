//! Whether a claimed row is still wanted: what its event and its campaign say at the moment of
//! sending.

use domain::campaign::{Campaign, Closing};
use domain::event::{Event, EventStatus};
use domain::lane::Lane;
use domain::message::{DueMessage, Failure, MessageType};

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may go.
    Wanted,
    /// It may go, but its campaign has given its place to another: what comes back of it must not
    /// stand in lanes that nobody looks at any more.
    Alone,
    /// Its campaign is held: back to its lane.
    Held,
    /// It must not go any more.
    Over(Failure),
}

/// Decides. A reminder is wanted if its event still begins when the reminder says; for all else the
/// campaign says so.
pub(super) fn standing(
    message: &DueMessage,
    event: Option<&Event>,
    campaign: Option<&Campaign>,
) -> Standing {
    const GONE: Standing = Standing::Over(Failure::Cancelled);
    if message.message_type.is_about_event() && message.event_id.is_some() {
        let Some(event) = event else { return GONE };
        let planned = event.status == EventStatus::Planned;
        let start = campaign.and_then(|campaign| campaign.new.event);
        let as_announced = start.is_none_or(|start| start.start_time == event.start_time);
        let holds = match message.message_type {
            MessageType::Reminder => planned && event.start_time == message.expires_at,
            MessageType::EventChanged => planned && as_announced,
            MessageType::FollowUp => planned,
            _ => true,
        };
        if !holds {
            return GONE;
        }
    }
    if message.campaign_id.is_none() {
        return Standing::Wanted;
    }
    let Some(campaign) = campaign else {
        return GONE;
    };
    let status = campaign.status;
    let waits_for_release =
        matches!(message.lane, Lane::Bulk { shard, .. } if status.staged && shard > 0);
    match status.closing {
        Some(Closing::Replaced) if message.message_type == MessageType::Reminder => Standing::Alone,
        Some(Closing::Expired) => Standing::Over(Failure::Expired),
        Some(_) => GONE,
        None if status.hold.is_some() || !status.begun || waits_for_release => Standing::Held,
        None => Standing::Wanted,
    }
}

#[cfg(test)]
mod tests;
