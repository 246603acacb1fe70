//! A job's moment has come, perhaps late, twice, or for an event that was moved: what is stored
//! decides.

use domain::campaign::{CampaignKind, NewCampaign, event_campaign_id};
use domain::event::{Event, EventStatus};
use domain::ids::{CampaignId, EventId};
use domain::message::MessageType;
use domain::schedule::{Job, JobKind, LEAST_LEAD, Start};
use jiff::Timestamp;

use super::arrange::{decide_reminder, event_ref, follow_up_at, job};
use super::plan::{earliest, keep_room, plan, warn_of_shortfall};
use super::{EventError, TRIES};
use crate::campaign::open_campaign;
use crate::context::App;
use crate::failpoint::Failpoint;

/// Who decided what nobody asked for at that moment.
const SYSTEM: &str = "system";

/// What came of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is on its way.
    Yes,
    /// Its moment is another one by now; there is a schedule for that.
    Later(Timestamp),
    /// It is of no use any more: the event is cancelled, over, or was never there.
    No,
}

/// Does what a schedule handed over.
///
/// # Errors
/// [`EventError`]; whoever handed it over may do so again.
pub async fn begin_job(app: &App, job: Job) -> Result<Begun, EventError> {
    let event = EventId(job.id);
    match job.kind {
        JobKind::Reminder => Box::pin(begin_reminder(app, event)).await,
        JobKind::FollowUp => begin_follow_up(app, event, app.now()).await,
    }
}

/// Decides when the reminders of an event begin, once that can be known, and opens their campaign
/// when that moment has come.
pub(super) async fn begin_reminder(app: &App, id: EventId) -> Result<Begun, EventError> {
    for _ in 0..TRIES {
        let now = app.now();
        let Some(event) = app.store.event(id).await? else {
            return Ok(Begun::No);
        };
        if !event.is_ahead(now) {
            return Ok(Begun::No);
        }
        let job = job(JobKind::Reminder, &event);
        let due = match event.reminder {
            Some(reminder) => reminder.from,
            None => earliest(&event, &app.store.steering().await?.settings),
        };
        let soon = now.saturating_add(LEAST_LEAD).unwrap_or(now);
        if due > soon {
            return match app.schedule.put(&job.name(), due, job).await? {
                Start::Scheduled(at) => Ok(Begun::Later(at)),
                Start::Inline => continue,
            };
        }
        if let Some(reminder) = event.reminder {
            open_reminders(app, &event, reminder.campaign, reminder.from, now).await?;
            return Ok(Begun::Yes);
        }
        let plan = plan(app, &event, now).await?;
        warn_of_shortfall(&event, &plan);
        let settings = app.store.steering().await?.settings;
        let decided = decide_reminder(event, plan, &settings, now);
        if app.store.save_event(&decided).await? {
            Failpoint::ReminderDecided.reach();
            app.forget_event().await;
            keep_room(app, &decided, now).await?;
        }
    }
    Err(EventError::Overtaken)
}

async fn open_reminders(
    app: &App,
    event: &Event,
    id: CampaignId,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<(), EventError> {
    let new = NewCampaign {
        id,
        kind: CampaignKind::Reminder,
        event: Some(event_ref(event)),
        audience: event.whom(),
        template: None,
        vars: Default::default(),
        media: None,
        not_before,
        expires_at: event.start_time,
        staged: None,
        created_by: SYSTEM.to_owned(),
        created_at: now,
    };
    open_campaign(app, &new).await?;
    Failpoint::ReminderOpened.reach();
    Ok(())
}

/// Opens the follow-ups of an event, if their time has come.
pub(super) async fn begin_follow_up(
    app: &App,
    id: EventId,
    now: Timestamp,
) -> Result<Begun, EventError> {
    let Some(event) = app.store.event(id).await? else {
        return Ok(Begun::No);
    };
    let settings = app.store.steering().await?.settings;
    let due = follow_up_at(&event, &settings);
    let Some(due) = due.filter(|_| event.status == EventStatus::Planned) else {
        return Ok(Begun::No);
    };
    let soon = now.saturating_add(LEAST_LEAD).unwrap_or(now);
    if due > soon {
        let job = job(JobKind::FollowUp, &event);
        app.schedule.put(&job.name(), due, job).await?;
        return Ok(Begun::Later(due));
    }
    open_follow_ups(app, &event, SYSTEM, due, now).await
}

/// Opens the follow-ups of an event now, on an admin's go.
///
/// # Errors
/// [`EventError::Over`] if it is cancelled or has not begun.
pub async fn follow_up_now(app: &App, id: EventId, by: &str) -> Result<(), EventError> {
    let now = app.now();
    let event = app.store.event(id).await?.ok_or(EventError::NotFound)?;
    if event.status == EventStatus::Cancelled || event.is_ahead(now) {
        return Err(EventError::Over);
    }
    open_follow_ups(app, &event, by, now, now).await?;
    Ok(())
}

/// One campaign for each start of the event, however often this is asked for. Nobody who registered
/// after the event began is among the recipients.
async fn open_follow_ups(
    app: &App,
    event: &Event,
    by: &str,
    due: Timestamp,
    now: Timestamp,
) -> Result<Begun, EventError> {
    let useful = MessageType::FollowUp.useful_for();
    let expires_at = due.saturating_add(useful).unwrap_or(Timestamp::MAX);
    if expires_at <= now {
        return Ok(Begun::No);
    }
    let kind = CampaignKind::FollowUp;
    let new = NewCampaign {
        id: event_campaign_id(kind, event_ref(event), 0),
        kind,
        event: Some(event_ref(event)),
        audience: event.whom(),
        template: None,
        vars: Default::default(),
        media: None,
        not_before: now,
        expires_at,
        staged: None,
        created_by: by.to_owned(),
        created_at: event.start_time,
    };
    open_campaign(app, &new).await?;
    Ok(Begun::Yes)
}
