//! What the system promises, told through HTTP where a user would go.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "stories"
)]

mod cost;
mod failover;
mod main_job;
mod pacing;
mod priority;
mod races;
mod referrals;
mod repeat;
mod switches;
mod texts;
mod waiting;
