//! Whatever follows from an event as it is stored: old campaigns are closed, room is kept,
//! schedules stand. Doing it twice does it once.

use domain::campaign::{CampaignKind, Closing, EventRef, event_campaign_id};
use domain::event::{Event, EventStatus, Plan, Reminder, reminders_from};
use domain::schedule::{Job, JobKind, LEAST_LEAD, Start};
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};

use super::begin::{begin_follow_up, begin_reminder};
use super::plan::{earliest, keep_room};
use super::{EventError, TRIES};
use crate::campaign::close_campaign;
use crate::context::App;

pub(super) fn event_ref(event: &Event) -> EventRef {
    EventRef {
        id: event.id,
        start_time: event.start_time,
    }
}

pub(super) fn job(kind: JobKind, event: &Event) -> Job {
    Job {
        kind,
        id: event.id.0,
    }
}

/// The event with its plan, and with its reminders decided if they may begin before long: from then
/// on they do not depend on when somebody looks.
pub(super) fn decide_reminder(
    mut event: Event,
    plan: Plan,
    settings: &Settings,
    now: Timestamp,
) -> Event {
    event.plan = Some(plan);
    let soon = now.saturating_add(LEAST_LEAD).unwrap_or(now);
    if earliest(&event, settings) <= soon {
        let kind = CampaignKind::Reminder;
        event.reminder = Some(Reminder {
            campaign: event_campaign_id(kind, event_ref(&event), event.revision),
            from: reminders_from(plan.begins_at, event.start_time, now),
        });
    }
    event
}

/// When the follow-ups of an event are due, if they come by themselves.
pub(super) fn follow_up_at(event: &Event, settings: &Settings) -> Option<Timestamp> {
    let after = settings.follow_up_after_min?;
    let after = SignedDuration::from_mins(i64::from(after));
    event.ends_at().saturating_add(after).ok()
}

/// Arranges everything. What is due already is begun in place of a schedule.
pub(super) async fn arrange(app: &App, event: Event, now: Timestamp) -> Result<(), EventError> {
    let event = close_superseded(app, event).await?;
    keep_room(app, &event, now).await?;
    arrange_reminder(app, &event, now).await?;
    arrange_follow_up(app, &event, now).await
}

/// Campaigns of a former time, or of an event that is called off, are closed, and then forgotten.
async fn close_superseded(app: &App, mut event: Event) -> Result<Event, EventError> {
    let why = match event.status {
        EventStatus::Planned => Closing::Replaced,
        EventStatus::Cancelled => Closing::Cancelled,
    };
    for _ in 0..TRIES {
        if event.superseded.is_empty() {
            return Ok(event);
        }
        for campaign in event.superseded.drain(..) {
            close_campaign(app, campaign, why).await?;
        }
        let saved = app.store.save_event(&event).await?;
        let stored = app.store.event(event.id).await?;
        event = stored.ok_or(EventError::NotFound)?;
        if saved {
            return Ok(event);
        }
    }
    Ok(event)
}

async fn arrange_reminder(app: &App, event: &Event, now: Timestamp) -> Result<(), EventError> {
    let job = job(JobKind::Reminder, event);
    if !event.is_ahead(now) {
        app.schedule.delete(&job.name()).await?;
        return Ok(());
    }
    let settings = app.store.steering().await?.settings;
    let due = event
        .remind_from()
        .unwrap_or_else(|| earliest(event, &settings));
    if app.schedule.put(&job.name(), due, job).await? == Start::Inline {
        Box::pin(begin_reminder(app, event.id)).await?;
    }
    Ok(())
}

async fn arrange_follow_up(app: &App, event: &Event, now: Timestamp) -> Result<(), EventError> {
    let job = job(JobKind::FollowUp, event);
    let settings = app.store.steering().await?.settings;
    let due = follow_up_at(event, &settings);
    let due = due.filter(|_| event.status == EventStatus::Planned);
    let Some(due) = due else {
        app.schedule.delete(&job.name()).await?;
        return Ok(());
    };
    if app.schedule.put(&job.name(), due, job).await? == Start::Inline {
        begin_follow_up(app, event.id, now).await?;
    }
    Ok(())
}
