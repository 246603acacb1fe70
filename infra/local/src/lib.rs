//! The cloud on one machine: what AWS and WhatsApp do for the functions, in one process.
//!
//! DynamoDB is an embedded engine behind the real SDK client; queues, delays and the minute tick

mod config;

pub mod dynamodb;

pub use config::{Config, ConfigError, bind};
