//! Leads people from their join link to the meeting, and hands out events for their own calendar.

mod answer;
mod calendar;
pub mod config;
mod handler;
mod join;
mod page;

pub use config::Deps;
pub use handler::handle;
