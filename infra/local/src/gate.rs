use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Counts what is at work: handlers and HTTP requests. While anything is, the clock does not jump.
///
/// Entering never waits: a handler may cause a request, and a wait in between would stop both.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    inside: Mutex<usize>,
    activity: AtomicU64,
    quiet: Notify,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is at work until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Entered {
    gate: Arc<Inner>,
    is_activity: bool,
}

impl Gate {
    /// Enters: the clock does not jump until the guard is dropped.
    pub fn enter(&self) -> Entered {
        self.enter_as(true)
    }

    /// Enters for work that does not count as activity: the tick itself.
    pub(crate) fn enter_unseen(&self) -> Entered {
        self.enter_as(false)
    }

    fn enter_as(&self, is_activity: bool) -> Entered {
        *self.0.lock() += 1;
        Entered {
            gate: Arc::clone(&self.0),
            is_activity,
        }
    }

    /// How many handlers and requests have ever ended: tells whether anything may have been
    /// written since an earlier look. Counted at their end, so that one still at work during
    /// that look shows up after it.
    pub(crate) fn activity(&self) -> u64 {
        self.0.activity.load(Ordering::Acquire)
    }

    /// Runs `change` if nobody is inside; nobody can enter meanwhile.
    pub(crate) fn if_quiet<R>(&self, change: impl FnOnce() -> R) -> Option<R> {
        let inside = self.0.lock();
        (*inside == 0).then(change)
    }

    /// Waits until the last one inside has left since the last call.
    pub(crate) async fn left(&self) {
        self.0.quiet.notified().await;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut inside = self.gate.lock();
        *inside -= 1;
        let activity = u64::from(self.is_activity);
        self.gate.activity.fetch_add(activity, Ordering::AcqRel);
        if *inside == 0 {
            self.gate.quiet.notify_one();
        }
    }
}
