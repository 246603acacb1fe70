//! How fast registrations are taken, with and without everybody naming the same referrer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Failed;
use crate::figure::{Figure, Section};
use crate::town::{DAY, Town};

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// Registrations in a batch.
const BATCH: u32 = 250;
/// Rounds of one batch of each kind.
const ROUNDS: usize = 10;
/// The person whom everybody names; those after them are named by one or two each.
const REFERRER: u32 = 0;
/// The slowest hundredth of `hot` may take so much longer than that of `none`.
const GOAL: f64 = 1.5;

/// Whose link people come through.
#[derive(Clone, Copy)]
enum Named {
    Nobody,
    /// The one.
    Hot,
    /// Each another.
    Spread,
}

impl Named {
    fn by(self, n: u32) -> Option<u32> {
        match self {
            Self::Nobody => None,
            Self::Hot => Some(REFERRER),
            Self::Spread => Some(1 + n % BATCH),
        }
    }
}

/// Latencies of one kind, and how long all its batches took.
#[derive(Default)]
struct Samples {
    latencies: Vec<Duration>,
    took: Duration,
}

impl Samples {
    fn percentile(&mut self, percent: usize) -> Duration {
        self.latencies.sort_unstable();
        let at = (self.latencies.len() * percent).div_ceil(100);
        let found = self.latencies.get(at.saturating_sub(1));
        found.copied().unwrap_or_default()
    }

    fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    fn line(&mut self) -> String {
        format!(
            "{:.0} a second, p50 {}, p99 {}",
            self.rate(),
            millis(self.percentile(50)),
            millis(self.percentile(99)),
        )
    }
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

pub(crate) async fn measure() -> Result<Section, Failed> {
    let town = Arc::new(Town::open(DAY, false).await?);
    town.register(REFERRER, None).await?;
    let next = Arc::new(AtomicU32::new(1));
    let kinds = [Named::Nobody, Named::Spread, Named::Hot];
    let [mut none, mut spread, mut hot] = kinds.map(|_| Samples::default());
    // One of each before anything counts; the first are those whom others name.
    for kind in kinds {
        batch(&town, &next, kind, &mut Samples::default()).await?;
    }
    for _ in 0..ROUNDS {
        for (kind, samples) in kinds.into_iter().zip([&mut none, &mut spread, &mut hot]) {
            batch(&town, &next, kind, samples).await?;
        }
    }
    let ratio = hot.percentile(99).as_secs_f64() / none.percentile(99).as_secs_f64();
    let samples = BATCH as usize * ROUNDS;
    let figures = vec![
        Figure::new("registrations, nobody names a referrer", none.line()),
        Figure::new("registrations, each names another referrer", spread.line()),
        Figure::new("registrations, all name the same referrer", hot.line()),
        Figure::new(
            "p99 with the one referrer over p99 without",
            format!("{ratio:.2}"),
        )
        .goal(format!("≤ {GOAL}"), ratio <= GOAL),
    ];
    if let Some(town) = Arc::into_inner(town) {
        town.close().await;
    }
    Ok(Section {
        title: "Registrations through the edge",
        how: format!(
            "The local edge over HTTP, {AT_ONCE} requests at once, {samples} samples of each kind in \
             batches of {BATCH} that take turns, database in memory and never emptied. Client, edge, functions and \
             database share this machine's cores. Besides the registration itself the places of \
             the invited are given while a batch runs; what is left of that is awaited between \
             batches, outside the times. The dispatcher, and senders at the pace of three \
             numbers, run on behind both kinds."
        ),
        figures,
    })
}

/// So many registrations, `AT_ONCE` at a time.
async fn batch(
    town: &Arc<Town>,
    next: &Arc<AtomicU32>,
    named: Named,
    samples: &mut Samples,
) -> Result<(), Failed> {
    let end = next.load(Ordering::Relaxed) + BATCH;
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (town, next) = (Arc::clone(town), Arc::clone(next));
        workers.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= end {
                    return Ok::<_, Failed>(latencies);
                }
                let sent = Instant::now();
                town.register(n, named.by(n)).await?;
                latencies.push(sent.elapsed());
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        samples.latencies.extend(worker??);
    }
    samples.took += begun.elapsed();
    // The workers counted on while they found out that it was over.
    next.store(end, Ordering::Relaxed);
    town.referrals_done().await
}
