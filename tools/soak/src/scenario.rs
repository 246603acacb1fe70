//! The story: which numbers there are, what is decided when, what people do and what breaks.

mod backlog;
mod numbers;
mod people;

use domain::breaker::Phase;
use domain::forecast::Load;
use domain::ids::CampaignId;
use domain::lane::OpenCampaign;
use domain::message::Class;
use domain::pace::{MaySend, may_send};
use domain::reserve::{Ahead, Reserve};
use uuid::Uuid;

use crate::config::{Config, Story};
use crate::rows::{CAMPAIGNS, NewRow, SHARDS, bulk_lane, class_lane};
use crate::time::{DAY, HOUR, MINUTE, Ms, SECOND, packed, stamp};
use crate::turn::TIMEOUT;
use crate::world::{Event, World};
pub use backlog::Foretold;
pub(crate) use backlog::foretold;
pub(crate) use numbers::{daily_capacity, fleet};
pub(crate) use people::Deed;

/// What the scenario does at a moment.
pub(crate) enum Action {
    /// A page of a campaign's rows is written.
    Page { campaign: Bulk, left: u32 },
    /// A row that is decided alone, and so on until none is left.
    Trickle { class: Class, left: u32, every: Ms },
    /// Many alerts at once.
    Storm { rows: u32 },
    /// A campaign is over: its lanes are not looked at any more.
    Close { campaign: u16 },
    /// The forecast is asked.
    Foretell(Vec<Load>),
    /// Somebody switches, pauses, edits, says STOP; or a number is banned.
    Deed(Deed),
}

/// A campaign's rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    campaign: u16,
    class: Class,
    shards: u16,
    due: Ms,
    expires: Ms,
}

/// Rows of one page, as one transaction takes them.
const PAGE: u32 = 99;
/// Between two pages.
const PAGE_EVERY: Ms = 150;
/// Rows that cannot expire within the run.
const NEVER: Ms = 45 * DAY;
/// One row in so many waits for the number its recipient has chatted with.
const STICKY_IN: Ms = 10;

/// Share of all messages, per cent.
const REMINDERS: u32 = 12;
const NOTICES: u32 = 1;
const WELCOMES: u32 = 8;
const ALERTS: u32 = 6;
const FOLLOW_UPS: u32 = 4;

/// Days that the messages will take, at least one.
pub(crate) fn days(config: &Config, world: &World) -> u32 {
    let a_day = daily_capacity(&world.runners).max(1);
    (config.messages.div_ceil(a_day) * 4 / 3).clamp(1, 24)
}

/// Puts everything that will happen on the calendar; returns how many days it goes on.
pub(crate) fn begin(world: &mut World) -> u32 {
    if world.config.story == Story::Backlog {
        return backlog::begin(world);
    }
    let config = world.config.clone();
    let days = days(&config, world);
    let share = |per_cent: u32| config.messages / 100 * per_cent;
    let mut campaigns = 0..CAMPAIGNS;
    let mut left = config.messages;
    let mut take = |rows: u32| {
        let rows = rows.min(left);
        left -= rows;
        rows
    };
    for day in 0..days {
        let midnight = Ms::from(day) * DAY;
        let start = midnight + 19 * HOUR + 30 * MINUTE;
        // One event draws more people than the numbers can reach in time.
        let crowd = if day == 1 { 3 } else { 1 };
        let rows = take(share(REMINDERS) / days * crowd);
        event(world, campaigns.next().unwrap_or(0), rows, start);
        let rows = take(share(FOLLOW_UPS) / days);
        let morning = midnight + DAY + 9 * HOUR;
        follow_up(world, campaigns.next().unwrap_or(0), rows, morning);
    }
    for (class, per_cent) in [
        (Class::Reminder, NOTICES),
        (Class::Welcome, WELCOMES),
        (Class::ReferrerAlert, ALERTS / 2),
    ] {
        let rows = take(share(per_cent)).max(1);
        let every = Ms::from(days) * DAY / Ms::from(rows);
        let left = rows;
        world.at(MINUTE, Event::Act(Action::Trickle { class, left, every }));
    }
    let storms = share(ALERTS / 2).div_ceil(200).max(1);
    for _ in 0..storms {
        let rows = take(200);
        let at = world.between(HOUR, Ms::from(days) * DAY);
        world.at(at, Event::Act(Action::Storm { rows }));
    }
    // Three broadcasts; the last is worth nothing after a day.
    let rest = take(u32::MAX);
    let parts = [
        (rest / 10 * 6, 10 * HOUR, NEVER),
        (rest / 10 * 3, Ms::from(days) * DAY / 3, NEVER),
        (rest - rest / 10 * 9, Ms::from(days) * DAY / 2, DAY),
    ];
    for (rows, at, useful) in parts {
        let campaign = campaigns.next().unwrap_or(0);
        let bulk = Bulk {
            campaign,
            class: Class::Broadcast,
            shards: SHARDS,
            due: at,
            expires: at + useful,
        };
        announce(world, bulk, rows, at);
        if useful < NEVER {
            world.at(at + useful + HOUR, Event::Act(Action::Close { campaign }));
        }
    }
    if config.all_day {
        world.at(
            0,
            Event::Act(Action::Deed(Deed::Hours { open: 0, close: 24 })),
        );
    }
    if config.faults.people {
        people::plan(world, days);
    }
    days
}

