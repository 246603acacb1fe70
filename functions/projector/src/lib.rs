//! Keeps the totals equal to the rows: counts what the streams of the tables report, and counts
//! everything anew when it is asked to.

pub mod config;
mod handler;
mod wire;

pub use handler::handle;
