//! What the landing page asks for besides registering: the next session, texts, counts, our numbers.

use domain::event::Event;
use domain::landing::LandingTexts;
use domain::phone::Phone;
use domain::visit::{Source, Step};
use domain::zone::wib_day;
use jiff::SignedDuration;
use store::StoreError;

use crate::context::App;
use crate::register::within_address_limit;

/// Steps that are counted from one address in ten minutes: a hall of people may share it.
const STEPS_PER_ADDRESS: u32 = 3_000;
/// Counts are compared with the same season of the year before, then forgotten.
const COUNTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 800);
/// Numbers in the contact card. Phones show one contact with so many numbers well.
const CARD_NUMBERS: u8 = 20;

/// What the page shows besides its own texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The next session, once one is planned.
    pub event: Option<Event>,
    /// Introductory video.
    pub link_video: Option<String>,
    /// Texts in place of the page's own.
    pub texts: LandingTexts,
}

/// Why nothing could be answered.
#[derive(Debug, thiserror::Error)]
#[error("landing page")]
pub struct LandingError(#[from] StoreError);

/// What the page shows now, as of at most ten seconds ago.
///
/// # Errors
/// [`LandingError`] if the store does not answer.
pub async fn landing(app: &App) -> Result<Landing, LandingError> {
    Ok(Landing {
        event: app.next_event(app.now()).await?,
        link_video: app.settings().await?.link_video,
        texts: app.landing_texts().await?,
    })
}

/// Counts a step of a visitor (requirement A7). False if too many came from this address, which is
/// kept only as a keyed hash and not together with the count.
///
/// # Errors
/// [`LandingError`] if the store does not answer.
pub async fn count_visit(
    app: &App,
    step: Step,
    source: Source,
    address: &str,
) -> Result<bool, LandingError> {
    let now = app.now();
    if !within_address_limit(app, "VISIT", address, STEPS_PER_ADDRESS, now).await? {
        return Ok(false);
    }
    let forget_at = now.saturating_add(COUNTS_KEPT).unwrap_or(now);
    app.store
        .count_visit(wib_day(now), step, source, forget_at)
        .await?;
    Ok(true)
}

/// The numbers that messages come from, for the contact card (requirement L5).
///
/// # Errors
/// [`LandingError`] if the store does not answer.
pub async fn sending_phones(app: &App) -> Result<Vec<Phone>, LandingError> {
    Ok(app.store.sending_phones(CARD_NUMBERS).await?)
}
