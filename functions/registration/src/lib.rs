//! Takes the registration form: JSON from a script, or the form itself from a browser without one.

pub mod config;
mod handler;
mod page;
mod wire;

pub use config::{Deps, OriginSecret};
pub use handler::handle;
