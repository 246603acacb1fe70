//! Gives invitees their place: one job a record, in the order of their group, and those of one
//! group that come together at once.

pub mod config;
mod handler;

pub use handler::handle;
