//! Who has a number.

use domain::phone::Phone;

use super::list::{ListError, Listed, with_referrers};
use crate::context::App;

/// Who has this number.
///
/// # Errors
/// [`ListError`] if the store does not answer.
pub async fn find_by_number(app: &App, phone: &Phone) -> Result<Option<Listed>, ListError> {
    let index = app.store.phone_index(phone)?;
    let Some(id) = app.store.holder_of(&index).await? else {
        return Ok(None);
    };
    let found = app.store.profile(id).await?;
    let listed = with_referrers(app, found.into_iter().collect()).await?;
    Ok(listed.into_iter().next())
}
