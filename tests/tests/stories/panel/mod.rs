//! What admins do in the panel, over its API.

mod access;
mod audit;
mod numbers;
mod settings;
mod stops;
