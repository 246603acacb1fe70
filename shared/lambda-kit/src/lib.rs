//! What every function shares: environment, telemetry, the life of its process, the loop over an
//! SQS batch, and the parts that reach AWS.

mod clients;
mod cloud;
mod env;
mod origin;
mod run;
mod sqs;
pub mod telemetry;

pub use cloud::{Cloud, CloudError};
pub use env::{EnvError, optional, required};
pub use origin::{ORIGIN_HEADER, OriginCheck, OriginDoor, OriginSecret};
pub use run::run;
pub use sqs::{BatchFailures, each_group, each_record};
