//! The API of the admin panel (requirement A). One file per resource; routes and OpenAPI document
//! come from one source.
//!
//! A new resource is one file with a function `routes`, one line in `resources.rs`, and a line for
//! each of its operations in `access.rs`, which says who may do it.

mod access;
mod actor;
mod backlog;
mod body;
pub mod config;
mod cursor;
mod document;
mod error;
mod handler;
mod input;
mod once;
mod page;
mod resources;
mod routes;
mod shown;

mod admins;
mod audit;
mod inbound;
mod notifications;
mod numbers;
mod overview;
mod participants;
mod referrers;
mod settings;
mod suppressions;

pub use access::{LEAST, Operation};
pub use config::Deps;
pub use document::document;
pub use handler::Admin;
