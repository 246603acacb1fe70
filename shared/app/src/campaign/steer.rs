//! Changing what a campaign does, whoever else changes it at the same time.

use domain::campaign::{Campaign, Closing, Hold, Progress, Step};
use domain::ids::CampaignId;

use super::CampaignError;
use super::lanes::{Synced, sync};
use crate::context::App;
use crate::ports::QueueMessage;

/// So often somebody else may be first.
const TRIES: u32 = 20;
/// At most so long between two tries.
const PAUSE_MS: u64 = 50;

/// Pauses a campaign, also while its rows are being written; no request starts whose check began
/// after this.
///
/// # Errors
/// [`CampaignError`].
pub async fn pause_campaign(app: &App, id: CampaignId, by: &str) -> Result<(), CampaignError> {
    by_admin(app, id, Step::Pause, by).await.map(|_| ())
}

/// Lets a campaign go on, whatever held it: a pause, failures, or that it was overdue.
///
/// # Errors
/// [`CampaignError`].
pub async fn resume_campaign(app: &App, id: CampaignId, by: &str) -> Result<(), CampaignError> {
    let seen = app.store.campaign(id).await?;
    if seen.is_some_and(|seen| seen.status.hold == Some(Hold::Failures)) {
        app.store.forget_outcomes(id).await?;
    }
    by_admin(app, id, Step::Resume, by).await.map(|_| ())
}

/// Lets the rest of a staged campaign go.
///
/// # Errors
/// [`CampaignError`].
pub async fn release_staged(app: &App, id: CampaignId, by: &str) -> Result<(), CampaignError> {
    by_admin(app, id, Step::Release, by).await.map(|_| ())
}

/// Gives a campaign up on an admin's word.
///
/// # Errors
/// [`CampaignError`].
pub async fn cancel_campaign(app: &App, id: CampaignId, by: &str) -> Result<(), CampaignError> {
    let step = Step::Close(Closing::Cancelled);
    by_admin(app, id, step, by).await?;
    app.notify(QueueMessage::Expand { campaign: id }).await;
    Ok(())
}

/// Gives a campaign up: no further row is written, none is sent, and those that wait end. One that
/// is done, given up already, or was never opened stays so, without an error.
///
/// # Errors
/// [`CampaignError::Busy`], or the store did not answer.
pub async fn close_campaign(app: &App, id: CampaignId, why: Closing) -> Result<(), CampaignError> {
    match step(app, id, Step::Close(why)).await {
        Ok(_) => {
            app.notify(QueueMessage::Expand { campaign: id }).await;
            Ok(())
        }
        Err(CampaignError::Unknown | CampaignError::Over(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A campaign with how its rows read now; one that is over has kept it.
///
/// # Errors
/// [`CampaignError`].
pub async fn progress(app: &App, id: CampaignId) -> Result<(Campaign, Progress), CampaignError> {
    let campaign = app.store.campaign(id).await?;
    let campaign = campaign.ok_or(CampaignError::Unknown)?;
    let progress = match &campaign.ended {
        Some(ended) => ended.clone(),
        None => app.store.progress(id, app.now()).await?,
    };
    Ok((campaign, progress))
}

async fn by_admin(
    app: &App,
    id: CampaignId,
    what: Step,
    by: &str,
) -> Result<Campaign, CampaignError> {
    let campaign = step(app, id, what).await?;
    tracing::info!(campaign = %id, ?what, by, "campaign changed");
    Ok(campaign)
}

/// Makes a step from what is stored, and opens or shuts the lanes as follows from it.
pub(super) async fn step(app: &App, id: CampaignId, step: Step) -> Result<Campaign, CampaignError> {
    for _ in 0..TRIES {
        let campaign = app.store.campaign(id).await?;
        let mut campaign = campaign.ok_or(CampaignError::Unknown)?;
        let next = campaign.status.step(step)?;
        if next != campaign.status {
            if !app
                .store
                .set_status(&campaign, next, None, app.now())
                .await?
            {
                tokio::time::sleep(app.dice.wait_ms(PAUSE_MS)).await;
                continue;
            }
            campaign.status = next;
            campaign.revision += 1;
        }
        match sync(app, &campaign).await? {
            Synced::Yes => return Ok(campaign),
            // Somebody changed it since: what follows from it now is theirs to see to, and the
            // answer is decided from it anew.
            Synced::Moved => {}
        }
    }
    Err(CampaignError::Busy)
}
