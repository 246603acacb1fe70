//! How the latest messages of a broadcast came out.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::campaign::LAST;
use domain::ids::CampaignId;

use crate::campaigns::{WHAT, campaign_pk};
use crate::item::{flag, key};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

const OUTCOMES: &str = "OUTCOMES";
/// Kept up to so many, and then cut back to the newest [`LAST`].
const KEPT: usize = 2 * LAST;

impl Store {
    /// Adds how one message of a campaign came out: whether the gateway took it. Returns the
    /// latest, the oldest first. An item of its own, and one write that states no condition, so that
    /// numbers which report at once neither wait for nor cancel each other.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn note_outcome(
        &self,
        id: CampaignId,
        delivered: bool,
    ) -> Result<Vec<bool>, StoreError> {
        let table = || self.table(Table::Campaigns);
        let change = Change::of(table(), key(campaign_pk(id), OUTCOMES))
            .append("outcomes", AttributeValue::L(vec![flag(delivered)]));
        let Applied::Done(item) = change.apply(WHAT, &self.client).await? else {
            return Ok(Vec::new());
        };
        let Some(AttributeValue::L(outcomes)) = item.get("outcomes") else {
            return Err(StoreError::unreadable(WHAT, "outcomes"));
        };
        if outcomes.len() >= KEPT {
            let newest = outcomes.len() - LAST;
            let kept = outcomes.get(newest..).unwrap_or_default().to_vec();
            // Whoever adds one meanwhile makes it longer; then the next one cuts it.
            Change::of(table(), key(campaign_pk(id), OUTCOMES))
                .set("outcomes", AttributeValue::L(kept))
                .when_equals("outcomes", AttributeValue::L(outcomes.clone()))
                .apply(WHAT, &self.client)
                .await?;
        }
        Ok(outcomes
            .iter()
            .map(|outcome| outcome == &flag(true))
            .collect())
    }

    /// Forgets how messages came out: whoever lets a campaign go on after failures looks at what
    /// happens from then on.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn forget_outcomes(&self, id: CampaignId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(self.table(Table::Campaigns))
            .set_key(Some(key(campaign_pk(id), OUTCOMES)))
            .send()
            .await
            .map(|_| ())
            .map_err(StoreError::database(WHAT))
    }
}
