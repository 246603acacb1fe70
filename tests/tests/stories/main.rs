//! What the system promises, told through HTTP where a user would go.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "stories"
)]

mod main_job;
