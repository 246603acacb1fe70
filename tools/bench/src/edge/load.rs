//! Registrations as fast as they are answered, or as they arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Failed;
use crate::town::Town;

/// Registrations in a batch.
pub(super) const BATCH: u32 = 250;
/// Requests under way at once while the machine is used to the full.
pub(super) const AT_ONCE: usize = 8;
/// Arrivals in a second at the steady rate: as many as the deployed API lets through
/// (`ThrottlingRateLimit` in infra/api.yaml).
pub(super) const A_SECOND: u32 = 200;

/// How registrations come.
#[derive(Clone, Copy)]
pub(super) enum Load {
    /// So many at once, the next when one is answered: tells how many can be taken, and of its
    /// latencies mostly how long the machine's own queue is.
    Full,
    /// At even distances, whether those before are answered or not.
    Steady,
}

/// Latencies of one kind, and how long all its batches took.
#[derive(Default)]
pub(super) struct Samples {
    latencies: Vec<Duration>,
    took: Duration,
}

impl Samples {
    pub(super) fn percentile(&mut self, percent: usize) -> Duration {
        self.latencies.sort_unstable();
        let at = (self.latencies.len() * percent).div_ceil(100);
        let found = self.latencies.get(at.saturating_sub(1));
        found.copied().unwrap_or_default()
    }

    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    pub(super) fn latency(&mut self) -> String {
        let (middle, slow) = (self.percentile(50), self.percentile(99));
        format!("p50 {}, p99 {}", millis(middle), millis(slow))
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

/// A batch of registrations from the `first` person on; `named` says through whose link each comes.
pub(super) async fn batch(
    town: &Arc<Town>,
    first: u32,
    load: Load,
    named: fn(u32) -> Option<u32>,
    samples: &mut Samples,
) -> Result<(), Failed> {
    let begun = Instant::now();
    let latencies = match load {
        Load::Full => full(town, first, named).await?,
        Load::Steady => steady(town, first, named).await?,
    };
    samples.latencies.extend(latencies);
    samples.took += begun.elapsed();
    Ok(())
}

async fn full(
    town: &Arc<Town>,
    first: u32,
    named: fn(u32) -> Option<u32>,
) -> Result<Vec<Duration>, Failed> {
    let next = Arc::new(AtomicU32::new(first));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (town, next) = (Arc::clone(town), Arc::clone(&next));
        workers.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= first + BATCH {
                    return Ok::<_, Failed>(latencies);
                }
                let sent = Instant::now();
                town.register(n, named(n)).await?;
                latencies.push(sent.elapsed());
            }
        });
    }
    let mut all = Vec::new();
    while let Some(worker) = workers.join_next().await {
        all.extend(worker??);
    }
    Ok(all)
}

async fn steady(
    town: &Arc<Town>,
    first: u32,
    named: fn(u32) -> Option<u32>,
) -> Result<Vec<Duration>, Failed> {
    let begun = Instant::now();
    let mut people = JoinSet::new();
    for n in 0..BATCH {
        let town = Arc::clone(town);
        // Counted from when it was to come: who is held up by others waits as well.
        let arrives = begun + Duration::from_secs(1) * n / A_SECOND;
        people.spawn(async move {
            sleep_until(arrives).await;
            town.register(first + n, named(first + n)).await?;
            Ok::<_, Failed>(arrives.elapsed())
        });
    }
    let mut all = Vec::new();
    while let Some(person) = people.join_next().await {
        all.push(person??);
    }
    Ok(all)
}
