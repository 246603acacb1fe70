//! The cloud behind the ports: SQS as [`app::ports::Queue`], EventBridge Scheduler as
//! [`app::ports::Schedule`], KMS as [`vault::KeyService`], the machine's clock as
//! [`app::ports::Clock`], Cognito as [`app::ports::Directory`].

mod clock;
mod cognito;
mod kms;
mod reason;
mod scheduler;
mod sqs;

pub use clock::SystemClock;
pub use cognito::CognitoDirectory;
pub use kms::KmsKeyService;
pub use scheduler::{EventBridgeSchedule, JobTarget};
pub use sqs::{QueueUrls, SqsQueue};
