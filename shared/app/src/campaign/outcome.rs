//! What becomes of a broadcast whose messages fail (requirement E5).

use domain::campaign::{Step, too_many_failures};
use domain::ids::CampaignId;
use domain::message::{DueMessage, MessageType};
use store::Chain;

use super::CampaignError;
use super::steer::step;
use crate::context::App;

/// Notes how a message of a broadcast came out, once that is settled, and stops the broadcast by
/// itself if too many failed. Apart from the record of the outcome: one item that all numbers wrote
/// in their transactions would make these cancel each other. What is lost here by a crash is one
/// outcome among fifty.
pub(crate) async fn note_outcome(app: &App, message: &DueMessage, delivered: bool) {
    let (MessageType::Broadcast, Some(id)) = (message.message_type, message.campaign_id) else {
        return;
    };
    if let Err(error) = note(app, id, delivered).await {
        tracing::warn!(campaign = %id, error = %Chain(&error), "an outcome of a broadcast was not noted");
    }
}

async fn note(app: &App, id: CampaignId, delivered: bool) -> Result<(), CampaignError> {
    let outcomes = app.store.note_outcome(id, delivered).await?;
    if delivered || !too_many_failures(&outcomes) {
        return Ok(());
    }
    let campaign = step(app, id, Step::Fail).await?;
    if !campaign.status.sends() {
        tracing::error!(alarm = "broadcast_failing", campaign = %id, "too many messages failed, the broadcast is paused");
    }
    Ok(())
}
