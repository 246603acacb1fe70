//! What every queue, every schedule, every store of files and every key service must do for its port: the ones in AWS,
//! played by moto, and the ones on one machine.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod eventbridge_schedule;
mod key_service;
mod local_media;
mod local_queue;
mod local_schedule;
mod media;
mod queue;
mod s3_media;
mod schedule;
mod sqs_queue;
