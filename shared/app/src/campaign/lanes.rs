//! Opening and shutting the lanes of campaigns, in the one item that all senders look at.

use domain::campaign::Campaign;
use store::StoreError;

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
        lanes.ahead.retain(|ahead| ahead.until > app.now());
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
