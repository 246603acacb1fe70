//! What waits, and for what: for whoever asks why a message has not come yet.

use domain::lane::Lane;
use domain::message::Class;
use jiff::Timestamp;
use store::StoreError;

use crate::context::App;

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
