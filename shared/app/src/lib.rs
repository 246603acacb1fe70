//! The use cases, one file each: load, decide, store, emit.

pub mod backlog;
mod context;
pub mod dispatch;
mod failpoint;
pub mod landing;
pub mod numbers;
pub mod ports;
pub mod queue_body;
pub mod register;
pub mod sequence_referral;
pub mod settings;
mod sweep;
pub mod take_turn;

pub use context::{App, Dice};
pub use failpoint::Failpoint;
pub use store::Chain;
