//! An event is moved, moved there and back, called off, and somebody asks to stop, each at every named
//! moment of planning, writing and sending its reminders: whoever works there is held until it is
//! stored, and then goes on with what it had seen.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use app::Failpoint;
use app::event::cancel_event;
use jiff::Timestamp;
use tests::events::{ACCEPTING, REMINDER};
use tests::{Person, Town};

/// Moments at which the reminders of an event go through somebody's hands.
const MOMENTS: [Failpoint; 11] = [
    Failpoint::ReminderDecided,
    Failpoint::ReminderOpened,
    Failpoint::ExpandBeforePage,
    Failpoint::ExpandPageCommitted,
    Failpoint::ExpandBeforeDone,
    Failpoint::TurnFenced,
    Failpoint::TurnBeforeClaim,
    Failpoint::TurnClaimed,
    Failpoint::TurnBeforeRequest,
    Failpoint::TurnAnswered,
    Failpoint::TurnRecorded,
];

const PEOPLE: u32 = 6;

/// The request of a turn held here follows, or has been made, whatever is stored meanwhile.
fn is_on_its_way(moment: Failpoint) -> bool {
    matches!(
        moment,
        Failpoint::TurnBeforeRequest | Failpoint::TurnAnswered | Failpoint::TurnRecorded
    )
}

fn is_of_a_turn(moment: Failpoint) -> bool {
    moment.name().starts_with("turn.")
}

/// Whoever comes first to a moment is held there until it is let go.
struct Gate {
    reached: mpsc::Receiver<()>,
    go_on: mpsc::Sender<()>,
    moment: Failpoint,
}

impl Gate {
    fn at(moment: Failpoint) -> Self {
        let (tell, reached) = mpsc::channel();
        let (go_on, wait) = mpsc::channel();
        let wait = std::sync::Mutex::new(wait);
        let first = Arc::new(AtomicBool::new(true));
        fail::cfg_callback(moment.name(), move || {
            if first.swap(false, Ordering::SeqCst) {
                tell.send(()).unwrap();
                // What stands behind it on this thread goes on on another.
                tokio::task::block_in_place(|| wait.lock().unwrap().recv().unwrap());
            }
        })
        .unwrap();
        Self {
            reached,
            go_on,
            moment,
        }
    }

    /// Waits in real time until somebody is held.
    async fn reached(&self) {
        for _ in 0..6_000 {
            if self.reached.try_recv().is_ok() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{} was never reached", self.moment.name());
    }

    fn open(self) {
        self.go_on.send(()).unwrap();
        fail::remove(self.moment.name());
    }
}

/// What happened at a moment.
struct Told {
    moment: Failpoint,
    /// Reminders that had arrived when it was stored.
    before: usize,
    /// All that arrived in the end: to whom and when.
    arrived: Vec<(String, Timestamp)>,
}

/// Plays the reminders of an event at 19.30 up to `until`, with `change` at each of the moments.
async fn play<F>(change: F) -> Vec<Told>
where
    F: AsyncFn(&Town, &[Person]),
{
    let mut all = Vec::new();
    for moment in MOMENTS {
        let town = Town::open_on("2026-11-29 16:00").await;
        let people = town.crowd(PEOPLE).await;
        town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
        // The plan is known: what is decided at half past four has been, but for one moment.
        if moment != Failpoint::ReminderDecided {
            town.advance_to("16:31").await;
        }
        let gate = Gate::at(moment);
        let mut before = 0;
        tokio::join!(town.advance_to("18:45"), async {
            gate.reached().await;
            before = town.arrived(REMINDER).values().map(Vec::len).sum();
            change(&town, &people).await;
            gate.open();
        });
        town.advance_to("21:01").await;
        town.check_invariants();
        let arrived = town.arrived(REMINDER).into_iter();
        let arrived = arrived
            .flat_map(|(to, times)| times.into_iter().map(move |at| (to.clone(), at)))
            .collect();
        all.push(Told {
            moment,
            before,
            arrived,
        });
    }
    all
}

/// Each of the three numbers may have one message on its way.
const ON_THEIR_WAY: usize = 3;

fn each_once(told: &Told, arrived: &[(String, Timestamp)], people: u32) {
    let mut phones: Vec<_> = arrived.iter().map(|(to, _)| to).collect();
    phones.sort();
    let count = phones.len();
    phones.dedup();
    let name = told.moment.name();
    assert_eq!(
        (count, phones.len()),
        (people as usize, people as usize),
        "{name}"
    );
}

async fn event(town: &Town) -> domain::event::Event {
    let next = town.cloud.app.store.next_events(town.now()).await;
    let id = next.unwrap().first().expect("an event").id;
    town.cloud.app.store.event(id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_to_stop_at_any_moment_gets_nothing_more_and_everyone_else_gets_one() {
    let stopped = Person::nth(3).e164();
    let all = play(async |town, people| town.stop(&people[3]).await).await;
    for told in &all {
        let (theirs, others): (Vec<_>, Vec<_>) = told
            .arrived
            .iter()
            .cloned()
            .partition(|(to, _)| *to == stopped);
        each_once(told, &others, PEOPLE - 1);
        // One number's turn is held; another's may be past its check with theirs.
        let most = usize::from(is_of_a_turn(told.moment) || told.before > 0);
        assert!(theirs.len() <= most, "{}", told.moment.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_called_off_at_any_moment_is_not_reminded_of_any_more() {
    let all = play(async |town, _| {
        let event = event(town).await;
        let app = &town.cloud.app;
        cancel_event(app, event.id, event.revision, ACCEPTING)
            .await
            .unwrap();
    })
    .await;
    for told in &all {
        let after = told.arrived.len() - told.before;
        let most = match told.moment {
            moment if is_on_its_way(moment) => ON_THEIR_WAY,
            // The one that is held looks again before it sends; the others may be past that.
            moment if is_of_a_turn(moment) => ON_THEIR_WAY - 1,
            _ => 0,
        };
        assert!(after <= most, "{}: {after} more", told.moment.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_moved_at_any_moment_is_reminded_of_once_for_its_new_time() {
    let all = play(async |town, _| {
        let event = event(town).await;
        town.move_event(&event, "2026-11-29 21:00").await.unwrap();
    })
    .await;
    let new: Timestamp = "2026-11-29T13:00:00Z".parse().unwrap();
    for told in &all {
        let (later, earlier): (Vec<_>, Vec<_>) =
            told.arrived.iter().cloned().partition(|(_, at)| *at >= new);
        each_once(told, &later, PEOPLE);
        let after = earlier.len() - told.before;
        assert!(
            after <= ON_THEIR_WAY,
            "{}: {after} more",
            told.moment.name()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_moved_there_and_back_at_any_moment_is_reminded_of_once() {
    let all = play(async |town, _| {
        let there = event(town).await;
        let there = town.move_event(&there, "2026-11-29 21:00").await.unwrap();
        town.move_event(&there, "2026-11-29 19:30").await.unwrap();
    })
    .await;
    for told in &all {
        each_once(told, &told.arrived, PEOPLE);
    }
}
