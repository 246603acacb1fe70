//! Rows that another row carried when its worker was lost: what they came to stands in the carrier.

use std::collections::HashMap;

use domain::alert_group::{MemberFate, member_fate};
use domain::ids::MessageId;
use domain::message::{DueMessage, MessageType};
use jiff::Timestamp;
use store::StoreError;

use crate::context::App;

/// What becomes of those among the claimed rows whose lease is over and that another row carried.
pub(crate) async fn carried(
    app: &App,
    claimed: &[DueMessage],
    now: Timestamp,
) -> Result<HashMap<MessageId, MemberFate>, StoreError> {
    let late: HashMap<_, _> = claimed
        .iter()
        .filter(|row| row.message_type == MessageType::ReferrerAlert && row.due < now)
        .filter_map(|row| Some((row.id, row.claim?.token)))
        .collect();
    if late.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<MessageId> = late.keys().copied().collect();
    let carriers = app.store.carriers_of(&ids).await?;
    Ok(carriers
        .into_iter()
        .filter_map(|(id, carrier)| Some((id, member_fate(carrier, *late.get(&id)?))))
        .collect())
}
