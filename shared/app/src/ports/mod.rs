//! What the use cases need from outside, where more than one real implementation exists.

mod clock;
mod media;
mod queue;
mod schedule;

pub use clock::Clock;
pub use media::{MediaStore, MediaStoreError, Ticket};
pub use queue::{Aside, Queue, QueueError, QueueMessage, ReferralJob};
pub(crate) use schedule::NoSchedule;
pub use schedule::{Schedule, ScheduleError};
