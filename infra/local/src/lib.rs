//! The cloud on one machine: what AWS and WhatsApp do for the functions, in one process.
//!
//! DynamoDB is an embedded engine behind the real SDK client; queues, delays and the minute tick
//! run on a virtual clock that can be advanced; the gateway is real HTTP to simulated phones.

mod admin;
mod calls;
mod clock;
mod cloud;
mod compose;
mod config;
mod demo;
mod edge;
mod functions;
mod gate;
mod gateway;
mod hooks;
mod key_service;
mod media;
mod parts;
mod private_file;
mod queue;
mod schedule;
mod streams;

pub mod cli;
pub mod conductor;
pub mod dynamodb;
pub mod seed;
pub mod sign_in;
pub mod simulator;

pub use calls::{Bill, Call, Caller, Calls, Units};
pub use clock::{ClockError, VirtualClock};
pub use cloud::{Cloud, Options, StartError};
pub use config::{Config, ConfigError, bind};
pub use functions::Functions;
pub use gate::{Entered, Gate};
pub use gateway::LocalGateway;
pub use key_service::{LocalKeyService, MasterKeyError};
pub use media::LocalMedia;
pub use queue::{LocalQueue, PutBody};
pub use schedule::LocalSchedule;
pub use streams::{ShardRecords, SourceError, Streams, StreamsError, Uncounted};
