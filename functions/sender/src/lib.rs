//! Takes turns: one number, at most one message.

pub mod config;
mod handler;

pub use handler::handle;
