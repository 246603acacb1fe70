#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod delivery;
mod time;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct World {
    clock: Arc<VirtualClock>,
    gate: Gate,
    conductor: Conductor,
    start: Timestamp,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A handled message: body, how often received, and virtual seconds since the start.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    body: String,
    count: u32,
    at: f64,
}

impl World {
    fn new(spec: QueueSpec) -> Self {
        let clock = Arc::new(VirtualClock::in_memory());
        let gate = Gate::default();
        let conductor = Conductor::new(clock.clone(), gate.clone(), vec![spec]);
        Self {
            start: clock.now(),
            clock,
            gate,
            conductor,
            seen: Arc::default(),
        }
    }

    fn put(&self, queue: &str, body: &str, delay: u32) {
        self.conductor
            .put(queue, body.to_owned(), SECOND * delay, None)
            .unwrap();
    }

    /// Consumes by writing down; those for which `fails` are answered as failed.
    fn record(&self, queue: &str, fails: impl Fn(&Delivery) -> bool + Send + Sync + 'static) {
        let (seen, clock, start) = (self.seen.clone(), self.clock.clone(), self.start);
        let fails = Arc::new(fails);
        self.conductor
            .consume(queue, move |batch| {
                let at = clock.now().duration_since(start).as_secs_f64();
                let mut seen = seen.lock().unwrap();
                seen.extend(batch.iter().map(|delivery| Seen {
                    body: delivery.body.clone(),
                    count: delivery.receive_count,
                    at,
                }));
                let failed = batch.iter().filter(|delivery| fails(delivery));
                let failed = failed.map(|delivery| delivery.message_id.clone()).collect();
                async move { Ok(failed) }
            })
            .unwrap();
    }

    fn bodies(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|seen| seen.body.clone()).collect()
    }

    async fn advance(&self, seconds: u32) {
        self.conductor.advance(SECOND * seconds).await.unwrap();
    }

    fn elapsed(&self) -> f64 {
        self.clock.now().duration_since(self.start).as_secs_f64()
    }
}

/// Virtual time goes on with real time: on a busy machine things come late, and never early.
fn assert_close(actual: f64, expected: f64) {
    let late = actual - expected;
    assert!(
        (-0.05..=3.0).contains(&late),
        "expected {expected} s, got {actual} s"
    );
}
