//! The contract of [`Schedule`]: what stands under a name, and what does not.

use app::ports::{Clock, Schedule};
use domain::schedule::{Job, JobKind, LEAST_LEAD, ScheduleName, Start};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// More than one page of EventBridge's list.
const MANY: usize = 120;

pub(crate) fn name(text: &str) -> ScheduleName {
    ScheduleName::parse(text).unwrap()
}

pub(crate) fn job(id: u128) -> Job {
    Job {
        kind: JobKind::Reminder,
        id: Uuid::from_u128(id),
    }
}

/// A full second, an hour ahead and so many more.
pub(crate) fn ahead(clock: &impl Clock, hours: i64) -> Timestamp {
    let second = clock.now().as_second() + 3_600 * (1 + hours);
    Timestamp::from_second(second).unwrap()
}

async fn names<S: Schedule>(schedule: &S, prefix: &str) -> Vec<String> {
    let names = schedule.list(&name(prefix)).await.unwrap();
    names.iter().map(ToString::to_string).collect()
}

/// Everything that both do alike; nothing is left behind.
pub(crate) async fn what_stands_under_a_name<S: Schedule>(schedule: &S, clock: &impl Clock) {
    a_schedule_stands_until_it_is_deleted(schedule, clock).await;
    a_name_stands_once(schedule, clock).await;
    what_is_too_near_has_no_schedule(schedule, clock).await;
    every_valid_name_is_taken(schedule, clock).await;
    a_list_holds_what_begins_alike_and_nothing_else(schedule, clock).await;
}

async fn a_schedule_stands_until_it_is_deleted<S: Schedule>(schedule: &S, clock: &impl Clock) {
    let one = job(1).name();
    assert!(names(schedule, one.as_str()).await.is_empty());
    schedule.delete(&one).await.unwrap();

    let at = ahead(clock, 0);
    let start = schedule.put(&one, at, job(1)).await.unwrap();
    assert_eq!(start, Start::Scheduled(at));
    assert_eq!(names(schedule, "reminder-").await, [one.as_str()]);

    schedule.delete(&one).await.unwrap();
    assert!(names(schedule, "reminder-").await.is_empty());
    schedule.delete(&one).await.unwrap();
}

async fn a_name_stands_once<S: Schedule>(schedule: &S, clock: &impl Clock) {
    let one = name("once");
    for (hours, id) in [(0, 1), (2, 2), (1, 3)] {
        let at = ahead(clock, hours);
        let start = schedule.put(&one, at, job(id)).await.unwrap();
        assert_eq!(start, Start::Scheduled(at));
        assert_eq!(names(schedule, "once").await, ["once"]);
    }
    schedule.delete(&one).await.unwrap();
}

async fn what_is_too_near_has_no_schedule<S: Schedule>(schedule: &S, clock: &impl Clock) {
    let one = name("near");
    let moments = [
        -SignedDuration::from_hours(1),
        SignedDuration::ZERO,
        LEAST_LEAD - SignedDuration::from_secs(1),
    ];
    for lead in moments {
        let later = schedule.put(&one, ahead(clock, 0), job(1)).await.unwrap();
        assert!(matches!(later, Start::Scheduled(_)));
        let near = schedule.put(&one, clock.now() + lead, job(1)).await;
        assert_eq!(near.unwrap(), Start::Inline, "{lead}");
        assert!(names(schedule, "near").await.is_empty(), "{lead}");
    }
}

async fn every_valid_name_is_taken<S: Schedule>(schedule: &S, clock: &impl Clock) {
    let longest = "x".repeat(64);
    for text in [".", "-_.Az09", longest.as_str()] {
        let one = name(text);
        schedule.put(&one, ahead(clock, 0), job(1)).await.unwrap();
        assert_eq!(names(schedule, text).await, [text]);
        schedule.delete(&one).await.unwrap();
        assert!(names(schedule, text).await.is_empty());
    }
}

async fn a_list_holds_what_begins_alike_and_nothing_else<S: Schedule>(
    schedule: &S,
    clock: &impl Clock,
) {
    let many: Vec<String> = (0..MANY).map(|n| format!("many-{n:03}")).collect();
    for text in many.iter().rev() {
        let put = schedule.put(&name(text), ahead(clock, 0), job(1)).await;
        put.unwrap();
    }
    let others = ["man", "Many-1", "x-many-1"].map(name);
    for other in &others {
        schedule.put(other, ahead(clock, 0), job(1)).await.unwrap();
    }
    assert_eq!(names(schedule, "many-").await, many);
    assert_eq!(names(schedule, "many-00").await, many[..10]);
    for text in &many {
        schedule.delete(&name(text)).await.unwrap();
    }
    assert!(names(schedule, "many-").await.is_empty());
    for other in &others {
        schedule.delete(other).await.unwrap();
    }
}
