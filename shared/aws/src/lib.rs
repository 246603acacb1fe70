//! The cloud behind the ports: SQS as [`app::ports::Queue`], EventBridge Scheduler as
//! [`app::ports::Schedule`], S3 as [`app::ports::MediaStore`], KMS as [`vault::KeyService`], the machine's clock as
//! [`app::ports::Clock`].

mod clock;
mod kms;
mod reason;
mod s3;
mod scheduler;
mod sqs;

pub use clock::SystemClock;
pub use kms::KmsKeyService;
pub use s3::S3Media;
pub use scheduler::{EventBridgeSchedule, JobTarget};
pub use sqs::{QueueUrls, SqsQueue};
