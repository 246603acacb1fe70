//! What the system promises, told through HTTP where a user would go.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "stories"
)]

mod abuse;
mod bad_bodies;
mod bad_input;
mod cost;
mod failover;
mod landing;
mod leak;
mod links;
mod main_job;
mod opaque_codes;
mod pacing;
mod policies;
mod priority;
mod races;
mod referrals;
mod repeat;
mod switches;
mod texts;
mod waiting;
mod without_script;
mod written_numbers;
