//! Events that are moved, moved back, called off; jobs that come twice, late, or not at all.

use app::event::{EventError, Wishes, begin_job, cancel_event, copy_event, edit_event, reconcile};
use domain::event::Event;
use domain::schedule::{Job, JobKind, ScheduleName};
use jiff::SignedDuration;
use tests::Town;
use tests::events::{ACCEPTING, REMINDER, at_time};
use uuid::Uuid;

const NOTIFYING: Wishes<'static> = Wishes {
    notify: true,
    ..ACCEPTING
};

fn job(kind: JobKind, event: &Event) -> Job {
    Job {
        kind,
        id: event.id.0,
    }
}

/// How many reminders have arrived so far.
fn reminders(town: &Town) -> usize {
    town.arrived(REMINDER).values().map(Vec::len).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_moved_is_reminded_of_once_for_each_time() {
    let town = Town::open_on("2026-11-29 10:00").await;
    town.crowd(20).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 15:00").await;
    town.advance_to("13:00").await;
    let past = town.move_event(&event, "2026-11-29 09:00").await;
    let Err(EventError::Fields(errors)) = past else {
        panic!("{past:?}");
    };
    assert_eq!(errors.get("start_time"), Some("Waktu acara sudah lewat."));

    let early = town.move_event(&event, "2026-11-29 14:30").await.unwrap();
    let overtaken = town.move_event(&event, "2026-11-29 16:00").await;
    assert!(matches!(overtaken, Err(EventError::Overtaken)));
    town.advance_to("13:29").await;
    assert_eq!(reminders(&town), 0);
    town.advance_to("13:45").await;
    assert_eq!(reminders(&town), 20);

    // There and back within a minute: nobody is reminded of 14.30 again.
    let later = town.move_event(&early, "2026-11-29 16:00").await.unwrap();
    town.advance(20).await;
    let back = town.move_event(&later, "2026-11-29 14:30").await.unwrap();
    town.advance_to("14:29").await;
    assert_eq!(reminders(&town), 20);
    // Twice in a minute, the last one counts.
    let later = town.move_event(&back, "2026-11-29 17:00").await.unwrap();
    town.advance(20).await;
    town.move_event(&later, "2026-11-29 18:00").await.unwrap();
    town.advance_to("16:59").await;
    assert_eq!(reminders(&town), 20);
    town.advance_to("18:00").await;
    assert_eq!(reminders(&town), 40);
    assert!(
        town.arrived(REMINDER)
            .values()
            .all(|times| times.len() == 2)
    );
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_called_off_while_its_reminders_go_out_stops_them_and_tells_those_who_know() {
    let town = Town::open_on("2026-11-29 16:00").await;
    let people = town.crowd(60).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    town.advance_to("18:30").await;
    town.advance(20).await;
    let sent = reminders(&town);
    assert!((1..60).contains(&sent), "{sent}");
    let app = &town.cloud.app;
    let event = app.store.event(event.id).await.unwrap().unwrap();
    cancel_event(app, event.id, event.revision, NOTIFYING)
        .await
        .unwrap();
    let again = cancel_event(app, event.id, event.revision, NOTIFYING).await;
    assert!(matches!(again, Err(EventError::Over)));
    town.advance_to("19:31").await;
    assert_eq!(reminders(&town), sent);
    assert_eq!(
        town.count_rows("reminder", "failed", "cancelled").await,
        60 - sent
    );
    let told = town.arrived("dibatalkan");
    assert_eq!(told.len(), people.len());
    assert!(told.values().all(|times| times.len() == 1));
    let none = ScheduleName::parse("reminder").unwrap();
    assert_eq!(app.schedule.list(&none).await.unwrap(), []);
    assert_eq!(app.store.open_lanes().await.unwrap().ahead, []);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn registrants_hear_of_another_time_if_that_is_wished() {
    let town = Town::open_on("2026-11-27 10:00").await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let people: Vec<_> = (0..3).map(tests::Person::nth).collect();
    town.populate(&people, Some(event.id)).await;
    // Longer after the event was saved than anybody may not have seen it.
    town.advance(120).await;
    town.populate(&[tests::Person::nth(9)], None).await;
    let app = &town.cloud.app;
    let form = at_time("2026-11-30 20:00");
    edit_event(app, event.id, event.revision, form, NOTIFYING)
        .await
        .unwrap();
    town.advance(180).await;
    let told = town.arrived("jadwal sosialisasi berubah");
    assert_eq!(told.len(), 3);
    for person in &people {
        let chat = town.chat(person).await;
        assert!(
            chat[0]
                .text
                .contains("Semula: Minggu, 29 November 2026, 19.30 WIB")
        );
        assert!(chat[0].text.contains("Senin, 30 November 2026, 20.00 WIB"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_comes_twice_early_or_late_does_its_work_once() {
    let town = Town::open_on("2026-11-29 09:00").await;
    town.crowd(20).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 15:00").await;
    let app = &town.cloud.app;
    let reminder = job(JobKind::Reminder, &event);
    begin_job(app, reminder).await.unwrap();
    town.advance_to("12:00").await;
    let both = tokio::join!(begin_job(app, reminder), begin_job(app, reminder));
    both.0.unwrap();
    both.1.unwrap();
    town.advance_to("14:01").await;
    let both = tokio::join!(begin_job(app, reminder), begin_job(app, reminder));
    both.0.unwrap();
    both.1.unwrap();
    town.advance_to("15:01").await;
    begin_job(app, reminder).await.unwrap();
    begin_job(app, job(JobKind::FollowUp, &event))
        .await
        .unwrap();
    let nobody = Job {
        id: Uuid::from_u128(1),
        ..reminder
    };
    begin_job(app, nobody).await.unwrap();
    town.advance_to("15:30").await;
    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), 20);
    assert!(got.values().all(|times| times.len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_stale_and_orphaned_schedules_are_put_right_every_night() {
    let town = Town::open_on("2026-11-28 10:00").await;
    town.crowd(5).await;
    let missing = town.plan_event("Satu", "2026-11-29 15:00").await;
    let stale = town.plan_event("Dua", "2026-11-29 21:00").await;
    let schedule = &town.cloud.app.schedule;
    let lost = job(JobKind::Reminder, &missing);
    schedule.delete(&lost.name()).await.unwrap();
    let late = job(JobKind::Reminder, &stale);
    let hours = SignedDuration::from_hours(48);
    schedule
        .put(&late.name(), town.now() + hours, late)
        .await
        .unwrap();
    let orphan = Job {
        kind: JobKind::FollowUp,
        id: Uuid::from_u128(1),
    };
    schedule
        .put(&orphan.name(), town.now() + hours, orphan)
        .await
        .unwrap();
    town.advance_to("03:01").await;
    let all = |prefix: &str| ScheduleName::parse(prefix).unwrap();
    assert_eq!(schedule.list(&all("reminder")).await.unwrap().len(), 2);
    let follow_ups = schedule.list(&all("follow-up")).await.unwrap();
    assert_eq!(follow_ups.len(), 2);
    assert!(!follow_ups.contains(&orphan.name()));
    town.advance_to("20:59").await;
    // Both events, each once.
    let got = town.arrived(REMINDER);
    assert_eq!(got.len(), 5);
    assert!(got.values().all(|times| times.len() == 2), "{got:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_downtime_what_is_still_of_use_is_done_and_nothing_else() {
    let town = Town::open_on("2026-11-29 06:00").await;
    town.crowd(4).await;
    let app = &town.cloud.app;
    let over = town.plan_event("Lewat", "2026-11-29 10:00").await;
    let soon = town.plan_event("Sebentar lagi", "2026-11-29 13:30").await;
    for kind in [JobKind::Reminder, JobKind::FollowUp] {
        for event in [&over, &soon] {
            let name = job(kind, event).name();
            app.schedule.delete(&name).await.unwrap();
        }
    }
    town.advance_to("13:00").await;
    assert_eq!(reminders(&town), 0);
    reconcile(app).await.unwrap();
    town.advance_to("13:10").await;
    // No reminder of what has begun; the other one, and the follow-up wait for their moments.
    let texts = town.all_messages().await;
    let about = |title: &str| {
        let reminders = texts.iter().filter(|one| one.text.contains(REMINDER));
        reminders.filter(|one| one.text.contains(title)).count()
    };
    assert_eq!((about("Lewat"), about("Sebentar lagi")), (0, 4));
    town.advance_to("16:30").await;
    let followed = town.arrived("terima kasih sudah mendaftar Sosialisasi");
    assert_eq!(followed.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn follow_ups_come_two_hours_after_the_end_within_hours_and_a_copy_is_the_next_event() {
    let town = Town::open_on("2026-11-29 06:00").await;
    town.crowd(4).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 09:00").await;
    let app = &town.cloud.app;
    let form = at_time("2026-12-06 19:30");
    let next = copy_event(app, event.id, form, ACCEPTING).await.unwrap();
    assert_eq!(
        (next.title, next.zoom_link),
        (event.title.clone(), event.zoom_link.clone())
    );
    // Somebody who registers after it has begun was never asked to come.
    town.advance_to("09:30").await;
    town.populate(&[tests::Person::nth(9)], Some(next.id)).await;
    town.advance_to("12:59").await;
    let words = "terima kasih sudah mendaftar Sosialisasi";
    assert_eq!(town.arrived(words).len(), 0);
    town.advance_to("13:10").await;
    let got = town.arrived(words);
    assert_eq!(got.len(), 4);
    assert!(got.values().all(|times| times.len() == 1));
    let texts = town.all_messages().await;
    let last = texts.iter().rfind(|one| one.text.contains(words)).unwrap();
    assert!(last.text.contains("6 Desember 2026"), "{}", last.text);
}
