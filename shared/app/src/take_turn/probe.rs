//! The first request after the gateway was held to be down: one turn makes it, and tries its key
//! before it risks a message.

use domain::breaker::{Breaker, Fault, Passage, Sign};
use gateway::{ApiKey, KeyCheck};
use jiff::Timestamp;
use store::StoreError;

use super::{Held, Sender};

/// Whether this turn may claim a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MayClaim {
    /// It may.
    Yes,
    /// The gateway is down, or another turn probes.
    No,
}

/// Decides, and makes this turn the probe if one is wanted. Calls nothing while the breaker is
/// closed.
pub(super) async fn may_claim(
    sender: &Sender,
    held: Held,
    gateway: &mut Breaker,
    now: Timestamp,
) -> Result<MayClaim, StoreError> {
    match gateway.passage(Some(held.token), now) {
        Passage::Free => return Ok(MayClaim::Yes),
        Passage::HeldUntil(_) => return Ok(MayClaim::No),
        Passage::Probe => {}
    }
    let app = &sender.app;
    let Some(probing) = gateway.with_probe(held.token, now) else {
        return Ok(MayClaim::No);
    };
    if !app.store.save_gateway(&probing).await? {
        return Ok(MayClaim::No);
    }
    sender.view.forget().await;
    *gateway = probing;
    let Some((number, key)) = app.store.number_with_key(held.number_id).await? else {
        return Ok(MayClaim::No);
    };
    let api_key = ApiKey::new(key.0.to_string());
    let answer = sender.gateway.check_key(&api_key).await;
    tracing::info!(number = %held.number_id, answer = answer.label(), "gateway probed");
    if answer == KeyCheck::Valid {
        return Ok(MayClaim::Yes);
    }
    let now = app.now();
    let fault = Fault {
        number_id: held.number_id,
        at: now,
        before: number.mark(),
        revision: number.record.revision,
    };
    if let Some(next) = gateway.observe(Sign::Fault, held.token, fault, now).next {
        // Refused: the probe counted as lost, and another has begun.
        app.store.save_gateway(&next).await?;
    }
    Ok(MayClaim::No)
}
