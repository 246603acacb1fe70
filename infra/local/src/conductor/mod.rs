//! The conductor: queues, delays and the minute tick in one ordered agenda of virtual time.
//!
//! Left alone it fires entries when their time comes. [`Conductor::advance`] plays the agenda
//! instead: it waits until nothing is at work, jumps to the next entry, lets it run in real time,
//! and so on, so that a message waiting for 09.00 is handled at 09.00 and not skipped.

mod agenda;
mod driver;
mod pump;
mod schedules;
mod spec;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::clock::{ClockError, VirtualClock};
use crate::gate::Gate;
use agenda::{Agenda, Event, Tick};
use pump::Pump;
use schedules::Planned;
pub use spec::{DeadLetter, Delivery, Depth, QueueSpec};
use state::{Message, QueueState};

/// SQS's own limit for DelaySeconds.
const MAX_DELAY: Duration = Duration::from_secs(900);

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Consumer = Arc<dyn Fn(Vec<Delivery>) -> BoxFuture<Result<Vec<String>, String>> + Send + Sync>;
type Ticker = Arc<dyn Fn() -> BoxFuture<Option<Timestamp>> + Send + Sync>;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// No queue of that name.
    #[error("there is no queue {0}")]
    UnknownQueue(String),
    /// SQS takes 0 to 900 s, and none at all on a FIFO queue.
    #[error("a delay of {0:?} is not possible on this queue")]
    Delay(Duration),
    /// A FIFO queue needs a group, a standard queue has none.
    #[error("a group belongs to messages of FIFO queues, and to all of them")]
    Group,
}

/// Why time was not advanced to the end.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The conductor is not running (any more).
    #[error("the conductor is not running")]
    Stopped,
    /// The clock could not be moved.
    #[error(transparent)]
    Clock(#[from] ClockError),
}

/// Handle on the queues and the clock; clones share them.
#[derive(Clone)]
pub struct Conductor(Arc<Shared>);

/// A running conductor; [`Running::shutdown`] ends it in good order.
#[must_use]
pub struct Running {
    shared: Arc<Shared>,
    driver: JoinHandle<()>,
}

struct Shared {
    clock: Arc<VirtualClock>,
    gate: Gate,
    state: Mutex<State>,
    /// Wakes the driver: there is something new in the state.
    changed: Notify,
    /// Advances happen one after the other.
    one_advance: tokio::sync::Mutex<()>,
}

struct State {
    agenda: Agenda,
    queues: BTreeMap<&'static str, Slot>,
    schedules: BTreeMap<String, Planned>,
    tick: Tick,
    ticker: Option<Ticker>,
    pump: Option<Pump>,
    advance: Option<Advance>,
    running: bool,
    messages: u64,
}

struct Slot {
    queue: QueueState,
    consumer: Option<Consumer>,
    runs: u64,
}

struct Advance {
    target: Timestamp,
    done: oneshot::Sender<Result<(), ClockError>>,
}

impl Conductor {
    /// Queues of these kinds on `clock`; `gate` says when nothing is at work. Nothing is
    /// delivered before [`Conductor::start`].
    #[must_use]
    pub fn new(clock: Arc<VirtualClock>, gate: Gate, queues: Vec<QueueSpec>) -> Self {
        let slot = |spec: QueueSpec| {
            let name = spec.name;
            let queue = QueueState::new(spec);
            (
                name,
                Slot {
                    queue,
                    consumer: None,
                    runs: 0,
                },
            )
        };
        let state = State {
            agenda: Agenda::default(),
            queues: queues.into_iter().map(slot).collect(),
            schedules: BTreeMap::new(),
            tick: Tick::new(clock.now()),
            ticker: None,
            pump: None,
            advance: None,
            running: false,
            messages: 0,
        };
        Self(Arc::new(Shared {
            clock,
            gate,
            state: Mutex::new(state),
            changed: Notify::new(),
            one_advance: tokio::sync::Mutex::new(()),
        }))
    }

