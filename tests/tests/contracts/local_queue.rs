//! The contract on `local::LocalQueue`, over the conductor with its virtual clock.

use std::sync::Arc;
use std::time::Duration;

use app::ports::{Clock, Queue, QueueMessage};
use app::queue_body::decode_turn;
use domain::ids::NumberId;
use jiff::{SignedDuration, Timestamp};
use local::conductor::{Conductor, Delivery, QueueSpec, Running};
use local::{Gate, LocalQueue, VirtualClock};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::queue::{self, Arrival, Probe};

const QUEUES: [&str; 4] = ["wake", "turns", "referrals", "inbound"];
/// One look at the queue, and then so much of virtual time.
const STEP: Duration = Duration::from_millis(100);

/// Says that the work on a message is done; dropped it says the same.
type Receipt = Option<oneshot::Sender<()>>;

struct LocalProbe {
    clock: Arc<VirtualClock>,
    conductor: Conductor,
    queue: LocalQueue,
    arrivals: [mpsc::UnboundedReceiver<Arrival<Receipt>>; QUEUES.len()],
    _running: Running,
}

impl LocalProbe {
    fn open() -> Self {
        let clock = Arc::new(VirtualClock::in_memory());
        let conductor = Conductor::new(
            Arc::clone(&clock),
            Gate::default(),
            vec![
                QueueSpec::wake(),
                QueueSpec::turns(5),
                QueueSpec::referrals(5),
                QueueSpec::inbound(),
            ],
        );
        let arrivals = QUEUES.map(|queue| consume(&conductor, &clock, queue));
        Self {
            queue: LocalQueue::new(conductor.clone()),
            arrivals,
            _running: conductor.start(),
            conductor,
            clock,
        }
    }
}

/// Hands on what `queue` delivers. A job of the FIFO queue is at work until it is finished; the
/// others are done at once, since the clock does not move while anything is at work.
fn consume(
    conductor: &Conductor,
    clock: &Arc<VirtualClock>,
    queue: &'static str,
) -> mpsc::UnboundedReceiver<Arrival<Receipt>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let clock = Arc::clone(clock);
    let consumer = move |batch: Vec<Delivery>| {
        let mut at_work = Vec::new();
        for delivery in batch {
            let (receipt, finished) = oneshot::channel();
            let mut receipt = Some(receipt);
            if queue == "referrals" {
                at_work.push(finished);
            } else {
                receipt = None;
            }
            let arrival = Arrival {
                body: delivery.body,
                group: delivery.group,
                at: clock.now(),
                receipt,
            };
            sender.send(arrival).unwrap();
        }
        async move {
            for finished in at_work {
                // Dropped or sent: done either way.
                let _ = finished.await;
            }
            Ok(vec![])
        }
    };
    conductor.consume(queue, consumer).unwrap();
    receiver
}

fn index(queue: &str) -> usize {
    QUEUES.iter().position(|known| *known == queue).unwrap()
}

impl Probe for LocalProbe {
    type Queue = LocalQueue;
    type Receipt = Receipt;

    fn queue(&self) -> &LocalQueue {
        &self.queue
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn take(&mut self, queue: &str, patience: Duration) -> Vec<Arrival<Receipt>> {
        let end = self.now() + SignedDuration::try_from(patience).unwrap();
        let is_fifo = queue == "referrals";
        let arrivals = &mut self.arrivals[index(queue)];
        let mut taken = Vec::new();
        if is_fifo {
            // Nothing is delayed there, and the clock stands while a job is at work.
            let first = tokio::time::timeout(patience, arrivals.recv()).await;
            taken.extend(first.ok().flatten());
        }
        loop {
            while let Ok(arrival) = arrivals.try_recv() {
                taken.push(arrival);
            }
            if is_fifo || !taken.is_empty() || self.clock.now() >= end {
                return taken;
            }
            self.conductor.advance(STEP).await.unwrap();
        }
    }

    async fn finish(&mut self, _queue: &str, arrival: Arrival<Receipt>) {
        if let Some(receipt) = arrival.receipt {
            receipt.send(()).unwrap();
        }
    }

    async fn delayed(&self, queue: &str) -> usize {
        self.conductor.depth(queue).unwrap().waiting
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_queue_keeps_the_contract_of_the_queue() {
    let mut probe = LocalProbe::open();
    queue::a_wake_arrives_after_a_second(&mut probe).await;
    queue::a_turn_arrives_after_its_gap(&mut probe).await;
    let was_taken = queue::a_gap_beyond_the_longest_is_refused_or_cut(&mut probe).await;
    assert!(!was_taken, "a test must see that the caller is wrong");
    queue::jobs_of_a_group_arrive_in_order_and_repeats_too(&mut probe).await;
    queue::a_group_at_work_holds_back_itself_alone(&mut probe).await;
    queue::what_was_put_aside_arrives_as_it_was(&mut probe).await;
}

/// Nobody waits 15 minutes for SQS; virtual time can.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_gap_ends() {
    let mut probe = LocalProbe::open();
    let sent = probe.now();
    let turn = QueueMessage::Turn {
        number_id: NumberId(Uuid::from_u128(1)),
        turn: 7,
        delay_s: 900,
    };
    probe.queue().send(turn).await.unwrap();
    let taken = probe.take("turns", Duration::from_secs(910)).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(decode_turn(&taken[0].body).unwrap().turn, 7);
    let delay = taken[0].at.duration_since(sent);
    assert!(delay >= SignedDuration::from_secs(900), "{delay:?}");
}
