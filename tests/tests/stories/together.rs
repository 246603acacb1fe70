//! Places that one batch of the referrals' queue gives together.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Barrier;
use std::task::Poll;

use app::Failpoint;
use app::ports::ReferralJob;
use app::sequence_referral::run_referral_jobs;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::ParticipantId;
use tests::{Item, Person, Town, figure, state, word};

/// A referrer, and those who came through their link while all queues were lost: nobody but the
/// test works.
struct Scene {
    town: Town,
    referrer: Person,
    referrer_id: ParticipantId,
    invited: Vec<Person>,
}

impl Scene {
    async fn open(count: u32) -> Self {
        let town = Town::open_at("12:00").await;
        let referrer = Person::nth(0);
        town.all_register(std::slice::from_ref(&referrer)).await;
        town.cloud.queue.lose(&["referrals", "wake", "turns"]);
        let invited: Vec<_> = (1..=count)
            .map(|n| Person::nth(n).invited_by(&referrer))
            .collect();
        for person in &invited {
            assert_eq!(town.register(person).await.status, 201);
        }
        // What is counted here are the calls of the one function.
        town.cloud.streams.hold(true);
        town.advance(5).await;
        town.cloud.faults.reset();
        let referrer_id = town.id_of(&referrer).await.expect("a referrer");
        Self {
            town,
            referrer,
            referrer_id,
            invited,
        }
    }

    async fn job(&self, person: &Person) -> ReferralJob {
        ReferralJob::Sequence {
            participant_id: self.town.id_of(person).await.expect("a participant"),
            referrer_id: self.referrer_id,
        }
    }

    async fn jobs(&self) -> Vec<ReferralJob> {
        let mut jobs = Vec::new();
        for person in &self.invited {
            jobs.push(self.job(person).await);
        }
        jobs
    }

    /// Does the jobs; whether each succeeded.
    async fn run(&self, jobs: &[ReferralJob]) -> Vec<bool> {
        let answers = run_referral_jobs(&self.town.cloud.app, jobs).await;
        answers.iter().map(Result::is_ok).collect()
    }

    /// The place of each, in the order in which they registered.
    async fn places(&self) -> Vec<Option<i64>> {
        let mut places = Vec::new();
        for person in &self.invited {
            let item = self.town.participant(person).await.expect("a participant");
            places.push(figure(&item, "referrer_sequence"));
        }
        places
    }

    async fn all_have_places(&self) {
        let count = i64::try_from(self.invited.len()).expect("few");
        let expected: Vec<i64> = (1..=count).collect();
        let given = self.town.places_given_by(&self.referrer).await;
        assert_eq!(given, expected);
        assert_eq!(self.town.total_of(&self.referrer).await, count);
        let waiting = self
            .town
            .count_rows("referrer_alert", "queued", "waiting_sequence")
            .await;
        assert_eq!(waiting, 0);
    }

    fn calls(&self, operation: &str) -> u64 {
        let calls = self.town.cloud.faults.calls();
        calls.get(operation).copied().unwrap_or_default()
    }

    async fn put(&self, table: &str, item: Item) {
        let put = self.town.cloud.dynamodb.put_item();
        let put = put.table_name(format!("local-{table}"));
        put.set_item(Some(item)).send().await.expect("stored");
    }

