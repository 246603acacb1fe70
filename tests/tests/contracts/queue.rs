//! The contract of [`Queue`]: what is sent, arrives — when, in which order, and how often.

use std::collections::BTreeMap;
use std::time::Duration;

use app::ports::{Aside, Queue, QueueMessage, ReferralJob};
use app::queue_body::{decode_inbound, decode_referral, decode_turn, decode_wake};
use domain::ids::{NumberId, ParticipantId};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Delays are kept in whole milliseconds: one may end this much early.
const ROUNDING: SignedDuration = SignedDuration::from_millis(1);

/// A message as a consumer has it: taken, and not finished.
#[derive(Debug)]
pub(crate) struct Arrival<R> {
    pub(crate) body: String,
    pub(crate) group: Option<String>,
    pub(crate) at: Timestamp,
    /// By which it is finished.
    pub(crate) receipt: R,
}

/// The consumers' side of a queue.
pub(crate) trait Probe {
    type Queue: Queue;
    type Receipt: Send;

    /// The side that is examined.
    fn queue(&self) -> &Self::Queue;

    /// The time by which messages are delayed.
    fn now(&self) -> Timestamp;

    /// Takes what may be taken now, or else what can be within `patience`, which passes then.
    async fn take(&mut self, queue: &str, patience: Duration) -> Vec<Arrival<Self::Receipt>>;

    /// The work on a message is done.
    async fn finish(&mut self, queue: &str, arrival: Arrival<Self::Receipt>);

    /// How many messages of the queue are delayed.
    async fn delayed(&self, queue: &str) -> usize;
}

/// Longer than anything takes that is not delayed, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time in which something that must not arrive could do so.
const MOMENT: Duration = Duration::from_millis(200);

/// Takes and finishes messages until there are `count`.
async fn arrivals<P: Probe>(probe: &mut P, queue: &str, count: usize) -> Vec<Taken> {
    let mut all = Vec::new();
    while all.len() < count {
        let taken = probe.take(queue, PATIENCE).await;
        assert!(!taken.is_empty(), "{queue}: {} of {count}", all.len());
        for arrival in taken {
            all.push(Taken {
                body: arrival.body.clone(),
                group: arrival.group.clone(),
                at: arrival.at,
            });
            probe.finish(queue, arrival).await;
        }
    }
    assert_eq!(all.len(), count, "{queue}: more than was sent");
    all
}

/// What is left of an arrival when it is finished.
struct Taken {
    body: String,
    group: Option<String>,
    at: Timestamp,
}

/// A wake is readable, and is not there before a second has passed.
pub(crate) async fn a_wake_arrives_after_a_second<P: Probe>(probe: &mut P) {
    let sent = probe.now();
    probe.queue().send(QueueMessage::Wake).await.unwrap();
    let wake = arrivals(probe, "wake", 1).await.remove(0);
    decode_wake(&wake.body).unwrap();
    assert_eq!(wake.group, None);
    let delay = wake.at.duration_since(sent);
    assert!(
        delay >= SignedDuration::from_secs(1) - ROUNDING,
        "{delay:?}"
    );
    assert_eq!(probe.take("wake", MOMENT).await.len(), 0);
}

fn turn(turn: u64, delay_s: u16) -> QueueMessage {
    QueueMessage::Turn {
        number_id: NumberId(Uuid::from_u128(1)),
        turn,
        delay_s,
    }
}

/// A turn waits for its gap: none, some seconds, or the longest of 900 s, which is left waiting.
pub(crate) async fn a_turn_arrives_after_its_gap<P: Probe>(probe: &mut P) {
    let sent = probe.now();
    for message in [turn(3, 900), turn(2, 2), turn(1, 0)] {
        probe.queue().send(message).await.unwrap();
    }
    let taken = arrivals(probe, "turns", 2).await;
    for (arrival, expected, delay_s) in [(&taken[0], 1, 0), (&taken[1], 2, 2)] {
        let body = decode_turn(&arrival.body).unwrap();
        assert_eq!(body.number_id, NumberId(Uuid::from_u128(1)));
        assert_eq!(body.turn, expected);
        assert_eq!(arrival.group, None);
        let delay = arrival.at.duration_since(sent);
        let least = SignedDuration::from_secs(delay_s) - ROUNDING;
        assert!(delay >= least, "turn {expected} after {delay:?}");
    }
    assert_eq!(probe.delayed("turns").await, 1);
    assert_eq!(probe.take("turns", MOMENT).await.len(), 0);
}

