//! Campaigns (requirements E2, E4, E5): opening one, writing its rows, steering and watching it.

mod close;
mod expand;
mod lanes;
mod open;
mod outcome;
mod preview;
mod recipients;
mod steer;
mod sweep;
mod waiting;

use domain::campaign::Over;
use store::StoreError;

pub use expand::{Expanded, expand};
pub use lanes::plan_reminders;
pub(crate) use lanes::sync_lanes;
pub use open::{Opened, open_campaign};
pub(crate) use outcome::note_outcome;
pub use preview::{Preview, preview};
pub(crate) use recipients::MOST_CAMPAIGNS;
pub use steer::{
    cancel_campaign, close_campaign, pause_campaign, progress, release_staged, resume_campaign,
};
pub(crate) use sweep::sweep_campaigns;
pub(crate) use waiting::waiting_loads;
pub(crate) use waiting::waits_of;
pub use waiting::{Waits, waits};

/// Why nothing was done for a campaign.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// There is no such campaign.
    #[error("there is no such campaign")]
    Unknown,
    /// There is no text of the name that the campaign names.
    #[error("the campaign names a text that does not exist")]
    NoText,
    /// It is done or given up.
    #[error(transparent)]
    Over(#[from] Over),
    /// Others kept changing it; try again.
    #[error("the campaign kept changing, try again")]
    Busy,
    /// The store did not answer.
    #[error("campaign")]
    Store(#[from] StoreError),
}
