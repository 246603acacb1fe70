//! The use cases, one file each: load, decide, store, emit.

mod act;
pub mod attendance;
pub mod audit;
pub mod backlog;
pub mod campaign;
pub mod ceiling;
pub mod check_number;
mod context;
pub mod count;
pub mod dispatch;
pub mod erase;
pub mod event;
mod failpoint;
mod gateway_watch;
pub mod hook;
pub mod hook_token;
pub mod inbox;
pub mod join;
pub mod landing;
pub mod numbers;
pub mod people;
pub mod ports;
pub mod queue_body;
pub mod receive;
pub mod register;
pub mod sequence_referral;
pub mod settings;
pub mod suppression;
mod sweep;
mod sweep_groups;
pub mod take_turn;
mod unreadable_key;

pub use act::Act;
pub use context::{App, Dice};
pub use failpoint::Failpoint;
pub use store::Chain;