    /// Registers who handles a queue's messages: one call per batch. `Ok` names the messages
    /// that failed and come again; an error or a panic fails the whole batch.
    ///
    /// # Errors
    /// [`PutError::UnknownQueue`].
    pub fn consume<F, R>(&self, queue: &str, consumer: F) -> Result<(), PutError>
    where
        F: Fn(Vec<Delivery>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Vec<String>, String>> + Send + 'static,
    {
        let mut state = self.0.lock();
        let slot = state
            .queues
            .get_mut(queue)
            .ok_or_else(|| PutError::UnknownQueue(queue.to_owned()))?;
        slot.consumer = Some(Arc::new(move |batch| Box::pin(consumer(batch))));
        drop(state);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Registers what runs every virtual minute. It answers when the next tick can have anything
    /// to do (`None`: nothing is known to be due), which lets an advance leave out the minutes
    /// before it unless something else has run.
    pub fn on_tick<F, R>(&self, tick: F)
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Option<Timestamp>> + Send + 'static,
    {
        self.0.lock().ticker = Some(Arc::new(move || Box::pin(tick())));
        self.0.changed.notify_one();
    }

    /// Puts a message on `queue`, visible after `delay`.
    ///
    /// # Errors
    /// [`PutError`], where SQS would refuse it as well.
    pub fn put(
        &self,
        queue: &str,
        body: String,
        delay: Duration,
        group: Option<String>,
    ) -> Result<(), PutError> {
        let now = self.0.clock.now();
        let mut state = self.0.lock();
        let (name, fifo) = state.queue(queue)?;
        if delay > MAX_DELAY || (fifo && !delay.is_zero()) {
            return Err(PutError::Delay(delay));
        }
        if fifo != group.is_some() {
            return Err(PutError::Group);
        }
        let message = state.message(name, body, group);
        let due = now + SignedDuration::from_secs(delay.as_secs().cast_signed());
        state.agenda.add(due, Event::Visible(name, message));
        drop(state);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Starts delivering, on the current Tokio runtime.
    pub fn start(&self) -> Running {
        self.0.lock().running = true;
        let shared = Arc::clone(&self.0);
        Running {
            driver: tokio::spawn(driver::drive(Arc::clone(&shared))),
            shared,
        }
    }

    /// Advances the clock by `by`, playing every timer up to there in order. Answers when all is
    /// quiet: nothing at work and nothing due; the clock then stands at its goal. A second call
    /// waits for the first.
    ///
    /// # Errors
    /// [`AdvanceError`].
    pub async fn advance(&self, by: Duration) -> Result<(), AdvanceError> {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.play(|now| now.checked_add(by).unwrap_or(Timestamp::MAX))
            .await
    }

    /// Advances the clock to `target` in the same way; if that has passed, waits for what is due.
    ///
    /// # Errors
    /// [`AdvanceError`].
    pub async fn advance_to(&self, target: Timestamp) -> Result<(), AdvanceError> {
        self.play(|_| target).await
    }

    async fn play(&self, target: impl FnOnce(Timestamp) -> Timestamp) -> Result<(), AdvanceError> {
        let _one = self.0.one_advance.lock().await;
        let (done, finished) = oneshot::channel();
        {
            let target = target(self.0.clock.now());
            let mut state = self.0.lock();
            if !state.running {
                return Err(AdvanceError::Stopped);
            }
            // If a caller went away in the middle, its advance ends here.
            state.advance = Some(Advance { target, done });
        }
        self.0.changed.notify_one();
        finished.await.map_err(|_| AdvanceError::Stopped)??;
        Ok(())
    }

    /// What `queue` holds; `None` if there is no such queue.
    #[must_use]
    pub fn depth(&self, queue: &str) -> Option<Depth> {
        let state = self.0.lock();
        let slot = state.queues.get(queue)?;
        Some(Depth {
            waiting: state.agenda.waiting(queue),
            ready: slot.queue.ready(),
            running: slot.queue.running(),
        })
    }

    /// How often `queue`'s consumer was run so far: what Lambda would charge for.
    #[must_use]
    pub fn runs(&self, queue: &str) -> u64 {
        self.0.lock().queues.get(queue).map_or(0, |slot| slot.runs)
    }

    /// The dead letters of `queue`, oldest first; none if there is no such queue.
    #[must_use]
    pub fn dead_letters(&self, queue: &str) -> Vec<DeadLetter> {
        let state = self.0.lock();
        let slot = state.queues.get(queue);
        slot.map(|slot| slot.queue.dead().to_vec())
            .unwrap_or_default()
    }
}

impl State {
    /// A queue's name as it is kept, and whether it is FIFO.
    fn queue(&self, name: &str) -> Result<(&'static str, bool), PutError> {
        self.queues
            .get_key_value(name)
            .map(|(name, slot)| (*name, slot.queue.spec.fifo))
            .ok_or_else(|| PutError::UnknownQueue(name.to_owned()))
    }

    fn message(&mut self, queue: &'static str, body: String, group: Option<String>) -> Message {
        self.messages += 1;
        Message {
            sequence: self.messages,
            id: format!("{queue}-{}", self.messages),
            body,
            group,
            receive_count: 0,
        }
    }
}

impl Running {
    /// Delivers nothing more, waits until everything at work has ended, and drops what is queued.
    pub async fn shutdown(self) {
        {
            let mut state = self.shared.lock();
            state.running = false;
            state.advance = None;
        }
        self.shared.changed.notify_one();
        if self.driver.await.is_err() {
            tracing::error!("the conductor's driver had ended before its time");
        }
        while self.shared.gate.if_quiet(|| ()).is_none() {
            self.shared.gate.left().await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
