//! What the system promises, told through HTTP where a user would go.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "stories"
)]

mod abuse;
mod attendance;
mod bad_bodies;
mod bad_input;
mod campaign_expansion;
mod campaign_reminders;
mod campaign_sending;
mod ceiling;
mod comeback;
mod cost;
mod counters;
mod drafts;
mod event_changes;
mod event_interleavings;
mod events;
mod failover;
mod failures;
mod groups;
mod inbound;
mod inbound_bodies;
mod inbound_outage;
mod inbound_race;
mod join;
mod landing;
mod leak;
mod links;
mod log;
mod main_job;
mod opaque_codes;
mod outage;
mod pacing;
mod panel;
mod people_lists;
mod policies;
mod priority;
mod probes;
mod races;
mod reception;
mod referrals;
mod repeat;
mod retry;
mod stale;
mod sticky;
mod storm;
mod switches;
mod texts;
mod together;
mod turns;
mod unreadable;
mod waiting;
mod warm_up;
mod weekly_hours;
mod without_script;
mod written_numbers;
