//! A number whose stored key cannot be opened: it is taken out before it reaches for messages that
//! it cannot send. Its check brings it back once the key opens again.

use domain::number::{Health, Number, OutReason};
use store::{Chain, StoreError};

use crate::context::App;

/// Takes the number out and says so, unless somebody else has done so.
pub(crate) async fn take_out(
    app: &App,
    number: &Number,
    why: &StoreError,
) -> Result<(), StoreError> {
    let now = app.now();
    let reason = OutReason::KeyUnreadable;
    if number.health(now) == Health::Out || !app.store.take_out(number, reason, now).await? {
        return Ok(());
    }
    tracing::error!(
        alarm = "number_out",
        number = %number.id,
        reason = reason.as_str(),
        error = %Chain(why),
        "number taken out"
    );
    Ok(())
}
