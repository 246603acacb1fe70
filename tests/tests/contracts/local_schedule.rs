//! The contract on `local::LocalSchedule`, over the conductor with its virtual clock, which begins
//! jobs as well.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::ports::{Clock, Schedule};
use app::queue_body::{CampaignsJob, decode_campaigns};
use domain::schedule::{Job, Start};
use jiff::{SignedDuration, Timestamp};
use local::conductor::{Conductor, Delivery, QueueSpec, Running};
use local::{Gate, LocalSchedule, VirtualClock};

use crate::schedule::{ahead, job, name, what_stands_under_a_name};

const HOUR: Duration = Duration::from_secs(3_600);

/// Jobs that began, and when.
type Begun = Arc<Mutex<Vec<(Job, Timestamp)>>>;

struct Agenda {
    clock: Arc<VirtualClock>,
    conductor: Conductor,
    schedule: LocalSchedule,
    begun: Begun,
    _running: Running,
}

impl Agenda {
    fn open() -> Self {
        let clock = Arc::new(VirtualClock::in_memory());
        let jobs = QueueSpec {
            name: "jobs",
            ..QueueSpec::turns(1)
        };
        let conductor = Conductor::new(Arc::clone(&clock), Gate::default(), vec![jobs]);
        let begun = Begun::default();
        let (seen, now) = (Arc::clone(&begun), Arc::clone(&clock));
        let consumer = move |batch: Vec<Delivery>| {
            let jobs = batch
                .iter()
                .map(|one| match decode_campaigns(&one.body).unwrap() {
                    CampaignsJob::Begin(job) => job,
                    other => panic!("{other:?}"),
                });
            let at = now.now();
            seen.lock().unwrap().extend(jobs.map(|job| (job, at)));
            async { Ok(vec![]) }
        };
        conductor.consume("jobs", consumer).unwrap();
        let schedule = LocalSchedule::new(conductor.clone(), "jobs", Arc::clone(&clock) as _);
        Self {
            _running: conductor.start(),
            clock,
            conductor,
            schedule,
            begun,
        }
    }

    async fn put(&self, text: &str, hours: i64, id: u128) -> Timestamp {
        let at = ahead(&*self.clock, hours);
        let start = self.schedule.put(&name(text), at, job(id)).await;
        assert_eq!(start.unwrap(), Start::Scheduled(at));
        at
    }

    fn begun(&self) -> Vec<(Job, Timestamp)> {
        self.begun.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_schedule_keeps_the_contract_of_the_schedule() {
    let agenda = Agenda::open();
    what_stands_under_a_name(&agenda.schedule, &*agenda.clock).await;
    agenda.conductor.advance(24 * HOUR).await.unwrap();
    assert_eq!(agenda.begun(), [], "all of it was deleted or replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_begins_once_at_its_moment_and_its_schedule_is_gone() {
    let agenda = Agenda::open();
    let last = agenda.put("last", 3, 1).await;
    let first = agenda.put("first", 0, 2).await;
    agenda.put("moved", 1, 3).await;
    let moved = agenda.put("moved", 2, 4).await;
    agenda.put("deleted", 1, 5).await;
    agenda.schedule.delete(&name("deleted")).await.unwrap();

    agenda.conductor.advance(2 * HOUR).await.unwrap();
    let list = agenda.schedule.list(&name("first")).await.unwrap();
    assert_eq!(list, [], "it has begun its job");
    agenda.schedule.delete(&name("first")).await.unwrap();
    agenda.conductor.advance(22 * HOUR).await.unwrap();

    let begun = agenda.begun();
    let jobs: Vec<Job> = begun.iter().map(|(job, _)| *job).collect();
    assert_eq!(jobs, [job(2), job(4), job(1)]);
    for ((_, at), expected) in begun.iter().zip([first, moved, last]) {
        let late = at.duration_since(expected);
        let in_time = SignedDuration::ZERO..SignedDuration::from_secs(1);
        assert!(in_time.contains(&late), "{late} late");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_queue_a_put_is_an_error() {
    let agenda = Agenda::open();
    let clock = Arc::clone(&agenda.clock);
    let schedule = LocalSchedule::new(agenda.conductor.clone(), "none", clock);
    let at = ahead(&*agenda.clock, 0);
    let refused = schedule.put(&name("once"), at, job(1)).await.unwrap_err();
    assert_eq!(refused.what, "put");
}
