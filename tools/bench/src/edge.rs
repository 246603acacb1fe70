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
/// Rounds of one batch of each kind, each in a town of its own: the engine looks through all
/// transactions of the last ten minutes at each one, and so becomes slower as a town grows.
const ROUNDS: usize = 8;
/// People who have registered before a round begins: they are named as referrers.
const KNOWN: u32 = 50;
/// The one whom everybody names.
const REFERRER: u32 = 1;
/// The slowest hundredth of `hot` may take so much longer than that of `none`.
const GOAL: f64 = 1.5;

/// Whose link people come through.
#[derive(Clone, Copy)]
enum Named {
    Nobody,
    /// The one.
    Hot,
    /// The one, while the queue of referrals loses what is put on it: the registration by itself.
    HotAlone,
    /// One of many.
    Spread,
}

impl Named {
    fn by(self, n: u32) -> Option<u32> {
        match self {
            Self::Nobody => None,
            Self::Hot | Self::HotAlone => Some(REFERRER),
            Self::Spread => Some(n % KNOWN),
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
    let all = [Named::Nobody, Named::Spread, Named::Hot, Named::HotAlone];
    let mut kinds = all.map(|kind| (kind, Samples::default()));
    for round in 0..ROUNDS {
        let town = Arc::new(Town::open(DAY, false).await?);
        for n in 0..KNOWN {
            town.register(n, None).await?;
        }
        let mut first = KNOWN;
        for at in 0..all.len() {
            // Each kind is the first, the second … of a town equally often.
            let (kind, samples) = &mut kinds[(round + at) % all.len()];
            batch(&town, first, *kind, samples).await?;
            first += BATCH;
        }
        if let Some(town) = Arc::into_inner(town) {
            town.close().await;
        }
    }
    let [mut none, mut spread, mut hot, mut alone] = kinds.map(|(_, samples)| samples);
    let slowest = none.percentile(99).as_secs_f64();
    let ratio = |samples: &mut Samples| samples.percentile(99).as_secs_f64() / slowest;
    let (with_places, by_itself) = (ratio(&mut hot), ratio(&mut alone));
    let samples = BATCH as usize * ROUNDS;
    let figures = vec![
        Figure::new("registrations, nobody names a referrer", none.line()),
        Figure::new(
            format!("registrations, each names one of {KNOWN} referrers"),
            spread.line(),
        ),
        Figure::new("registrations, all name the same referrer", hot.line()),
        Figure::new(
            "the same, while nobody gives them their places",
            alone.line(),
        ),
        Figure::new(
            "p99 with the one referrer over p99 without",
            format!("{with_places:.2}"),
        )
        .goal(format!("≤ {GOAL}"), with_places <= GOAL),
        Figure::new(
            "the same, while nobody gives them their places",
            format!("{by_itself:.2}"),
        )
        .goal(format!("≤ {GOAL}"), by_itself <= GOAL),
    ];
    Ok(Section {
        title: "Registrations through the edge",
        how: format!(
            "The local edge over HTTP, {AT_ONCE} requests at once, {samples} samples of each kind in \
             batches of {BATCH} that take turns, a new town with a database in memory for each round. \
             Client, edge, functions and database share this machine's cores, and one lock lets one \
             request at a time into the database. While a batch runs the places of the invited are \
             given, which takes two more calls to the same database for those whose jobs come together, \
             mostly one or two since the queue here hands over at once; what is left of that is awaited \
             between batches, outside the times. In the cloud another function does it and the \
             table has no such lock: the kind in which the queue of referrals loses its messages \
             shows what the registration itself costs. The dispatcher, and senders at the pace of \
             three numbers, run on behind all kinds."
        ),
        figures,
    })
}

/// Registrations from the `first` person on, `AT_ONCE` at a time.
async fn batch(
    town: &Arc<Town>,
    first: u32,
    named: Named,
    samples: &mut Samples,
) -> Result<(), Failed> {
    let lost: &[&str] = match named {
        Named::HotAlone => &["referrals"],
        _ => &[],
    };
    town.cloud.queue.lose(lost);
    let next = Arc::new(AtomicU32::new(first));
    let begun = Instant::now();
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
                town.register(n, named.by(n)).await?;
                latencies.push(sent.elapsed());
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        samples.latencies.extend(worker??);
    }
    samples.took += begun.elapsed();
    town.referrals_done().await
}
