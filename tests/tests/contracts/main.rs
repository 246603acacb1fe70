//! What every queue and every key service must do for its port: the ones in AWS, played by moto,
//! and the ones on one machine.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod key_service;
mod local_queue;
mod queue;
mod sqs_queue;