/// The port gives delays of 0–900 s; whoever asks for more gets an error, or 900 s. Never a turn
/// that is lost in silence or comes at once. Answers whether the turn was taken.
pub(crate) async fn a_gap_beyond_the_longest_is_refused_or_cut<P: Probe>(probe: &mut P) -> bool {
    let before = probe.delayed("turns").await;
    let was_taken = probe.queue().send(turn(9, 901)).await.is_ok();
    let now_delayed = probe.delayed("turns").await;
    assert_eq!(now_delayed, before + usize::from(was_taken));
    assert_eq!(probe.take("turns", MOMENT).await.len(), 0);
    was_taken
}

fn person(number: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number))
}

fn sequence(participant: u128, referrer: u128) -> ReferralJob {
    ReferralJob::Sequence {
        participant_id: person(participant),
        referrer_id: person(referrer),
    }
}

async fn send_jobs<P: Probe>(probe: &P, jobs: &[ReferralJob]) {
    for job in jobs {
        let message = QueueMessage::Referral(job.clone());
        probe.queue().send(message).await.unwrap();
    }
}

/// Jobs of one referrer arrive as they were sent, the same job as often as it was sent.
pub(crate) async fn jobs_of_a_group_arrive_in_order_and_repeats_too<P: Probe>(probe: &mut P) {
    let (hers, his) = (person(1001), person(1002));
    let adopt = ReferralJob::Adopt { referrer_id: hers };
    let jobs = [
        sequence(1, 1001),
        sequence(1, 1001),
        sequence(2, 1002),
        adopt.clone(),
        sequence(1, 1001),
        sequence(3, 1002),
    ];
    send_jobs(probe, &jobs).await;
    let mut by_group: BTreeMap<String, Vec<ReferralJob>> = BTreeMap::new();
    for arrival in arrivals(probe, "referrals", jobs.len()).await {
        let job = decode_referral(&arrival.body).unwrap().job;
        let group = arrival.group.unwrap();
        by_group.entry(group).or_default().push(job);
    }
    let expected = BTreeMap::from([
        (
            hers.to_string(),
            vec![
                sequence(1, 1001),
                sequence(1, 1001),
                adopt,
                sequence(1, 1001),
            ],
        ),
        (his.to_string(), vec![sequence(2, 1002), sequence(3, 1002)]),
    ]);
    assert_eq!(by_group, expected);
    assert_eq!(probe.take("referrals", MOMENT).await.len(), 0);
}

/// While a job is at work the rest of its group waits, and other groups go on.
pub(crate) async fn a_group_at_work_holds_back_itself_alone<P: Probe>(probe: &mut P) {
    let job = |arrival: &Arrival<P::Receipt>| decode_referral(&arrival.body).unwrap().job;
    send_jobs(probe, &[sequence(1, 2001)]).await;
    let mut at_work = probe.take("referrals", PATIENCE).await;
    assert_eq!(at_work.len(), 1);
    let first = at_work.remove(0);
    assert_eq!(job(&first), sequence(1, 2001));

    send_jobs(probe, &[sequence(2, 2001), sequence(3, 2002)]).await;
    let mut others = probe.take("referrals", PATIENCE).await;
    others.extend(probe.take("referrals", MOMENT).await);
    let jobs: Vec<_> = others.iter().map(job).collect();
    assert_eq!(jobs, [sequence(3, 2002)]);
    for other in others {
        probe.finish("referrals", other).await;
    }

    probe.finish("referrals", first).await;
    let last = arrivals(probe, "referrals", 1).await.remove(0);
    let last = decode_referral(&last.body).unwrap().job;
    assert_eq!(last, sequence(2, 2001));
}

/// The longest body that the webhook takes, encrypted, and one that is no text.
pub(crate) async fn what_was_put_aside_arrives_as_it_was<P: Probe>(probe: &mut P) {
    for length in [1, 66 * 1024] {
        let aside = Aside {
            id: Uuid::from_u128(length as u128),
            number_id: (length == 1).then(|| NumberId(Uuid::from_u128(3))),
            received_at: jiff::Timestamp::UNIX_EPOCH,
            sealed: (0..length).map(|n| (n % 256) as u8).collect(),
        };
        let message = QueueMessage::Inbound(aside.clone());
        probe.queue().send(message).await.unwrap();
        let mut taken = probe.take("inbound", PATIENCE).await;
        assert_eq!(taken.len(), 1);
        let arrival = taken.remove(0);
        assert_eq!(decode_inbound(&arrival.body).unwrap(), aside);
        probe.finish("inbound", arrival).await;
    }
}
