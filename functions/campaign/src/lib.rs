//! What is planned and what goes to many: begins what schedules hand over, writes the rows of
//! campaigns page by page, compares schedules with what is stored.

pub mod config;
mod handler;

pub use handler::handle;
