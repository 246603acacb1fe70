//! What is read and not put: streams. Records gather for a while, then they are handed over; an
//! advance ends only when there are none.

use std::future::Future;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{BoxFuture, Conductor};

/// Hands over what is there; answers when to come again.
pub(super) type Run = Arc<dyn Fn() -> BoxFuture<Option<Timestamp>> + Send + Sync>;

/// Where records come from, and when they are handed over next.
pub(super) struct Pump {
    is_pending: Arc<dyn Fn() -> bool + Send + Sync>,
    run: Run,
    window: SignedDuration,
    due: Option<Timestamp>,
    running: bool,
}

impl Conductor {
    /// Registers a source that is read: whether it may have something new, how long that gathers,
    /// and what hands it over. That answers when it must be called again; `None`: not before there
    /// is something new.
    pub fn pump<F, R>(
        &self,
        window: SignedDuration,
        is_pending: impl Fn() -> bool + Send + Sync + 'static,
        run: F,
    ) where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Option<Timestamp>> + Send + 'static,
    {
        self.0.lock().pump = Some(Pump {
            is_pending: Arc::new(is_pending),
            run: Arc::new(move || Box::pin(run())),
            window,
            due: None,
            running: false,
        });
        self.0.changed.notify_one();
    }
}

impl Pump {
    /// When it runs next, as far as is known now.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.due.filter(|_| !self.running)
    }

    /// Opens the window if there is something new, and begins a run that is due.
    pub(super) fn begin_due(&mut self, now: Timestamp) -> Option<Run> {
        if self.running {
            return None;
        }
        if self.due.is_none() && (self.is_pending)() {
            self.due = now.checked_add(self.window).ok();
        }
        self.due.filter(|due| *due <= now)?;
        self.begin()
    }

    /// Whether there is something that no run has looked at.
    pub(super) fn has_something_new(&self) -> bool {
        !self.running && (self.is_pending)()
    }

    /// Begins a run before its window ends, if there is something new.
    pub(super) fn begin_early(&mut self) -> Option<Run> {
        if self.has_something_new() {
            return self.begin();
        }
        None
    }

    fn begin(&mut self) -> Option<Run> {
        self.running = true;
        self.due = None;
        Some(Arc::clone(&self.run))
    }

    /// A run has ended.
    pub(super) fn end(&mut self, again: Option<Timestamp>) {
        self.running = false;
        self.due = again;
    }
}
