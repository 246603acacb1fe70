//! Opening and shutting the lanes of campaigns, in the one item that all senders look at.

use domain::campaign::Campaign;
use domain::ids::{CampaignId, EventId};
use domain::reserve::Ahead;
use store::{PlannedReminders, StoreError};

use super::CampaignError;
use crate::context::App;
use crate::ports::QueueMessage;

/// So often somebody else may be first.
const TRIES: u32 = 20;
/// At most so long between two tries.
const PAUSE_MS: u64 = 50;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Synced {
    /// The lanes stand as the campaign says.
    Yes,
    /// The campaign does not stand as it was seen any more.
    Moved,
}

/// Opens or shuts a campaign's lanes as its status says, only while that is what it says.
pub(super) async fn sync(app: &App, campaign: &Campaign) -> Result<Synced, StoreError> {
    if campaign.synced == campaign.revision {
        return Ok(Synced::Yes);
    }
    let id = campaign.new.id;
    for _ in 0..TRIES {
        let mut lanes = app.store.open_lanes().await?;
        let was = lanes.open.iter().find(|open| open.campaign == id).copied();
        let now = campaign.lanes();
        lanes.open.retain(|open| open.campaign != id);
        lanes.open.extend(now);
        lanes
            .ahead
            .retain(|planned| planned.ahead.until > app.now());
        if app.store.sync_lanes(campaign, &lanes).await? {
            if was != now {
                app.notify(QueueMessage::Wake).await;
            }
            return Ok(Synced::Yes);
        }
        tokio::time::sleep(app.dice.wait_ms(PAUSE_MS)).await;
        let seen = app.store.campaign(id).await?;
        match seen.map(|seen| (seen.revision, seen.synced)) {
            Some((revision, synced)) if revision == campaign.revision => {
                if synced == revision {
                    return Ok(Synced::Yes);
                }
            }
            _ => return Ok(Synced::Moved),
        }
    }
    Ok(Synced::Moved)
}

/// Opens or shuts a campaign's lanes as it says now; one that is not there any more has none.
pub(crate) async fn sync_lanes(app: &App, id: CampaignId) -> Result<(), StoreError> {
    while let Some(campaign) = app.store.campaign(id).await? {
        if sync(app, &campaign).await? == Synced::Yes {
            break;
        }
    }
    Ok(())
}

/// Says for how many reminders of an event broadcasts are to leave room (requirement S2), and when;
/// with `None` for none any more.
///
/// # Errors
/// [`CampaignError::Busy`], or the store did not answer.
pub async fn plan_reminders(
    app: &App,
    event: EventId,
    ahead: Option<Ahead>,
) -> Result<(), CampaignError> {
    for _ in 0..TRIES {
        let mut lanes = app.store.open_lanes().await?;
        let planned = ahead.map(|ahead| PlannedReminders { event, ahead });
        let before = lanes.ahead.clone();
        lanes
            .ahead
            .retain(|one| one.event != event && one.ahead.until > app.now());
        lanes.ahead.extend(planned);
        if lanes.ahead == before || app.store.save_open_lanes(&lanes).await? {
            return Ok(());
        }
        tokio::time::sleep(app.dice.wait_ms(PAUSE_MS)).await;
    }
    Err(CampaignError::Busy)
}
