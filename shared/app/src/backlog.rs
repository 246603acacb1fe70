//! What waits, and for what: for whoever asks why a message has not come yet.

use domain::forecast::{LoadForecast, Outlook, REQUEST, forecast};
use domain::lane::Lane;
use domain::message::Class;
use jiff::Timestamp;
use store::{Steering, StoreError};

use crate::campaign::{Waits, waits, waits_of};
use crate::context::App;
use crate::dispatch::runners;

/// More than this is not counted one by one.
const COUNTED: usize = 1_000;

/// Messages that wait for sending hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaitingForHours {
    /// How many, at most 1 000 a class.
    pub count: usize,
    /// When the hours begin; none while nothing waits.
    pub until: Option<Timestamp>,
}

/// Counts what waits for sending hours now.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn waiting_for_hours(app: &App) -> Result<WaitingForHours, StoreError> {
    let now = app.now();
    let settings = app.settings().await?;
    let mut waiting = WaitingForHours::default();
    for class in Class::ALL {
        let rows = app
            .store
            .due(&Lane::Class(class), Timestamp::MIN, now, COUNTED)
            .await?;
        waiting.count += rows
            .iter()
            .filter(|row| settings.hours.opens_at(class, row.cause_at, now) > now)
            .count();
    }
    if waiting.count > 0 {
        waiting.until = Some(settings.hours.common().next_open(now));
    }
    Ok(waiting)
}

/// Messages of one kind that wait, and what will become of them.
#[derive(Debug, Clone, PartialEq)]
pub struct BacklogPart {
    /// Which, and how many.
    pub waits: Waits,
    /// When they will go and by which numbers; none while only a person can let them go.
    pub forecast: Option<LoadForecast>,
}

/// Everything that waits (requirements A4, S11).
#[derive(Debug, Clone, PartialEq)]
pub struct Backlog {
    /// When it was counted, UTC.
    pub as_of: Timestamp,
    /// By class and campaign, the most urgent class first.
    pub parts: Vec<BacklogPart>,
    /// Requests that are out.
    pub sending: u32,
    /// Alerts that wait for their place.
    pub waiting_sequence: u32,
    /// Messages that wait for the number their recipient has chatted with.
    pub own_number: u32,
    /// Welcomes above the day's ceiling.
    pub above_ceiling: u32,
    /// When the last of all that can go will have gone, if all will.
    pub done_at: Option<Timestamp>,
}

impl Backlog {
    /// What can go without a person, with what becomes of it.
    pub fn foretold(&self) -> impl Iterator<Item = (&Waits, &LoadForecast)> {
        let parts = self.parts.iter();
        parts.filter_map(|part| Some((&part.waits, part.forecast.as_ref()?)))
    }
}

/// Counts what waits, and foretells when it will be done. Reads as much as waits.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn backlog(app: &App) -> Result<Backlog, StoreError> {
    let now = app.now();
    let all = waits(app, now).await?;
    let (mut parts, done_at) = foretell(app, now, &all).await?;
    parts.sort_by_key(|part| part.waits.load.class);
    let of = async |lane: Lane| app.store.count_lane(&lane).await;
    Ok(Backlog {
        as_of: now,
        parts,
        sending: of(Lane::Sending).await?,
        waiting_sequence: of(Lane::WaitingSequence).await?,
        own_number: app.store.count_sticky().await?,
        above_ceiling: of(Lane::Held).await?,
        done_at,
    })
}

/// Reminders that wait and will not go in time, as it looks now: the caps or the time until the event
/// do not suffice, no number is left, or somebody has to let them go (requirement A7). No other
/// message goes before a reminder, so that what else waits makes no difference.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn reminders_at_risk(app: &App) -> Result<u32, StoreError> {
    let now = app.now();
    let all = waits_of(app, now, &[Class::Reminder]).await?;
    if all.is_empty() {
        return Ok(0);
    }
    let (parts, _) = foretell(app, now, &all).await?;
    let unsent = parts.iter().map(|part| match &part.forecast {
        Some(seen) => seen.unsent,
        None => part.waits.load.messages,
    });
    Ok(unsent.fold(0, u32::saturating_add))
}

/// What becomes of all this, in the same order, and when the last of it that can go will have gone.
async fn foretell(
    app: &App,
    now: Timestamp,
    all: &[Waits],
) -> Result<(Vec<BacklogPart>, Option<Timestamp>), StoreError> {
    let Steering {
        settings, control, ..
    } = app.store.steering().await?;
    let runners = runners(app).await?;
    let outlook = Outlook {
        now,
        runners: &runners,
        hours: &settings.hours,
        control: &control,
        welcome_reserve_percent: settings.welcome_reserve_percent,
        request: REQUEST,
    };
    let goes = |waits: &Waits| waits.hold.is_none() && !control.stops(waits.load.class);
    let loads = all.iter().filter(|waits| goes(waits));
    let loads: Vec<_> = loads.map(|waits| waits.load).collect();
    let seen = forecast(&outlook, &loads);
    let mut forecasts = seen.loads.into_iter();
    let parts = all.iter().map(|waits| BacklogPart {
        forecast: goes(waits).then(|| forecasts.next()).flatten(),
        waits: *waits,
    });
    Ok((parts.collect(), seen.done_at))
}
