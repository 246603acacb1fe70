use async_trait::async_trait;
use domain::schedule::{Job, ScheduleName, Start};
use jiff::Timestamp;

/// The scheduler did not do as it was asked. What is planned is stored already; planning it again
/// is harmless.
#[derive(Debug, thiserror::Error)]
#[error("the scheduler did not take “{what}”")]
pub struct ScheduleError {
    /// What was asked: `put`, `delete` or `list`.
    pub what: &'static str,
    /// What the scheduler's client said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Begins jobs at a given moment, each once. In the cloud EventBridge Scheduler; on one machine
/// the agenda of virtual time. A job may begin up to a minute late, and in rare cases twice, so
/// whoever takes it decides by what is true then.
#[async_trait]
pub trait Schedule: Send + Sync {
    /// Lets `job` begin at `at`, in place of whatever stood under `name`. A moment less than
    /// [`domain::schedule::LEAST_LEAD`] ahead gets no schedule, and what stood there is gone: the
    /// answer is [`Start::Inline`], and the caller runs the job itself.
    ///
    /// # Errors
    /// [`ScheduleError`] if the scheduler cannot be reached or refuses.
    async fn put(
        &self,
        name: &ScheduleName,
        at: Timestamp,
        job: Job,
    ) -> Result<Start, ScheduleError>;

    /// Removes a schedule; one that is not there, or has begun its job, is no error.
    ///
    /// # Errors
    /// [`ScheduleError`] if the scheduler cannot be reached or refuses.
    async fn delete(&self, name: &ScheduleName) -> Result<(), ScheduleError>;

    /// The names of all schedules that begin with `prefix`, in order.
    ///
    /// # Errors
    /// [`ScheduleError`] if the scheduler cannot be reached or refuses.
    async fn list(&self, prefix: &ScheduleName) -> Result<Vec<ScheduleName>, ScheduleError>;
}

/// The scheduler of a function that plans nothing.
pub(crate) struct NoSchedule;

#[derive(Debug, thiserror::Error)]
#[error("this function has no scheduler")]
struct Absent;

fn absent(what: &'static str) -> ScheduleError {
    ScheduleError {
        what,
        source: Absent.into(),
    }
}

#[async_trait]
impl Schedule for NoSchedule {
    async fn put(
        &self,
        _name: &ScheduleName,
        _at: Timestamp,
        _job: Job,
    ) -> Result<Start, ScheduleError> {
        Err(absent("put"))
    }

    async fn delete(&self, _name: &ScheduleName) -> Result<(), ScheduleError> {
        Err(absent("delete"))
    }

    async fn list(&self, _prefix: &ScheduleName) -> Result<Vec<ScheduleName>, ScheduleError> {
        Err(absent("list"))
    }
}
