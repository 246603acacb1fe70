//! Once a day, and when everything starts on one machine: schedules are compared with what is
//! stored. Missing and stale ones are put, orphaned ones are taken away, and what a crash or a
//! downtime left is done if it is still of use.

use std::collections::BTreeSet;

use domain::event::{Event, EventStatus};
use domain::message::MessageType;
use domain::schedule::{JobKind, ScheduleName, daily};
use jiff::{SignedDuration, Timestamp};
use store::Chain;

use super::EventError;
use super::arrange::{arrange, job};
use super::plan::{plan, warn_of_shortfall};
use crate::context::App;
use crate::dispatch::Earliest;
use crate::ports::QueueMessage;

/// Events that began longer ago than the longest follow-up, its delay and its use are over.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What a reconciliation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Events that were looked at.
    pub events: usize,
    /// Events for which something could not be done; the next reconciliation tries again.
    pub failed: usize,
    /// Schedules that belonged to nothing.
    pub orphans: usize,
}

/// Puts right whatever is planned.
///
/// # Errors
/// [`EventError`] if the events cannot be read. One that fails alone is logged.
pub async fn reconcile(app: &App) -> Result<Reconciled, EventError> {
    let now = app.now();
    let from = now.saturating_sub(LOOKS_BACK).unwrap_or(now);
    let mut done = Reconciled::default();
    let mut wanted = BTreeSet::new();
    for status in [EventStatus::Planned, EventStatus::Cancelled] {
        for event in app.store.events_after(status, from).await? {
            done.events += 1;
            wanted.extend(schedules(&event, now));
            let is_over = useless(&event, now);
            if is_over && event.superseded.is_empty() {
                continue;
            }
            let id = event.id;
            let arranged = async {
                let event = planned_again(app, event, now).await?;
                arrange(app, event, now).await
            };
            if let Err(error) = Box::pin(arranged).await {
                tracing::error!(event = %id, error = %Chain(&error), "event could not be arranged");
                done.failed += 1;
            }
        }
    }
    for kind in [JobKind::Reminder, JobKind::FollowUp] {
        let Ok(prefix) = ScheduleName::parse(kind.as_str()) else {
            continue;
        };
        for name in app.schedule.list(&prefix).await? {
            if !wanted.contains(&name) {
                app.schedule.delete(&name).await?;
                done.orphans += 1;
            }
        }
    }
    Ok(done)
}

/// The event with its plan as of now, if it is not decided yet when its reminders begin: people have
/// registered since, numbers come and go, and broadcasts leave room for as many reminders as the plan
/// says. Who would stay without is told while something can be done about it.
async fn planned_again(app: &App, event: Event, now: Timestamp) -> Result<Event, EventError> {
    if !event.is_ahead(now) || event.reminder.is_some() {
        return Ok(event);
    }
    // What the index shows may be behind.
    let stored = app.store.event(event.id).await?;
    let mut event = stored.ok_or(EventError::NotFound)?;
    if !event.is_ahead(now) || event.reminder.is_some() {
        return Ok(event);
    }
    let plan = plan(app, &event, now).await?;
    warn_of_shortfall(&event, &plan);
    event.plan = Some(plan);
    // Whoever wrote it meanwhile has planned it, too.
    app.store.save_event(&event).await?;
    Ok(app.store.event(event.id).await?.unwrap_or(event))
}

/// The schedules an event may have.
fn schedules(event: &Event, now: Timestamp) -> Vec<ScheduleName> {
    if event.status == EventStatus::Cancelled {
        return Vec::new();
    }
    let reminder = event.is_ahead(now).then_some(JobKind::Reminder);
    let kinds = reminder.into_iter().chain([JobKind::FollowUp]);
    kinds.map(|kind| job(kind, event).name()).collect()
}

/// Nothing is to come of it: its time is over, and of one that took place no follow-up is of use.
fn useless(event: &Event, now: Timestamp) -> bool {
    let useful = MessageType::FollowUp.useful_for();
    let end = match event.status {
        EventStatus::Planned => event.ends_at().saturating_add(useful),
        EventStatus::Cancelled => Ok(event.start_time),
    };
    end.is_ok_and(|end| end <= now)
}

/// Once a day, in the minute of [`daily`], asks for a reconciliation.
pub(crate) async fn ask_daily(app: &App, now: Timestamp, next: &mut Earliest) {
    let day = daily(now);
    if day.is_due {
        app.notify(QueueMessage::Reconcile).await;
    }
    next.at(day.next);
}
