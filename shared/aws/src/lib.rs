//! The cloud behind the ports: SQS as [`app::ports::Queue`], KMS as [`vault::KeyService`], the
//! machine's clock as [`app::ports::Clock`].

mod clock;
mod kms;
mod reason;
mod sqs;

pub use clock::SystemClock;
pub use kms::KmsKeyService;
pub use sqs::{QueueUrls, SqsQueue};
