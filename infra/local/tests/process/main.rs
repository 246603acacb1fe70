//! The program itself, as `make run` starts it: how it begins, and what it leaves when it ends
//! without warning. Each test has a data folder of its own and free ports.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

mod crash;
mod demo;
mod full_disk;
mod kill;
mod process;
mod start;
mod tables;
