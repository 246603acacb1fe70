//! The first request after the gateway was held to be down: one turn makes it, and tries its key
//! before it risks a message.

use std::time::Duration;

use domain::breaker::{Breaker, Fault, Passage, Sign};
use domain::number::Number;
use gateway::{ApiKey, KeyCheck};
use jiff::Timestamp;
use store::{GatewayKey, StoreError};

use super::{Held, Sender};
use crate::unreadable_key::take_out;

/// The gateway has so long to answer a key: a message is still to be sent in the same turn.
const CHECK_WITHIN: Duration = Duration::from_secs(5);

/// Whether this turn may claim a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MayClaim {
    /// It may.
    Yes,
    /// The gateway is down, or another turn probes.
    No,
}

/// Decides, and makes this turn the probe if one is wanted. Calls nothing while the breaker is
/// closed. After `begin_by` a probe is not followed by a message.
pub(super) async fn may_claim(
    sender: &Sender,
    held: Held,
    gateway: &mut Breaker,
    begin_by: Timestamp,
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
    let found = app.store.number_with_key(held.number_id).await?;
    let (number, sign) = match found {
        Some((number, Ok(key))) => match is_known(sender, held, &key).await {
            true if app.now() <= begin_by => return Ok(MayClaim::Yes),
            // What follows would not end before the function does.
            true => (Some(number), Sign::Nothing),
            false => (Some(number), Sign::Fault),
        },
        // The gateway was not asked.
        Some((number, Err(why))) => {
            take_out(app, &number, &why).await?;
            (Some(number), Sign::Nothing)
        }
        None => (None, Sign::Nothing),
    };
    let now = app.now();
    let fault = Fault {
        number_id: held.number_id,
        at: now,
        before: number.as_ref().map(Number::mark).unwrap_or_default(),
        revision: number.map_or(0, |number| number.record.revision),
        refused: sign == Sign::Fault,
        times: 1,
    };
    if let Some(next) = gateway.observe(sign, held.token, fault, now).next {
        // Refused: the probe counted as lost, and another has begun.
        app.store.save_gateway(&next).await?;
    }
    Ok(MayClaim::No)
}

/// Whether the gateway knows the key; no answer in time is none.
async fn is_known(sender: &Sender, held: Held, key: &GatewayKey) -> bool {
    let api_key = ApiKey::new(key.0.to_string());
    let answer = tokio::time::timeout(CHECK_WITHIN, sender.gateway.check_key(&api_key))
        .await
        .unwrap_or(KeyCheck::NoAnswer);
    tracing::info!(number = %held.number_id, answer = answer.label(), "gateway probed");
    answer == KeyCheck::Valid
}
