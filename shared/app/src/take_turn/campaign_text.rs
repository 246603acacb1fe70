//! The text of a broadcast: one version of a template, which never changes once it is saved.

use std::collections::HashMap;

use domain::campaign::Campaign;
use domain::ids::CampaignId;
use store::{StoreError, StoredTemplate};
use tokio::sync::Mutex;

use crate::context::App;

/// A warm function forgets them all when it has read so many.
const KEPT: usize = 50;

/// The texts of broadcasts that this function has sent.
#[derive(Debug, Default)]
pub(crate) struct CampaignTexts(Mutex<HashMap<CampaignId, StoredTemplate>>);

impl CampaignTexts {
    /// The saved text that a campaign was decided with; none if it is a shipped one, or the
    /// campaign names none.
    pub(super) async fn of(
        &self,
        app: &App,
        campaign: &Campaign,
    ) -> Result<Option<StoredTemplate>, StoreError> {
        let (Some(name), Some(version @ 1..)) = (&campaign.new.template, campaign.template_version)
        else {
            return Ok(None);
        };
        let mut known = self.0.lock().await;
        if let Some(text) = known.get(&campaign.new.id) {
            return Ok(Some(text.clone()));
        }
        let text = app
            .store
            .template_version(&name.to_string(), version)
            .await?;
        if let Some(text) = &text {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(campaign.new.id, text.clone());
        }
        Ok(text)
    }
}
