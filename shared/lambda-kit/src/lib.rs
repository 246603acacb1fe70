//! What every function shares: environment, telemetry, the loop over an SQS batch, and the parts
//! that reach AWS.

mod cloud;
mod env;
mod sqs;
pub mod telemetry;

pub use cloud::{Cloud, CloudError};
pub use env::{EnvError, optional, required};
pub use sqs::{BatchFailures, each_record};
