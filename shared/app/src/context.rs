use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::event::Event;
use domain::ids::{EventId, NumberId, ParticipantId, Token};
use domain::landing::LandingTexts;
use domain::settings::{Contact, Settings};
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::{Chain, Store, StoreError};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::ports::{Clock, NoSchedule, Queue, QueueMessage, Schedule};

/// How long a warm function trusts what it read of settings and events. The check before a
/// request reads them again.
const CACHED_FOR: SignedDuration = SignedDuration::from_secs(10);

/// Random values: ids, gaps, choices. Seeded by the system, or by a test.
#[derive(Debug)]
pub struct Dice(std::sync::Mutex<StdRng>);

impl Dice {
    /// Seeded by the operating system.
    #[must_use]
    pub fn from_system() -> Self {
        Self(std::sync::Mutex::new(rand::make_rng()))
    }

    /// Repeatable.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(std::sync::Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Any value.
    #[must_use]
    pub fn roll(&self) -> u64 {
        // A poisoned lock cannot leave a generator half-written: go on.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .random()
    }

    pub(crate) fn uuid(&self) -> Uuid {
        let high = u128::from(self.roll());
        let low = u128::from(self.roll());
        uuid::Builder::from_random_bytes(((high << 64) | low).to_be_bytes()).into_uuid()
    }

    /// A new participant's id.
    #[must_use]
    pub fn participant_id(&self) -> ParticipantId {
        ParticipantId(self.uuid())
    }

    /// A new number's id.
    #[must_use]
    pub fn number_id(&self) -> NumberId {
        NumberId(self.uuid())
    }

    /// A new event's id.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        EventId(self.uuid())
    }

    /// A fencing token.
    #[must_use]
    pub fn token(&self) -> Token {
        Token(self.uuid())
    }

    /// An index below `len`; 0 if there is nothing to choose from.
    #[must_use]
    pub fn below(&self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.roll() % len).unwrap_or(0)
    }

    /// A wait of at most so many milliseconds, at least one.
    pub(crate) fn wait_ms(&self, most: u64) -> Duration {
        Duration::from_millis(1 + self.roll() % most.max(1))
    }
}

/// A value with the moment it was read.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    slot: Mutex<Option<(Timestamp, T)>>,
    keep: SignedDuration,
}

impl<T: Clone> Cached<T> {
    pub(crate) fn empty(keep: SignedDuration) -> Self {
        Self {
            slot: Mutex::new(None),
            keep,
        }
    }

    /// The cached value while it is fresh, otherwise what `load` gives.
    pub(crate) async fn get<E>(
        &self,
        now: Timestamp,
        load: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut slot = self.slot.lock().await;
        if let Some((read_at, value)) = slot.as_ref()
            && now.duration_since(*read_at) < self.keep
            && now >= *read_at
        {
            return Ok(value.clone());
        }
        let value = load.await?;
        *slot = Some((now, value.clone()));
        Ok(value)
    }

    /// Reads again the next time.
    pub(crate) async fn forget(&self) {
        *self.slot.lock().await = None;
    }

    /// Takes a newer value that came along with another read.
    pub(crate) async fn put(&self, now: Timestamp, value: T) {
        *self.slot.lock().await = Some((now, value));
    }
}

/// What every use case works with.
pub struct App {
    /// The tables.
    pub store: Store,
    /// The queues.
    pub queue: Arc<dyn Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random values.
    pub dice: Dice,
    /// Jobs that begin at a given moment; a function that plans none has none.
    pub schedule: Arc<dyn Schedule>,
    settings: Cached<Settings>,
    contact: Cached<Option<Contact>>,
    landing_texts: Cached<LandingTexts>,
    next_events: Cached<Vec<Event>>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, queue: Arc<dyn Queue>, clock: Arc<dyn Clock>, dice: Dice) -> Self {
        Self {
            store,
            queue,
            clock,
            dice,
            schedule: Arc::new(NoSchedule),
            settings: Cached::empty(CACHED_FOR),
            contact: Cached::empty(CACHED_FOR),
            landing_texts: Cached::empty(CACHED_FOR),
            next_events: Cached::empty(CACHED_FOR),
        }
    }

    /// The same with a scheduler, for a function that plans events.
    #[must_use]
    pub fn with_schedule(self, schedule: Arc<dyn Schedule>) -> Self {
        Self { schedule, ..self }
    }

    /// Now, in the milliseconds that are stored.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.clock.now();
        now.round(
            TimestampRound::new()
                .smallest(Unit::Millisecond)
                .mode(jiff::RoundMode::Trunc),
        )
        .unwrap_or(now)
    }

    /// Where people are sent, as of at most ten seconds ago; `None` until it is set.
    pub(crate) async fn contact(&self) -> Result<Option<Contact>, StoreError> {
        self.contact.get(self.now(), self.store.contact()).await
    }

    /// The landing page's texts as of at most ten seconds ago.
    pub(crate) async fn landing_texts(&self) -> Result<LandingTexts, StoreError> {
        let load = self.store.landing_texts();
        self.landing_texts.get(self.now(), load).await
    }

    /// Settings as of at most ten seconds ago.
    pub(crate) async fn settings(&self) -> Result<Settings, StoreError> {
        let load = async { self.store.steering().await.map(|s| s.settings) };
        self.settings.get(self.now(), load).await
    }

    /// The next events as of at most ten seconds ago, the earliest first; none of them has begun.
    pub(crate) async fn next_events(&self, now: Timestamp) -> Result<Vec<Event>, StoreError> {
        let load = self.store.next_events(now);
        let known = self.next_events.get(now, load).await?;
        let is_ahead = |event: &Event| event.start_time > now;
        if known.iter().all(is_ahead) {
            return Ok(known);
        }
        let newer = self.store.next_events(now).await?;
        self.next_events.put(now, newer.clone()).await;
        Ok(newer)
    }

    /// The next event as of at most ten seconds ago.
    pub(crate) async fn next_event(&self, now: Timestamp) -> Result<Option<Event>, StoreError> {
        Ok(self.next_events(now).await?.into_iter().next())
    }

    pub(crate) async fn forget_settings(&self) {
        self.settings.forget().await;
        self.contact.forget().await;
        self.landing_texts.forget().await;
    }

    pub(crate) async fn forget_event(&self) {
        self.next_events.forget().await;
    }

    /// Puts a message on a queue whose loss only costs time: what it announces is stored, and
    /// the tick finds it. So a failure is logged and nothing more.
    pub(crate) async fn notify(&self, message: QueueMessage) {
        if let Err(error) = self.queue.send(message).await {
            tracing::error!(queue = error.queue, error = %Chain(&error), "queue message lost, the tick will repeat it");
        }
    }
}

/// Whole seconds until `due`, rounded up, as a queue delay: 0–900 s.
pub(crate) fn delay_until(due: Timestamp, now: Timestamp) -> u16 {
    let millis = due.duration_since(now).as_millis().max(0);
    let seconds = (millis + 999) / 1_000;
    u16::try_from(seconds).unwrap_or(u16::MAX).min(900)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_delay_is_rounded_up_and_within_what_the_queue_takes() {
        let now: Timestamp = "2026-11-29T05:00:00Z".parse().unwrap();
        let at = |ms: i64| now.saturating_add(SignedDuration::from_millis(ms)).unwrap();
        assert_eq!(delay_until(at(2_001), now), 3);
        assert_eq!(delay_until(at(2_000), now), 2);
        assert_eq!(delay_until(at(-5), now), 0);
        assert_eq!(delay_until(at(10_000_000), now), 900);
    }
}
