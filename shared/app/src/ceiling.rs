//! Welcomes above the ceiling (requirement L8): an admin lets them go. Whoever writes to us lets
//! their own go, see [`crate::receive`].

use domain::ids::MessageId;
use domain::message::Class;
use jiff::Timestamp;
use store::StoreError;

use crate::context::App;
use crate::ports::QueueMessage;

/// Lets the held welcomes go that expire first, at most `limit`, as an admin decides. They do not
/// count as cold. Returns how many.
///
/// # Errors
/// [`StoreError`] if the store does not answer; those before it are let go.
pub async fn release_held(app: &App, limit: usize) -> Result<usize, StoreError> {
    let mut count = 0;
    for row in app.store.held(limit).await? {
        count += usize::from(release(app, row.id).await?);
    }
    if count > 0 {
        app.notify(QueueMessage::Wake).await;
    }
    Ok(count)
}

async fn release(app: &App, id: MessageId) -> Result<bool, StoreError> {
    let now = app.now();
    let hours = app.settings().await?.hours;
    let expected = |cause_at: Timestamp| hours.opens_at(Class::Welcome, cause_at, now);
    app.store.release(id, expected, now).await
}
