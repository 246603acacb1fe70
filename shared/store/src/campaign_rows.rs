//! Counting the rows of a campaign, and of a lane.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Select;
use domain::campaign::Progress;
use domain::ids::CampaignId;
use domain::lane::{Lane, STICKY};
use jiff::Timestamp;

use crate::item::text;
use crate::tables::Table;
use crate::{Store, StoreError};

impl Store {
    /// How a campaign's rows read now: as many units as its rows take to read, so only when somebody
    /// looks, or when it is over. Read from an index, so as of a moment ago.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn progress(&self, id: CampaignId, now: Timestamp) -> Result<Progress, StoreError> {
        const WHAT: &str = "campaign progress";
        let mut rows: BTreeMap<(String, String), u32> = BTreeMap::new();
        let mut start = None;
        loop {
            let output = self
                .client
                .query()
                .table_name(self.table(Table::NotificationsLog))
                .index_name("by_campaign")
                .key_condition_expression("campaign_id = :id")
                .projection_expression("#status, #reason")
                .expression_attribute_names("#status", "status")
                .expression_attribute_names("#reason", "reason")
                .expression_attribute_values(":id", text(id.to_string()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::database(WHAT))?;
            for item in output.items.unwrap_or_default() {
                let word = |name| {
                    let value = item.get(name).and_then(|value| value.as_s().ok()).cloned();
                    value.ok_or_else(|| StoreError::unreadable("message row", name))
                };
                *rows.entry((word("status")?, word("reason")?)).or_default() += 1;
            }
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(Progress { rows, as_of: now });
            }
        }
    }

    /// How many rows stand in a lane. Read from an index, and possibly a moment old.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn count_lane(&self, lane: &Lane) -> Result<u32, StoreError> {
        self.count_due(lane.partition()).await
    }

    /// How many rows wait for the number their recipient has chatted with, whichever that is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn count_sticky(&self) -> Result<u32, StoreError> {
        self.count_due(STICKY.to_owned()).await
    }

    async fn count_due(&self, partition: String) -> Result<u32, StoreError> {
        let mut count = 0_u32;
        let mut start = None;
        loop {
            let output = self
                .client
                .query()
                .table_name(self.table(Table::NotificationsLog))
                .index_name("due")
                .key_condition_expression("lane = :lane")
                .expression_attribute_values(":lane", text(partition.as_str()))
                .select(Select::Count)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::database("lane count"))?;
            count = count.saturating_add(u32::try_from(output.count).unwrap_or(0));
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }
}
