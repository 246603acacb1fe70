//! What an admin does to an event.

use domain::event::{Event, EventDetails, EventForm, EventStatus, Plan};
use domain::ids::EventId;
use jiff::Timestamp;

use super::arrange::{arrange, decide_reminder};
use super::notice::{Notice, notify};
use super::plan::plan;
use super::{EventError, TRIES};
use crate::context::App;
use crate::failpoint::Failpoint;

/// What an admin says besides the event itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes<'a> {
    /// Some may be left without a reminder.
    pub accept_shortfall: bool,
    /// Those who registered or were reminded are told of another time, or that it is called off.
    pub notify: bool,
    /// Who says so: an admin's id.
    pub by: &'a str,
}

/// Creates an event, plans its reminders and follow-ups.
///
/// # Errors
/// [`EventError`]; [`EventError::Shortfall`] before anything is saved.
pub async fn create_event(
    app: &App,
    form: EventForm,
    wishes: Wishes<'_>,
) -> Result<Event, EventError> {
    let details = form.check(None, app.now()).map_err(EventError::Fields)?;
    create(app, details, wishes).await
}

/// Creates an event like another one; whatever `form` says is different, at least the time.
///
/// # Errors
/// [`EventError`]; [`EventError::Shortfall`] before anything is saved.
pub async fn copy_event(
    app: &App,
    id: EventId,
    form: EventForm,
    wishes: Wishes<'_>,
) -> Result<Event, EventError> {
    let like = app.store.event(id).await?.ok_or(EventError::NotFound)?;
    let form = form.like(&like.details());
    let details = form.check(None, app.now()).map_err(EventError::Fields)?;
    create(app, details, wishes).await
}

async fn create(app: &App, details: EventDetails, wishes: Wishes<'_>) -> Result<Event, EventError> {
    let id = app.dice.event_id();
    for _ in 0..TRIES {
        let now = app.now();
        let before = app.store.last_event_created().await?;
        // Two events in one millisecond: the later one is a millisecond later.
        let created_at = now.max(after(before));
        let event = Event::new(id, details.clone(), created_at, before);
        let event = planned(app, event, wishes, now).await?;
        if app.store.create_event(&event).await? {
            return stored(app, id).await;
        }
    }
    Err(EventError::Overtaken)
}

fn after(at: Timestamp) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_millis(1))
        .unwrap_or(at)
}

/// The same event with a plan, unless somebody would be left out and nobody agreed to that.
async fn planned(
    app: &App,
    event: Event,
    wishes: Wishes<'_>,
    now: Timestamp,
) -> Result<Event, EventError> {
    if !event.is_ahead(now) {
        return Ok(event);
    }
    let plan = plan(app, &event, now).await?;
    if plan.unsent > 0 && !wishes.accept_shortfall {
        return Err(EventError::Shortfall(Box::new(plan)));
    }
    let settings = app.store.steering().await?.settings;
    Ok(decide_reminder(event, plan, &settings, now))
}

/// What would be planned for an event of this form, without saving anything; `id` is the event it
/// would change.
///
/// # Errors
/// [`EventError`].
pub async fn preview_plan(
    app: &App,
    id: Option<EventId>,
    form: EventForm,
) -> Result<Plan, EventError> {
    let now = app.now();
    let event = match id {
        None => {
            let details = form.check(None, now).map_err(EventError::Fields)?;
            let before = app.store.last_event_created().await?;
            Event::new(app.dice.event_id(), details, now, before)
        }
        Some(id) => {
            let event = app.store.event(id).await?.ok_or(EventError::NotFound)?;
            let details = form.check(Some(&event.details()), now);
            event.changed(details.map_err(EventError::Fields)?, now)
        }
    };
    Ok(plan(app, &event, now).await?)
}

/// Changes an event that was seen at `revision`. At another time, or for other people, everything
/// is planned anew; whoever has a reminder for that time already gets no second one.
///
/// # Errors
/// [`EventError`]; [`EventError::Shortfall`] before anything is saved.
pub async fn edit_event(
    app: &App,
    id: EventId,
    revision: u64,
    form: EventForm,
    wishes: Wishes<'_>,
) -> Result<Event, EventError> {
    for _ in 0..TRIES {
        let now = app.now();
        let before = seen(app, id, revision).await?;
        let details = form.clone().check(Some(&before.details()), now);
        let event = before.changed(details.map_err(EventError::Fields)?, now);
        let event = match event.plan {
            Some(_) => event,
            None => planned(app, event, wishes, now).await?,
        };
        if app.store.save_event(&event).await? {
            let event = stored(app, id).await?;
            if wishes.notify && event.start_time != before.start_time && event.is_ahead(now) {
                notify(app, Notice::Changed, &before, &event, wishes.by).await?;
            }
            return Ok(event);
        }
    }
    Err(EventError::Overtaken)
}

/// Calls an event off that was seen at `revision`: nothing more is sent about it.
///
/// # Errors
/// [`EventError`].
pub async fn cancel_event(
    app: &App,
    id: EventId,
    revision: u64,
    wishes: Wishes<'_>,
) -> Result<Event, EventError> {
    for _ in 0..TRIES {
        let now = app.now();
        let before = seen(app, id, revision).await?;
        if app.store.save_event(&before.cancelled(now)).await? {
            let event = stored(app, id).await?;
            if wishes.notify && before.is_ahead(now) {
                notify(app, Notice::Cancelled, &before, &event, wishes.by).await?;
            }
            return Ok(event);
        }
    }
    Err(EventError::Overtaken)
}

async fn seen(app: &App, id: EventId, revision: u64) -> Result<Event, EventError> {
    let event = app.store.event(id).await?.ok_or(EventError::NotFound)?;
    if event.status == EventStatus::Cancelled {
        return Err(EventError::Over);
    }
    if event.revision != revision {
        return Err(EventError::Overtaken);
    }
    Ok(event)
}

/// The event has just been stored: arranges everything and returns it as it is then.
async fn stored(app: &App, id: EventId) -> Result<Event, EventError> {
    Failpoint::EventSaved.reach();
    app.forget_event().await;
    let event = app.store.event(id).await?.ok_or(EventError::NotFound)?;
    arrange(app, event, app.now()).await?;
    Failpoint::EventArranged.reach();
    app.store.event(id).await?.ok_or(EventError::NotFound)
}
