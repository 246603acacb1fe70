//! When the reminders of an event begin, computed from everything that competes for the numbers
//! (requirement S11), and the room that broadcasts leave for them (requirement S2).

use domain::event::{Event, EventStatus, Plan};
use domain::forecast::{Load, Outlook, REQUEST, ReminderPlan, lead};
use domain::message::Class;
use domain::reserve::Ahead;
use domain::settings::{Control, Settings};
use jiff::{SignedDuration, Timestamp};
use store::{Steering, StoreError};

use crate::campaign::{CampaignError, plan_reminders, waiting_loads};
use crate::context::App;
use crate::dispatch::runners;

/// Reminders begin so long before the event if everyone gets one in that time.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// From when on reminders of the event may begin.
pub(super) fn earliest(event: &Event, settings: &Settings) -> Timestamp {
    let lead = SignedDuration::from_mins(i64::from(settings.max_lead_min)).max(USUAL);
    event
        .start_time
        .saturating_sub(lead)
        .unwrap_or(event.start_time)
}

/// Computes when the reminders of `event`, as it is about to be stored, would begin.
pub(super) async fn plan(app: &App, event: &Event, now: Timestamp) -> Result<Plan, StoreError> {
    let Steering {
        settings, control, ..
    } = app.store.steering().await?;
    let people = app.store.count_audience(event, now).await?;
    let others = others(app, event, now).await?;
    let runners = runners(app).await?;
    let mut loads = waiting_loads(app, &event.superseded).await?;
    loads.extend(
        others
            .iter()
            .filter(|ahead| ahead.from > now)
            .map(reminders),
    );
    let control = Control {
        ahead: others,
        ..control
    };
    let outlook = Outlook {
        now,
        runners: &runners,
        hours: &settings.hours,
        control: &control,
        welcome_reserve_percent: settings.welcome_reserve_percent,
        request: REQUEST,
    };
    let wanted = ReminderPlan {
        messages: people,
        event_at: event.start_time,
        usual: USUAL,
        max_lead: SignedDuration::from_mins(i64::from(settings.max_lead_min)),
    };
    Ok(Plan::new(&lead(&outlook, &loads, wanted), people, now))
}

/// Says so if people would stay without a reminder.
pub(super) fn warn_of_shortfall(event: &Event, plan: &Plan) {
    if plan.unsent > 0 {
        let (people, more) = (plan.unsent, plan.more_numbers);
        tracing::error!(alarm = "reminder_short", event = %event.id, people, more, "people will stay without a reminder");
    }
}

/// The planned reminders of all other events.
async fn others(app: &App, event: &Event, now: Timestamp) -> Result<Vec<Ahead>, StoreError> {
    let events = app.store.events_after(EventStatus::Planned, now).await?;
    let others = events.iter().filter(|other| other.id != event.id);
    Ok(others.filter_map(|other| ahead(other, now)).collect())
}

/// What an event's reminders need, if any are to come.
fn ahead(event: &Event, now: Timestamp) -> Option<Ahead> {
    let plan = event.plan.filter(|_| event.is_ahead(now))?;
    Some(Ahead {
        messages: plan.people,
        from: event.remind_from().unwrap_or(plan.begins_at),
        until: event.start_time,
    })
}

fn reminders(ahead: &Ahead) -> Load {
    Load {
        class: Class::Reminder,
        messages: ahead.messages,
        not_before: ahead.from,
        expires_at: ahead.until,
    }
}

/// Brings the room that broadcasts leave for the event's reminders up to date.
pub(super) async fn keep_room(
    app: &App,
    event: &Event,
    now: Timestamp,
) -> Result<(), CampaignError> {
    plan_reminders(app, event.id, ahead(event, now)).await
}
