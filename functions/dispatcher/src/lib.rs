//! Starts turns when rows may be sent; sweeps every minute.

pub mod config;
mod handler;

pub use handler::{TickAnswer, handle};
