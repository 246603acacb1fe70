//! Deciding a campaign.

use domain::campaign::{Campaign, NewCampaign};

use super::CampaignError;
use crate::context::App;
use crate::ports::QueueMessage;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is stored, and its rows will be written.
    New,
    /// It was opened before, and stays as it is.
    Before,
}

/// Stores a campaign and lets its rows be written. Doing so twice under one id does it once. A
/// broadcast keeps the version of its text that is active now: what was looked at is what is sent.
///
/// # Errors
/// [`CampaignError::NoText`], or the store did not answer.
pub async fn open_campaign(app: &App, new: &NewCampaign) -> Result<Opened, CampaignError> {
    let version = match &new.template {
        None => None,
        Some(name) => {
            let saved = app.store.template(&name.to_string()).await?;
            let shipped = name.shipped_text().map(|_| 0);
            let version = saved.map(|saved| saved.version).or(shipped);
            Some(version.ok_or(CampaignError::NoText)?)
        }
    };
    let mut campaign = Campaign::opened(new.clone(), version);
    campaign.moved_at = app.now();
    let added = app.store.add_campaign(&campaign).await?;
    app.notify(QueueMessage::Expand { campaign: new.id }).await;
    Ok(if added { Opened::New } else { Opened::Before })
}
