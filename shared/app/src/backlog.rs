//! What waits, for what and until when: for whoever asks why a message has not come yet (requirement
//! S11).

use domain::forecast::{LoadForecast, Outlook, REQUEST, forecast};
use domain::lane::Lane;
use domain::message::Class;
use jiff::Timestamp;
use store::StoreError;

use crate::campaign::{Waits, waiting};
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

/// What becomes of everything that waits now.
#[derive(Debug, Clone, PartialEq)]
pub struct Foretold {
    /// The rows of each class and of each campaign that is not held, with what becomes of them.
    pub items: Vec<(Waits, LoadForecast)>,
    /// When the last of them leaves, if all do, UTC.
    pub done_at: Option<Timestamp>,
}

/// Foretells when what waits will have been sent, and by which numbers, as of a moment ago.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn foretell(app: &App) -> Result<Foretold, StoreError> {
    let waits = waiting(app, &[]).await?;
    let loads: Vec<_> = waits.iter().map(|waits| waits.load).collect();
    let steering = app.store.steering().await?;
    let runners = runners(app).await?;
    let outlook = Outlook {
        now: app.now(),
        runners: &runners,
        hours: &steering.settings.hours,
        control: &steering.control,
        welcome_reserve_percent: steering.settings.welcome_reserve_percent,
        request: REQUEST,
    };
    let seen = forecast(&outlook, &loads);
    Ok(Foretold {
        items: waits.into_iter().zip(seen.loads).collect(),
        done_at: seen.done_at,
    })
}
