//! Serves the landing page: takes the registration form, JSON from a script or the form itself from
//! a browser without one; says what the page shows; counts how far visitors come.

mod answer;
pub mod config;
mod handler;
mod landing;
mod page;
mod register;
mod wire;

pub use config::Deps;
pub use handler::handle;
