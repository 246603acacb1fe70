//! Events: created, changed, copied, cancelled, with what is planned for them (requirements E1, E2, E4).
//!
//! What is decided is stored first and arranged afterwards: old campaigns closed, room kept,
//! schedules put. Arranging is repeatable, so that the daily reconciliation does whatever a crash
//! left undone.

mod arrange;
mod begin;
mod change;
mod notice;
mod plan;
mod reconcile;

use domain::event::Plan;
use domain::form::FieldErrors;
use store::StoreError;

use crate::campaign::CampaignError;
use crate::ports::ScheduleError;

pub use begin::{Begun, begin_job, follow_up_now};
pub use change::{Wishes, cancel_event, copy_event, create_event, edit_event, preview_plan};
pub(crate) use reconcile::ask_daily;
pub use reconcile::{Reconciled, reconcile};

/// Tries to write an event that others write as well.
const TRIES: u32 = 10;

/// Why an event is not as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Some fields do not fit; nothing was saved.
    #[error("the event's fields do not fit")]
    Fields(FieldErrors),
    /// There is no such event.
    #[error("there is no such event")]
    NotFound,
    /// It was cancelled, or is over.
    #[error("the event is over")]
    Over,
    /// Somebody else changed it first: look again, decide again.
    #[error("somebody else changed this event first")]
    Overtaken,
    /// People would be left without a reminder, and nobody said that this is all right.
    #[error("{} people would be left without a reminder", .0.unsent)]
    Shortfall(Box<Plan>),
    /// The store did not answer.
    #[error("event")]
    Store(#[from] StoreError),
    /// The event is saved; its schedule is not. The reconciliation puts it.
    #[error("the event's schedule")]
    Schedule(#[from] ScheduleError),
    /// The event is saved; one of its campaigns could not be opened or closed. The reconciliation
    /// does it.
    #[error("the event's campaign")]
    Campaign(#[from] CampaignError),
}