    async fn profile(&self, nth: usize) -> Item {
        let found = self.town.participant(&self.invited[nth]).await;
        found.expect("a participant")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_places_take_one_read_and_one_transaction() {
    let scene = Scene::open(10).await;
    let jobs = scene.jobs().await;
    scene.town.cloud.faults.reset();
    assert_eq!(scene.run(&jobs).await, [true; 10]);
    assert_eq!(scene.calls("TransactWriteItems"), 1);
    // The settings are the other read.
    assert!(scene.calls("BatchGetItem") <= 2);
    let in_order: Vec<_> = (1..=10).map(Some).collect();
    assert_eq!(scene.places().await, in_order);
    scene.all_have_places().await;
    scene.town.cloud.queue.lose(&[]);
    scene.town.advance(3_700).await;
    assert_eq!(scene.town.told_of(&scene.referrer).await, 10);
    scene.town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_one_transaction_holds_are_done_in_several() {
    let scene = Scene::open(70).await;
    let jobs = scene.jobs().await;
    scene.town.cloud.faults.reset();
    assert_eq!(scene.run(&jobs).await, [true; 70]);
    assert_eq!(scene.calls("TransactWriteItems"), 3);
    scene.all_have_places().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_jobs_give_one_place_in_one_batch_and_in_the_next() {
    let scene = Scene::open(3).await;
    let mut jobs = scene.jobs().await;
    jobs.extend([jobs[0].clone(), jobs[2].clone(), jobs[1].clone()]);
    for _ in 0..2 {
        assert_eq!(scene.run(&jobs).await, [true; 6]);
        assert_eq!(scene.places().await, [Some(1), Some(2), Some(3)]);
        scene.all_have_places().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_cannot_be_read_fails_alone_and_those_behind_get_their_places() {
    let scene = Scene::open(5).await;
    let jobs = scene.jobs().await;
    let whole = scene.profile(2).await;
    let mut broken = whole.clone();
    let index = AttributeValue::N("5".to_owned());
    let index = broken.insert("phone_index".to_owned(), index);
    assert!(index.is_some());
    scene.put("participants", broken).await;
    assert_eq!(scene.run(&jobs).await, [true, true, false, true, true]);
    scene.put("participants", whole).await;
    let places = [Some(1), Some(2), None, Some(3), Some(4)];
    assert_eq!(scene.places().await, places);
    // The queue brings it again.
    assert_eq!(scene.run(&jobs[2..3]).await, [true]);
    assert_eq!(scene.places().await[2], Some(5));
    scene.all_have_places().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_counter_that_cannot_be_read_nothing_is_tried() {
    let scene = Scene::open(3).await;
    let jobs = scene.jobs().await;
    assert_eq!(scene.run(&jobs[..1]).await, [true]);
    let counter = scene.town.participants_items("REFERRALS").await.remove(0);
    let mut broken = counter.clone();
    broken.insert("total".to_owned(), AttributeValue::S("x".to_owned()));
    scene.put("participants", broken).await;
    assert_eq!(scene.run(&jobs[1..]).await, [false], "one answer for two");
    scene.put("participants", counter).await;
    assert_eq!(scene.run(&jobs[1..]).await, [true, true]);
    scene.all_have_places().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_place_or_belongs_elsewhere_takes_none_and_a_forgotten_alert_is_released() {
    let scene = Scene::open(5).await;
    let mut jobs = scene.jobs().await;
    assert_eq!(scene.run(&jobs[..1]).await, [true]);
    // Somebody gave the place, but the alert's row is as it was before.
    let rows = scene.town.log_of(&scene.referrer, "referrer_alert").await;
    let about = |nth| {
        let subject = scene.jobs_subject(&jobs, nth);
        let found = rows
            .iter()
            .find(|row| word(row, "subject_id") == subject.as_deref());
        found.expect("an alert").clone()
    };
    let (mut released, waiting) = (about(0), about(1));
    assert_eq!(state(&released), "queued/waiting_number");
    for name in ["status", "reason", "lane"] {
        released.insert(name.to_owned(), waiting[name].clone());
    }
    scene.put("notifications_log", released).await;
    // A job that names somebody else, and one about nobody.
    let stranger = ParticipantId(uuid::Uuid::from_u128(1));
    let mut foreign = scene.profile(3).await;
    let own = foreign.insert(
        "referrer_id".to_owned(),
        AttributeValue::S(stranger.to_string()),
    );
    scene.put("participants", foreign.clone()).await;
    jobs.push(ReferralJob::Sequence {
        participant_id: stranger,
        referrer_id: scene.referrer_id,
    });
    assert_eq!(scene.run(&jobs).await, [true; 6]);
    let places = [Some(1), Some(2), Some(3), None, Some(4)];
    assert_eq!(scene.places().await, places);
    foreign.insert("referrer_id".to_owned(), own.expect("a referrer"));
    scene.put("participants", foreign).await;
    assert_eq!(scene.run(&jobs).await, [true; 6]);
    scene.all_have_places().await;
}

impl Scene {
    fn jobs_subject(&self, jobs: &[ReferralJob], nth: usize) -> Option<String> {
        match jobs.get(nth)? {
            ReferralJob::Sequence { participant_id, .. } => Some(participant_id.to_string()),
            ReferralJob::Adopt { .. } => None,
        }
    }
}

/// Two workers hold the same ten jobs, and a third ten others, and all have read before one writes:
/// whose transaction is refused goes on one by one.
#[tokio::test(flavor = "multi_thread")]
async fn workers_that_meet_give_each_place_once() {
    let scene = Scene::open(20).await;
    let jobs = scene.jobs().await;
    let (first, last) = jobs.split_at(10);
    scene.town.cloud.faults.reset();
    let all_have_read = Barrier::new(3);
    let name = Failpoint::SequenceBefore.name();
    let wait = move || {
        if MEETS.replace(false) {
            all_have_read.wait();
        }
    };
    fail::cfg_callback(name, wait).expect("a failpoint");
    let runtime = tokio::runtime::Handle::current();
    let worker = |jobs: &[ReferralJob]| {
        MEETS.set(true);
        runtime.block_on(scene.run(jobs))
    };
    let answers = std::thread::scope(|scope| {
        let workers = [first, first, last].map(|jobs| scope.spawn(move || worker(jobs)));
        workers.map(|worker| worker.join().expect("answers"))
    });
    fail::remove(name);
    let transactions = scene.calls("TransactWriteItems");
    assert!(transactions > 3, "{transactions}: nobody was refused");
    // Whoever was overtaken again and again gives its jobs back to the queue.
    if answers.concat().contains(&false) {
        assert_eq!(scene.run(&jobs).await, [true; 20]);
    }
    scene.all_have_places().await;
}

/// As [`Scene::open`], but they came before the referrer registered.
async fn early(count: u32) -> Scene {
    let town = Town::open_at("12:00").await;
    let referrer = Person::nth(0);
    let invited: Vec<_> = (1..=count)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    for person in &invited {
        assert_eq!(town.register(person).await.status, 201);
        town.advance(1).await;
    }
    town.cloud.streams.hold(true);
    town.advance(300).await;
    town.cloud.queue.lose(&["referrals", "wake", "turns"]);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let referrer_id = town.id_of(&referrer).await.expect("a referrer");
    town.cloud.faults.reset();
    Scene {
        town,
        referrer,
        referrer_id,
        invited,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_named_a_number_early_are_credited_together_in_their_order() {
    let scene = early(40).await;
    let referrer_id = scene.referrer_id;
    let adopt = ReferralJob::Adopt { referrer_id };
    assert_eq!(scene.run(&[adopt]).await, [true]);
    assert_eq!(scene.calls("TransactWriteItems"), 2);
    let in_order: Vec<_> = (1..=40).map(Some).collect();
    assert_eq!(scene.places().await, in_order);
    scene.all_have_places().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_named_it_early_and_cannot_be_read_keeps_no_other_from_a_place() {
    let scene = early(3).await;
    let whole = scene.profile(1).await;
    let mut broken = whole.clone();
    broken.insert("phone_index".to_owned(), AttributeValue::N("5".to_owned()));
    scene.put("participants", broken).await;
    let referrer_id = scene.referrer_id;
    let adopt = [ReferralJob::Adopt { referrer_id }];
    assert_eq!(scene.run(&adopt).await, [false], "it comes again");
    scene.put("participants", whole).await;
    assert_eq!(scene.places().await, [Some(1), None, Some(2)]);
    assert_eq!(scene.run(&adopt).await, [true]);
    assert_eq!(scene.places().await, [Some(1), Some(3), Some(2)]);
    scene.all_have_places().await;
}

thread_local! {
    /// Whether this thread's work ends at the failpoint: those of other tests go on.
    static ENDS: Cell<bool> = const { Cell::new(false) };
    /// Whether it waits there for the others.
    static MEETS: Cell<bool> = const { Cell::new(false) };
}

/// A worker that ends at a named moment leaves all ten places or none, and the next one does the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_ends_leaves_all_of_a_batch_or_none() {
    for point in [
        Failpoint::SequenceBefore,
        Failpoint::SequenceCommitted,
        Failpoint::SequenceWoken,
    ] {
        let scene = Scene::open(10).await;
        let jobs = scene.jobs().await;
        let name = point.name();
        fail::cfg_callback(name, move || assert!(!ENDS.get(), "{name}")).expect("a failpoint");
        let mut work = pin!(scene.run(&jobs));
        let ended = poll_fn(|context| {
            ENDS.set(true);
            let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
            ENDS.set(false);
            match polled {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(_)) => Poll::Ready(false),
                Err(_) => Poll::Ready(true),
            }
        });
        assert!(ended.await, "{name} was never reached");
        fail::remove(name);
        let given = match point {
            Failpoint::SequenceBefore => 0,
            _ => 10,
        };
        assert_eq!(scene.town.total_of(&scene.referrer).await, given, "{name}");
        assert_eq!(scene.run(&jobs).await, [true; 10]);
        scene.all_have_places().await;
        scene.town.cloud.queue.lose(&[]);
        scene.town.advance(3_700).await;
        assert_eq!(scene.town.told_of(&scene.referrer).await, 10, "{name}");
        scene.town.check_invariants();
    }
}
