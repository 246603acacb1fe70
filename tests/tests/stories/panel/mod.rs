//! What admins do in the panel, over its API.

mod access;
mod notifications;
mod numbers;
