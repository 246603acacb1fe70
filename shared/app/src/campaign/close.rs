//! Ending the rows of a campaign that was given up.

use domain::campaign::{Campaign, Closing, Step};
use domain::message::{Failure, State, Waiting};
use domain::pace::LEASE;
use jiff::Timestamp;

use super::CampaignError;
use super::expand::Expanded;
use super::lanes::sync;
use crate::context::App;
use crate::failpoint::Failpoint;

/// Rows ended at once: as many as a transaction takes.
const AT_ONCE: usize = 99;
/// Since the campaign was given up nothing of it is claimed and stays claimed for longer: what was
/// being sent then has ended or stands in a lane again, and indexes show it.
const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_secs(2 * LEASE.as_secs());

/// Ends what waits in the campaign's lanes, until that moment. It is closed once none of its rows
/// waits or is being sent, and long enough after it was given up for those on their way to come
/// back.
pub(super) async fn end_waiting(
    app: &App,
    campaign: &Campaign,
    until: Timestamp,
) -> Result<Expanded, CampaignError> {
    let failure = match campaign.status.closing {
        Some(Closing::Expired) => Failure::Expired,
        _ => Failure::Cancelled,
    };
    sync(app, campaign).await?;
    for lane in campaign.all_lanes() {
        loop {
            if app.now() >= until {
                return Ok(Expanded::More);
            }
            let rows = app
                .store
                .due(&lane, Timestamp::MIN, Timestamp::MAX, AT_ONCE)
                .await?;
            let ended = app.store.end_rows(&lane, &rows, failure, app.now()).await?;
            Failpoint::ClosePageCommitted.reach();
            // What the index still shows and nobody can end has moved on.
            if ended == 0 {
                break;
            }
        }
    }
    let now = app.now();
    if now < settled_at(campaign) {
        return Ok(Expanded::Stopped);
    }
    let ended = app.store.progress(campaign.new.id, now).await?;
    let waits = State::Queued(Waiting::Sending).status();
    if ended.with_status(waits) > 0 {
        return Ok(Expanded::Stopped);
    }
    let next = campaign.status.step(Step::Ended)?;
    if app
        .store
        .set_status(campaign, next, Some(&ended), now)
        .await?
    {
        let campaign = app.store.campaign(campaign.new.id).await?;
        if let Some(campaign) = campaign {
            sync(app, &campaign).await?;
        }
    }
    Ok(Expanded::Done)
}

/// From when on what was being sent when the campaign last changed is over.
pub(super) fn settled_at(campaign: &Campaign) -> Timestamp {
    campaign
        .moved_at
        .saturating_add(SETTLED)
        .unwrap_or(Timestamp::MAX)
}
