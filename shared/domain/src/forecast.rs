//! When what waits will be done, and by which numbers (requirement S11).
//!
//! A fluid model: in steps of minutes each number sends as fast as gap and request allow until its
//! caps are used, the most urgent class first. No message is looked at alone, so that a hundred
//! thousand cost no more than ten.

mod fluid;
mod lead;

use jiff::{SignedDuration, Timestamp};

use crate::dispatch::Runner;
use crate::hours::HoursPolicy;
use crate::ids::NumberId;
use crate::message::Class;
use crate::settings::Control;

pub use lead::{Lead, ReminderPlan, lead};

/// Farther ahead nothing is foretold.
const AT_MOST: SignedDuration = SignedDuration::from_hours(24 * 60);

/// Mean time of a request, with what the engine does around it.
pub const REQUEST: SignedDuration = SignedDuration::from_millis(1_500);

/// Messages of one kind that wait or will: a campaign, or the rows of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Their class.
    pub class: Class,
    /// How many.
    pub messages: u32,
    /// From when they may go; their cause counts as having happened then.
    pub not_before: Timestamp,
    /// No request starts after this.
    pub expires_at: Timestamp,
}

/// What is known at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    /// Now.
    pub now: Timestamp,
    /// All numbers.
    pub runners: &'a [Runner],
    /// Sending hours.
    pub hours: &'a HoursPolicy,
    /// Switches, and events whose reminders broadcasts leave room for.
    pub control: &'a Control,
    /// Per cent of every cap that broadcasts leave free for welcomes.
    pub welcome_reserve_percent: u8,
    /// Mean time of a request, and of what the engine does around it.
    pub request: SignedDuration,
}

/// What becomes of one load.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadForecast {
    /// Messages sent in time.
    pub sent: u32,
    /// Messages that will not be: they expire first, or nothing can be foretold.
    pub unsent: u32,
    /// When the first leaves.
    pub begins_at: Option<Timestamp>,
    /// When the last leaves, if all do.
    pub done_at: Option<Timestamp>,
    /// Messages by number, those that send any; they add up to `sent`.
    pub by_number: Vec<(NumberId, u32)>,
}

/// What becomes of everything.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// For each load, in the order they were given.
    pub loads: Vec<LoadForecast>,
    /// When the last message of all leaves, if all do.
    pub done_at: Option<Timestamp>,
}

/// Foretells.
#[must_use]
pub fn forecast(outlook: &Outlook<'_>, loads: &[Load]) -> Forecast {
    let end = outlook.now.saturating_add(AT_MOST);
    fluid::flow(outlook, loads, end.unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests;
