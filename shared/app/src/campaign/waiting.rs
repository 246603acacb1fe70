//! What waits already, as the forecast asks for it (requirement S11).

use domain::campaign::Hold;
use domain::forecast::Load;
use domain::ids::CampaignId;
use domain::lane::Lane;
use domain::message::Class;
use jiff::Timestamp;
use store::StoreError;

use super::recipients::MOST_CAMPAIGNS;
use crate::context::App;

/// Messages of one kind that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// The campaign whose rows they are; none for those that are decided one by one.
    pub campaign: Option<CampaignId>,
    /// Why that campaign's lanes are shut.
    pub hold: Option<Hold>,
    /// How many, from when, until when.
    pub load: Load,
}

/// Everything that waits to be sent: the rows of each class, and those of each campaign that is not
/// given up, without those that wait for somebody's word. Counted in the lanes, so as of a moment ago.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn waits(app: &App, now: Timestamp) -> Result<Vec<Waits>, StoreError> {
    waits_of(app, now, &Class::ALL).await
}

/// The same of some classes alone.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub(crate) async fn waits_of(
    app: &App,
    now: Timestamp,
    classes: &[Class],
) -> Result<Vec<Waits>, StoreError> {
    let mut all = Vec::new();
    for &class in classes {
        let messages = match class {
            Class::Broadcast => 0,
            class => app.store.count_lane(&Lane::Class(class)).await?,
        };
        all.push(Waits {
            campaign: None,
            hold: None,
            load: Load {
                class,
                messages,
                not_before: now,
                expires_at: Timestamp::MAX,
            },
        });
    }
    for campaign in app.store.live_campaigns(MOST_CAMPAIGNS).await? {
        let class = campaign.new.kind.class();
        if campaign.status.closing.is_some() || !classes.contains(&class) {
            continue;
        }
        let mut messages = 0_u32;
        for lane in campaign.next_lanes() {
            messages = messages.saturating_add(app.store.count_lane(&lane).await?);
        }
        all.push(Waits {
            campaign: Some(campaign.new.id),
            hold: campaign.status.hold,
            load: Load {
                class,
                messages,
                not_before: campaign.new.not_before.max(now),
                expires_at: campaign.new.expires_at,
            },
        });
    }
    all.retain(|waits| waits.load.messages > 0);
    Ok(all)
}

/// What will be sent of all that waits, as the forecast asks for it. `without`: campaigns that are
/// about to be closed.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub(crate) async fn waiting_loads(
    app: &App,
    without: &[CampaignId],
) -> Result<Vec<Load>, StoreError> {
    let all = waits(app, app.now()).await?.into_iter();
    let goes_on = all.filter(|waits| {
        let is_left_out = waits.campaign.is_some_and(|id| without.contains(&id));
        waits.hold.is_none() && !is_left_out
    });
    Ok(goes_on.map(|waits| waits.load).collect())
}
