//! Takes what people write to our numbers: from the gateway as it comes, or from the queue where it
//! waited while the store did not answer.

mod aside;
pub mod config;
mod handler;
mod post;

pub use config::Deps;
pub use handler::handle;