/// Reminders of an event, from an hour before it.
fn event(world: &mut World, campaign: u16, rows: u32, start: Ms) {
    let due = start - HOUR;
    let bulk = Bulk {
        campaign,
        class: Class::Reminder,
        shards: 1,
        due,
        expires: start,
    };
    let ahead = Ahead {
        messages: rows,
        from: stamp(due),
        until: stamp(start),
    };
    let known = (start - 30 * HOUR).max(0);
    world.at(known, Event::Act(Action::Deed(Deed::Announce(ahead))));
    announce(world, bulk, rows, due - 30 * MINUTE);
    let over = start + 2 * HOUR;
    world.at(over, Event::Act(Action::Close { campaign }));
}

fn follow_up(world: &mut World, campaign: u16, rows: u32, morning: Ms) {
    let bulk = Bulk {
        campaign,
        class: Class::FollowUp,
        shards: 1,
        due: morning,
        expires: morning + 5 * DAY,
    };
    announce(world, bulk, rows, morning - HOUR);
    let over = bulk.expires + HOUR;
    world.at(over, Event::Act(Action::Close { campaign }));
}

fn announce(world: &mut World, campaign: Bulk, left: u32, at: Ms) {
    world.at(at, Event::Act(Action::Page { campaign, left }));
}

pub(crate) fn act(world: &mut World, action: Action) {
    match action {
        Action::Page { campaign, left } => page(world, campaign, left),
        Action::Trickle { class, left, every } => trickle(world, class, left, every),
        Action::Storm { rows } => {
            for _ in 0..rows {
                single(world, Class::ReferrerAlert);
            }
            world.wake();
        }
        Action::Close { campaign } => {
            let id = CampaignId(Uuid::from_u128(u128::from(campaign)));
            world.change_control(|control| control.open.retain(|open| open.campaign != id));
        }
        Action::Foretell(loads) => backlog::foretell(world, &loads),
        Action::Deed(deed) => people::act(world, deed),
    }
}

fn page(world: &mut World, bulk: Bulk, left: u32) {
    let id = CampaignId(Uuid::from_u128(u128::from(bulk.campaign)));
    if world.control.open.iter().all(|open| open.campaign != id) {
        let shards = u8::try_from(bulk.shards).unwrap_or(1);
        let class = bulk.class;
        world.change_control(|control| {
            control.open.push(OpenCampaign {
                campaign: id,
                class,
                shards,
            });
        });
    }
    for at in 0..left.min(PAGE) {
        let shard = u16::try_from((left - at) % u32::from(bulk.shards)).unwrap_or(0);
        let home = bulk_lane(bulk.campaign, shard);
        let due = bulk.due.max(world.now);
        decide(world, bulk.class, home, due, bulk.expires);
    }
    if bulk.due <= world.now + 2 * MINUTE {
        world.wake();
    }
    if let Some(left) = left.checked_sub(PAGE).filter(|left| *left > 0) {
        let campaign = bulk;
        world.after(PAGE_EVERY, Event::Act(Action::Page { campaign, left }));
    }
}

fn trickle(world: &mut World, class: Class, left: u32, every: Ms) {
    single(world, class);
    world.wake();
    if left > 1 {
        let left = left - 1;
        let wait = world.between(0, 2 * every);
        world.after(wait, Event::Act(Action::Trickle { class, left, every }));
    }
}

/// A row that is decided alone, and may be sent from now on.
fn single(world: &mut World, class: Class) {
    let useful = match class {
        Class::Reminder => 3 * HOUR,
        Class::Welcome => 72 * HOUR,
        _ => 7 * DAY,
    };
    let row = decide(
        world,
        class,
        class_lane(class),
        world.now,
        world.now + useful,
    );
    if class == Class::Reminder
        && let Some(at_most) = bound(world)
    {
        let now = world.now;
        world.observer.reminders.watch(row, now, at_most);
    }
}

/// How long a reminder that is due now may wait: a gap and a request of a number that is healthy
/// and has cap, and ten seconds for each better priority. `None` if there is no such number,
/// another reminder is before it, or the gateway is down or held to be.
fn bound(world: &World) -> Option<Ms> {
    let now = world.stamp();
    if world.outage().is_some() || world.gateway.phase != Phase::Closed {
        return None;
    }
    if world.control.stops(Class::Reminder) || world.observer.reminders.waiting(world.now) > 0 {
        return None;
    }
    let could = world.runners.iter().filter(|runner| {
        may_send(&runner.number, &runner.pace, Reserve::NONE, now) == MaySend::Now
    });
    let first = could.clone().map(|runner| runner.number.priority).min()?;
    could
        .map(|runner| {
            let rank = Ms::from(runner.number.priority - first);
            Ms::from(runner.number.limits.gap_max_s()) * SECOND + TIMEOUT + rank * 10 * SECOND
        })
        .min()
}

fn decide(world: &mut World, class: Class, home: u16, due: Ms, expires: Ms) -> u32 {
    let people = Ms::try_from(world.stopped_people.len()).unwrap_or(1);
    let person = world.between(0, people - 1);
    let numbers = Ms::try_from(world.runners.len()).unwrap_or(1);
    let alone = home == class_lane(class);
    let sticks = world.between(1, STICKY_IN) == 1
        && world.config.story == Story::Week
        && !(alone && class == Class::Reminder);
    let only = sticks.then(|| usize::try_from(person % numbers).unwrap_or(0));
    let row = u32::try_from(world.rows.all.len()).unwrap_or(u32::MAX);
    world.decide(NewRow {
        class,
        lane: home,
        only,
        person: u32::try_from(person).unwrap_or(0),
        due: packed(due),
        cause: packed(world.now),
        expires: packed(expires),
    });
    row
}

/// A day, or less where the whole takes less.
fn moment(world: &mut World, days: u32) -> Ms {
    world.between(HOUR, Ms::from(days) * DAY - HOUR) / SECOND * SECOND
}
