//! Trying a failed message again on an admin's word (requirement S5).

use domain::campaign::Closing;
use domain::ids::MessageId;
use domain::log::{Refusal, Retried, TryAgain, may_retry};
use jiff::Timestamp;
use store::{Retrying, StoreError};

use crate::act::Act;
use crate::campaign::sync_lanes;
use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;

/// Puts a failed message back into its lane as if it had just been decided; the same checks stand
/// before its request as before any. `None` if there is no such message. `knowingly`: the admin has
/// said that they know what its failure means.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn retry_message(
    app: &App,
    id: MessageId,
    knowingly: bool,
    act: &Act,
) -> Result<Option<Retried>, StoreError> {
    let now = app.now();
    let Some(seen) = app.store.retrying(id).await? else {
        return Ok(None);
    };
    if !seen.is_there {
        return Ok(Some(Retried::Refused(Refusal::Withdrawn)));
    }
    let again = match may_retry(&asked(&seen, now), knowingly, now) {
        Ok(again) => again,
        Err(refusal) => return Ok(Some(Retried::Refused(refusal))),
    };
    let along = act.along(app, &id.to_string());
    if !app.store.put_back(&seen, &again, now, &along).await? {
        return Ok(Some(Retried::Changed));
    }
    Failpoint::RetryCommitted.reach();
    if let Some(campaign) = &seen.campaign {
        // Whatever a crash leaves of this, the next tick does.
        sync_lanes(app, campaign.new.id).await?;
    }
    app.notify(QueueMessage::Wake).await;
    Ok(Some(Retried::Done(id)))
}

fn asked(seen: &Retrying, now: Timestamp) -> TryAgain {
    let row = &seen.row;
    let campaign = seen.campaign.as_ref();
    let closing = campaign.and_then(|campaign| campaign.status.closing);
    let is_gone = row.campaign_id.is_some() && campaign.is_none();
    TryAgain {
        message_type: row.message_type,
        state: row.state,
        has_event: row.message_type.is_about_event() && row.event_id.is_some(),
        campaign: row.campaign_id,
        given_up: is_gone || closing.is_some_and(|why| why != Closing::Expired),
        expires_at: match closing {
            Some(Closing::Expired) => row.expires_at.min(now),
            _ => row.expires_at,
        },
        stopped: seen.stopped,
    }
}
