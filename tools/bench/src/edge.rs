//! How fast registrations are taken, with and without everybody naming the same referrer.

mod load;

use std::sync::Arc;

use crate::Failed;
use crate::figure::{Figure, Section};
use crate::town::{DAY, Town};
use load::{A_SECOND, AT_ONCE, BATCH, Load, Samples, batch};

/// Rounds of one batch of each kind, each in a town of its own: the engine looks through all
/// transactions of the last ten minutes at each one, and so becomes slower as a town grows.
const ROUNDS: usize = 16;
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
    /// One of many.
    Spread,
    /// The one.
    Hot,
    /// The one, while the queue of referrals loses what is put on it: the registration by itself.
    HotAlone,
}

const KINDS: [Named; 4] = [Named::Nobody, Named::Spread, Named::Hot, Named::HotAlone];

impl Named {
    fn by(self) -> fn(u32) -> Option<u32> {
        match self {
            Self::Nobody => |_| None,
            Self::Hot | Self::HotAlone => |_| Some(REFERRER),
            Self::Spread => |n| Some(n % KNOWN),
        }
    }

    fn lost(self) -> &'static [&'static str] {
        match self {
            Self::HotAlone => &["referrals"],
            _ => &[],
        }
    }

    fn text(self) -> String {
        match self {
            Self::Nobody => "nobody names a referrer".to_owned(),
            Self::Spread => format!("each names one of {KNOWN} referrers"),
            Self::Hot => "all name the same referrer".to_owned(),
            Self::HotAlone => "the same, while nobody gives them their places".to_owned(),
        }
    }
}

/// Whether the projector counts what is registered meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Totals {
    Counted,
    Held,
}

/// Samples of every kind, in the order of [`KINDS`].
async fn rounds(load: Load, totals: Totals) -> Result<[Samples; KINDS.len()], Failed> {
    let mut kinds = KINDS.map(|kind| (kind, Samples::default()));
    for round in 0..ROUNDS {
        let town = Arc::new(Town::open(DAY, false).await?);
        town.cloud.streams.hold(totals == Totals::Held);
        for n in 0..KNOWN {
            town.register(n, None).await?;
        }
        let mut first = KNOWN;
        for at in 0..KINDS.len() {
            // Each kind is the first, the second … of a town equally often.
            let (kind, samples) = &mut kinds[(round + at) % KINDS.len()];
            town.cloud.queue.lose(kind.lost());
            batch(&town, first, load, kind.by(), samples).await?;
            town.referrals_done().await?;
            first += BATCH;
        }
        if let Some(town) = Arc::into_inner(town) {
            town.close().await;
        }
    }
    Ok(kinds.map(|(_, samples)| samples))
}

pub(crate) async fn measure() -> Result<Section, Failed> {
    let mut figures = Vec::new();
    let full = rounds(Load::Full, Totals::Held).await?;
    for (kind, mut samples) in KINDS.into_iter().zip(full) {
        figures.push(Figure::new(
            format!("as many as are taken, {}", kind.text()),
            format!("{:.0} a second, {}", samples.rate(), samples.latency()),
        ));
    }
    let mut steady = rounds(Load::Steady, Totals::Held).await?;
    for (kind, samples) in KINDS.into_iter().zip(&mut steady) {
        figures.push(Figure::new(
            format!("{A_SECOND} a second, {}", kind.text()),
            samples.latency(),
        ));
    }
    let [none, spread, hot, alone] = steady
        .each_mut()
        .map(|samples| samples.percentile(99).as_secs_f64());
    for (what, other, of) in [
        ("without any", none, hot),
        ("with many", spread, hot),
        ("without any, while nobody gives places", none, alone),
    ] {
        let ratio = of / other;
        figures.push(
            Figure::new(
                format!("{A_SECOND} a second: p99 with the one referrer over p99 {what}"),
                format!("{ratio:.2}"),
            )
            .goal(format!("≤ {GOAL}"), ratio <= GOAL),
        );
    }
    let counted = rounds(Load::Steady, Totals::Counted).await?;
    for (kind, mut samples) in KINDS.into_iter().zip(counted) {
        figures.push(Figure::new(
            format!(
                "{A_SECOND} a second while the totals are counted, {}",
                kind.text()
            ),
            samples.latency(),
        ));
    }
    let samples = BATCH as usize * ROUNDS;
    Ok(Section {
        title: "Registrations through the edge",
        how: format!(
            "The local edge over HTTP, {samples} samples of each kind in batches of {BATCH} that take \
             turns, a new town with a database in memory for each round. First {AT_ONCE} requests at \
             once, which uses the machine to the full and tells how many it takes; there a latency is \
             mostly the wait for a core and for the database's one lock, so whatever else is done \
             lengthens it. Then {A_SECOND} a second at even distances, the rate to which the deployed \
             API limits its callers: a latency runs from the moment a request was to come, so that who \
             waits behind others is counted; what one referrer costs is judged there. Client, edge, \
             functions and database share this machine's cores. While a batch runs the places of the \
             invited are given, which takes two more calls for those whose jobs come together, mostly \
             one or two since the queue here hands over at once; what is left of that is awaited between \
             batches, outside the times. In the cloud another function does it and the table has no \
             such lock: the kind in which the queue of referrals loses its messages shows what the \
             registration itself costs. The dispatcher, and senders at the pace of three numbers, run on \
             behind all kinds. The projector does so in the last lines alone: it counts a hundred rows \
             in one transaction, which holds this engine's lock for tens of milliseconds, and in \
             DynamoDB nobody."
        ),
        figures,
    })
}
