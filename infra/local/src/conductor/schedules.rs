//! Schedules: messages that stand under a name until their moment, which they can be taken back
//! or moved before. In memory only, so a restart loses them as it loses the queues.

use jiff::Timestamp;

use super::agenda::{Event, Place};
use super::{Conductor, PutError, State};

/// What stands under a name.
pub(super) struct Planned {
    place: Place,
    queue: &'static str,
    body: String,
}

impl Conductor {
    /// Puts a message on the standard queue `queue` at `at`, in place of whatever stood under
    /// `name`; at once if that moment has passed.
    ///
    /// # Errors
    /// [`PutError::UnknownQueue`], or [`PutError::Group`] for a FIFO queue.
    pub fn schedule(
        &self,
        name: &str,
        at: Timestamp,
        queue: &str,
        body: String,
    ) -> Result<(), PutError> {
        let mut state = self.0.lock();
        let (queue, fifo) = state.queue(queue)?;
        if fifo {
            return Err(PutError::Group);
        }
        state.unschedule(name);
        let place = state.agenda.add(at, Event::Begins(name.to_owned()));
        let planned = Planned { place, queue, body };
        state.schedules.insert(name.to_owned(), planned);
        drop(state);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Takes a schedule back; nothing happens if there is none of that name (any more).
    pub fn unschedule(&self, name: &str) {
        self.0.lock().unschedule(name);
    }

    /// The names of all schedules that begin with `prefix`, in order.
    #[must_use]
    pub fn scheduled(&self, prefix: &str) -> Vec<String> {
        let state = self.0.lock();
        let names = state.schedules.keys();
        names
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }
}

impl State {
    fn unschedule(&mut self, name: &str) {
        if let Some(old) = self.schedules.remove(name) {
            self.agenda.remove(old.place);
        }
    }

    /// The moment of a schedule has come: it is gone, and its message is visible.
    pub(super) fn begin(&mut self, name: &str, now: Timestamp) {
        if let Some(Planned { queue, body, .. }) = self.schedules.remove(name) {
            let message = self.message(queue, body, None);
            self.agenda.add(now, Event::Visible(queue, message));
        }
    }
}
