//! What waits already, as the forecast asks for it (requirement S11).

use domain::forecast::Load;
use domain::ids::CampaignId;
use domain::lane::Lane;
use domain::message::Class;
use store::StoreError;

use super::recipients::MOST_CAMPAIGNS;
use crate::context::App;

/// Something that waits, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// The campaign; none for the rows of a class that were decided one by one.
    pub campaign: Option<CampaignId>,
    /// What waits.
    pub load: Load,
}

/// Everything that waits to be sent: the rows of each class, and those of each campaign that is not
/// held, without those that wait for somebody's word. Counted in the lanes, so as of a moment ago. `without`: campaigns that are about to be closed.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn waiting(app: &App, without: &[CampaignId]) -> Result<Vec<Waits>, StoreError> {
    let now = app.now();
    let mut all = Vec::new();
    for class in Class::ALL {
        let messages = match class {
            Class::Broadcast => 0,
            class => app.store.count_lane(&Lane::Class(class)).await?,
        };
        let load = Load {
            class,
            messages,
            not_before: now,
            expires_at: jiff::Timestamp::MAX,
        };
        let campaign = None;
        all.push(Waits { campaign, load });
    }
    for campaign in app.store.live_campaigns(MOST_CAMPAIGNS).await? {
        let is_left_out = without.contains(&campaign.new.id);
        if is_left_out || campaign.status.hold.is_some() || campaign.status.closing.is_some() {
            continue;
        }
        let mut messages = 0_u32;
        for lane in campaign.next_lanes() {
            messages = messages.saturating_add(app.store.count_lane(&lane).await?);
        }
        let load = Load {
            class: campaign.new.kind.class(),
            messages,
            not_before: campaign.new.not_before.max(now),
            expires_at: campaign.new.expires_at,
        };
        let campaign = Some(campaign.new.id);
        all.push(Waits { campaign, load });
    }
    all.retain(|waits| waits.load.messages > 0);
    Ok(all)
}

/// The same without whose it is.
pub(crate) async fn waiting_loads(
    app: &App,
    without: &[CampaignId],
) -> Result<Vec<Load>, StoreError> {
    let all = waiting(app, without).await?;
    Ok(all.into_iter().map(|waits| waits.load).collect())
}
