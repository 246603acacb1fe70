//! What the tick does for campaigns: what has lost its queue message, what begins, what is over.

use domain::campaign::{Campaign, Closing, Phase, Step};
use domain::message::{State, Waiting};
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use store::{Chain, StoreError};

use super::CampaignError;
use super::close::settled_at;
use super::lanes::sync;
use super::recipients::MOST_CAMPAIGNS;
use super::steer::step;
use crate::context::App;
use crate::dispatch::Earliest;
use crate::ports::QueueMessage;

/// A campaign that has not moved for so long has lost its queue message.
const STUCK: SignedDuration = SignedDuration::from_secs(60);

/// Looks at every campaign of which something is still to come. Each fails alone.
pub(crate) async fn sweep_campaigns(
    app: &App,
    settings: &Settings,
    now: Timestamp,
    next: &mut Earliest,
) -> Result<(), StoreError> {
    for campaign in app.store.live_campaigns(MOST_CAMPAIGNS).await? {
        let id = campaign.new.id;
        if let Err(error) = look_at(app, settings, &campaign, now, next).await {
            tracing::error!(campaign = %id, error = %Chain(&error), "sweep of a campaign");
            next.at(now);
        }
    }
    Ok(())
}

/// How late a broadcast may begin without asking.
pub(super) async fn patience(app: &App) -> Result<SignedDuration, StoreError> {
    Ok(patience_of(&app.settings().await?))
}

fn patience_of(settings: &Settings) -> SignedDuration {
    SignedDuration::from_mins(settings.broadcast_patience_min.into())
}

async fn look_at(
    app: &App,
    settings: &Settings,
    seen: &Campaign,
    now: Timestamp,
    next: &mut Earliest,
) -> Result<(), CampaignError> {
    let id = seen.new.id;
    let working = matches!(seen.status.phase, Phase::Expanding | Phase::Closing);
    let late = seen.moved_at.saturating_add(STUCK);
    let late = late.unwrap_or(Timestamp::MAX);
    if working && late <= now {
        app.notify(QueueMessage::Expand { campaign: id }).await;
        next.at(now.saturating_add(STUCK).unwrap_or(Timestamp::MAX));
    } else if working {
        next.at(late);
    }
    if seen.synced != seen.revision {
        // Read anew: the index may be behind, and then nothing is to be done.
        let stored = app.store.campaign(id).await?;
        sync(app, &stored.ok_or(CampaignError::Unknown)?).await?;
    }
    if seen.status.phase == Phase::Closing {
        return Ok(());
    }
    if seen.new.expires_at < now {
        step(app, id, Step::Close(Closing::Expired)).await?;
        app.notify(QueueMessage::Expand { campaign: id }).await;
        next.at(now.saturating_add(STUCK).unwrap_or(Timestamp::MAX));
        return Ok(());
    }
    next.at(seen.new.expires_at);
    if let Some(begin) = seen.begins(patience_of(settings), now) {
        let begun = step(app, id, begin).await?;
        if !begun.status.sends() && begun.status.begun {
            tracing::error!(alarm = "broadcast_overdue", campaign = %id, "a broadcast is long overdue and asks before it sends");
        }
    } else if !seen.status.begun {
        next.ahead_of(seen.new.not_before);
    }
    if seen.status.phase == Phase::Open && seen.status.sends() && !seen.status.staged {
        done(app, settings, seen, now, next).await?;
    }
    Ok(())
}

/// Notes that a campaign is done once nothing of it waits or is being sent.
async fn done(
    app: &App,
    settings: &Settings,
    seen: &Campaign,
    now: Timestamp,
    next: &mut Earliest,
) -> Result<(), CampaignError> {
    for lane in seen.all_lanes() {
        let first = app
            .store
            .due(&lane, Timestamp::MIN, Timestamp::MAX, 1)
            .await?;
        if let Some(first) = first.first() {
            let hours = &settings.hours;
            if first.due > now {
                next.ahead_of(first.due);
            } else if hours.lane_open_from(seen.new.kind.class(), now).is_some() {
                next.at(now.saturating_add(STUCK).unwrap_or(Timestamp::MAX));
            }
            return Ok(());
        }
    }
    let settled = settled_at(seen);
    if now < settled {
        next.at(settled);
        return Ok(());
    }
    let progress = app.store.progress(seen.new.id, now).await?;
    if progress.with_status(State::Queued(Waiting::Sending).status()) > 0 {
        next.at(now.saturating_add(STUCK).unwrap_or(Timestamp::MAX));
        return Ok(());
    }
    let over = seen.status.step(Step::Empty)?;
    if app
        .store
        .set_status(seen, over, Some(&progress), now)
        .await?
        && let Some(campaign) = app.store.campaign(seen.new.id).await?
    {
        sync(app, &campaign).await?;
    }
    Ok(())
}
