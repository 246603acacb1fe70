//! How early reminders must begin so that everyone has one before the event.

use jiff::{SignedDuration, Timestamp};

use super::{Load, Outlook, fluid};
use crate::dispatch::Runner;
use crate::message::Class;
use crate::number::Health;
use crate::pace::Pace;
use crate::reserve::Ahead;

/// Leads are whole multiples of this.
const GRAIN: SignedDuration = SignedDuration::from_mins(5);

/// Reminders that are to be planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReminderPlan {
    /// How many.
    pub messages: u32,
    /// The event's start.
    pub event_at: Timestamp,
    /// They begin so long before it if that suffices: an hour.
    pub usual: SignedDuration,
    /// And never earlier than so long before it.
    pub max_lead: SignedDuration,
}

/// When reminders begin, and for whom that is too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// When they begin.
    pub begins_at: Timestamp,
    /// People who get none before the event.
    pub unsent: u32,
    /// Numbers like the best present one that would be needed besides; `None` if there is none to
    /// compare with.
    pub more_numbers: Option<u32>,
}

/// Plans. `loads` is what waits already and what other events will need.
#[must_use]
pub fn lead(outlook: &Outlook<'_>, loads: &[Load], plan: ReminderPlan) -> Lead {
    let unsent = |begins_at| unsent(outlook, loads, plan, begins_at);
    let before = |lead: SignedDuration| {
        let at = plan.event_at.saturating_sub(lead).unwrap_or(outlook.now);
        at.max(outlook.now)
    };
    let usual = before(plan.usual);
    let earliest = before(plan.max_lead.max(plan.usual));
    if unsent(usual) == 0 || earliest == usual {
        return told(outlook, plan, usual, unsent(usual));
    }
    let left = unsent(earliest);
    if left > 0 {
        return told(outlook, plan, earliest, left);
    }
    // Starting later never reaches more people: the latest start that reaches all, to the grain.
    let (mut enough, mut late) = (earliest, usual);
    while late.duration_since(enough) > GRAIN {
        let middle = enough
            .saturating_add(late.duration_since(enough) / 2)
            .unwrap_or(enough);
        if unsent(middle) == 0 {
            enough = middle;
        } else {
            late = middle;
        }
    }
    told(outlook, plan, enough, 0)
}

fn told(outlook: &Outlook<'_>, plan: ReminderPlan, begins_at: Timestamp, unsent: u32) -> Lead {
    let more_numbers = match unsent {
        0 => Some(0),
        _ => best(outlook, plan, begins_at).map(|each| unsent.div_ceil(each)),
    };
    Lead {
        begins_at,
        unsent,
        more_numbers,
    }
}

fn unsent(outlook: &Outlook<'_>, loads: &[Load], plan: ReminderPlan, begins_at: Timestamp) -> u32 {
    let mut all = loads.to_vec();
    all.push(reminders(plan, plan.messages, begins_at));
    // Broadcasts will leave room for them from the moment they are saved.
    let mut control = outlook.control.clone();
    control.ahead.push(Ahead {
        messages: plan.messages,
        from: begins_at,
        until: plan.event_at,
    });
    let outlook = Outlook {
        control: &control,
        ..*outlook
    };
    let seen = fluid::flow(&outlook, &all, plan.event_at);
    seen.loads.last().map_or(0, |load| load.unsent)
}

fn reminders(plan: ReminderPlan, messages: u32, begins_at: Timestamp) -> Load {
    Load {
        class: Class::Reminder,
        messages,
        not_before: begins_at,
        expires_at: plan.event_at,
    }
}

/// How many the best of the present numbers sends in that time, if it has nothing else to do.
fn best(outlook: &Outlook<'_>, plan: ReminderPlan, begins_at: Timestamp) -> Option<u32> {
    let healthy = outlook
        .runners
        .iter()
        .filter(|runner| runner.number.health(outlook.now) == Health::Usable);
    let sends = |runner: &Runner| {
        let fresh = [Runner {
            number: runner.number.clone(),
            pace: Pace::new(runner.number.id, begins_at),
        }];
        let alone = Outlook {
            now: begins_at,
            runners: &fresh,
            ..*outlook
        };
        let load = reminders(plan, plan.messages, begins_at);
        let seen = fluid::flow(&alone, &[load], plan.event_at);
        seen.loads.first().map_or(0, |load| load.sent)
    };
    healthy.map(sends).max().filter(|sent| *sent > 0)
}
