//! When the reminders of an event begin, computed from everything that competes for the numbers
//! (requirement S11), and the room that broadcasts leave for them (requirement S2).

use domain::event::{Event, EventStatus, Plan};
use domain::forecast::{Load, Outlook, ReminderPlan, lead};
use domain::lane::Lane;
use domain::message::Class;
use domain::reserve::Ahead;
use domain::settings::{Control, Settings};
use jiff::{SignedDuration, Timestamp};
use store::{PlannedReminders, Steering, StoreError};

use crate::context::App;
use crate::dispatch::runners;

/// Reminders begin so long before the event if everyone gets one in that time.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// Mean time of a request, with what the engine does around it.
const REQUEST: SignedDuration = SignedDuration::from_millis(1_500);

/// Tries to save the planned reminders against others who do the same.
const TRIES: u32 = 10;

/// What waits is taken to be of use for so long: nothing in the forecast of a few hours expires.
const WAITS_FOR: SignedDuration = SignedDuration::from_hours(24 * 7);

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
    let others: Vec<Ahead> = others(app, event, now)
        .await?
        .iter()
        .map(|planned| planned.ahead)
        .collect();
    let runners = runners(app).await?;
    let mut loads = waiting(app, &control, now).await?;
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

/// The planned reminders of all other events.
async fn others(
    app: &App,
    event: &Event,
    now: Timestamp,
) -> Result<Vec<PlannedReminders>, StoreError> {
    let events = app.store.events_after(EventStatus::Planned, now).await?;
    let others = events.iter().filter(|other| other.id != event.id);
    Ok(others.filter_map(|other| ahead(other, now)).collect())
}

/// What an event's reminders need, if any are to come.
fn ahead(event: &Event, now: Timestamp) -> Option<PlannedReminders> {
    let plan = event.plan.filter(|_| event.is_ahead(now))?;
    Some(PlannedReminders {
        event: event.id,
        ahead: Ahead {
            messages: plan.people,
            from: event.remind_from().unwrap_or(plan.begins_at),
            until: event.start_time,
        },
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

/// What waits now, counted lane by lane.
async fn waiting(app: &App, control: &Control, now: Timestamp) -> Result<Vec<Load>, StoreError> {
    let mut loads = Vec::new();
    for class in Class::ALL {
        let mut messages = app.store.count_lane(&Lane::Class(class)).await?;
        for lane in control.lanes(class, 0) {
            messages = messages.saturating_add(app.store.count_lane(&lane).await?);
        }
        if messages > 0 {
            loads.push(Load {
                class,
                messages,
                not_before: now,
                expires_at: now.saturating_add(WAITS_FOR).unwrap_or(Timestamp::MAX),
            });
        }
    }
    Ok(loads)
}

/// Brings the room that broadcasts leave up to date with what is planned. `event` is the one that
/// has just been stored: the index in which the others are found may not show it yet.
pub(super) async fn keep_room(app: &App, event: &Event, now: Timestamp) -> Result<(), StoreError> {
    let mut wanted = others(app, event, now).await?;
    wanted.extend(ahead(event, now));
    wanted.sort_by_key(|planned| (planned.ahead.from, planned.event));
    for _ in 0..TRIES {
        let mut lanes = app.store.open_lanes().await?;
        if lanes.ahead == wanted {
            return Ok(());
        }
        lanes.ahead.clone_from(&wanted);
        if app.store.save_open_lanes(&lanes).await? {
            return Ok(());
        }
    }
    tracing::warn!("the room for planned reminders was not saved, the next reconciliation does it");
    Ok(())
}
