//! Gives invitees their place: one job a record, in the order of their group.

pub mod config;
mod handler;

pub use handler::handle;
