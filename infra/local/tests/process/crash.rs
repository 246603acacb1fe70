//! The process ends at each named moment, and another one goes on.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::Failpoint;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::process::{Person, Process};
use crate::tables::{Tables, pause_all_but_one};

/// Stories played at the same time.
const AT_ONCE: usize = 4;
/// Abnormal end by the program itself.
const SIGABRT: i32 = 6;

fn referrer() -> Person {
    Person::new("Siti Aminah", "081210000001")
}

fn visitor() -> Person {
    Person::new("Dewi Lestari", "081210000002").invited_by(&referrer())
}

/// A referrer who has their welcome, noon, and nothing left to do. One number alone is in use:
/// no other may cover up what a crash does to it, and messages leave one after the other.
async fn settled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_at_noon(folder.path(), &[]).await;
    process.register(&referrer()).await.expect("an answer");
    process.play(180).await;
    assert_eq!(process.chat(&referrer()).await.len(), 1, "no welcome");
    assert!(process.interrupt().await.success());
    pause_all_but_one(folder.path()).await;
    folder
}

fn copy(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_into(folder.path(), from);
    folder
}

fn copy_into(to: &Path, from: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy_into(&to, &entry.path());
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

async fn story(point: Failpoint, folder: &Path) {
    let name = point.name();
    let timeout = ("GATEWAY_TIMEOUT_MS", "1000");
    let mut process = Process::start(folder, &[("CRASH_AT", name), timeout]).await;
    let answered = process.register(&visitor()).await.is_some();
    process.advance(30).await;
    let status = process.ended(Duration::from_secs(5)).await;
    let status = status.unwrap_or_else(|| panic!("{name}: was never reached"));
    assert_eq!(status.signal(), Some(SIGABRT), "{name}: {status}");

    let left = Tables::read(folder).await;
    let claimed: Vec<_> = left.claimed().iter().map(|row| row.kind.clone()).collect();
    // A welcome comes before an alert, and there is one number.
    match point {
        point if point.may_have_sent() => assert_eq!(claimed, ["welcome"], "{name}"),
        // The turn runs already while the dispatcher goes on: it may have come to its claim.
        Failpoint::DispatchSent => assert!(claimed.is_empty() || claimed == ["welcome"]),
        _ => assert!(claimed.is_empty(), "{name}: {claimed:?}"),
    }

    let process = Process::start(folder, &[timeout]).await;
    if !answered {
        // They saw an error and press the button again.
        process.register(&visitor()).await.expect("an answer");
    }
    process.play(180).await;
    let welcomes = process.chat(&visitor()).await;
    let alerts = process.chat(&referrer()).await.split_off(1);
    assert!(process.interrupt().await.success());

    let tables = Tables::read(folder).await;
    let invited = [
        ("Dewi Lestari".to_owned(), Some(1)),
        ("Siti Aminah".to_owned(), None),
    ];
    assert_eq!(tables.participants, invited, "{name}");
    assert_eq!(tables.totals, [("Siti Aminah".to_owned(), 1)], "{name}");
    assert_eq!(tables.rows.len(), 3, "{name}: {:?}", tables.rows);

    let welcome = tables.row("welcome", "Dewi Lestari");
    if claimed.is_empty() {
        assert_eq!(welcome.state, "sent/accepted", "{name}");
        assert_eq!(welcomes.len(), 1, "{name}: {welcomes:?}");
    } else {
        assert_eq!(welcome.state, "failed/unconfirmed", "{name}");
        let arrived = match point {
            Failpoint::TurnClaimed | Failpoint::TurnBeforeRequest => 0..=0,
            Failpoint::TurnAnswered => 1..=1,
            _ => 0..=1,
        };
        assert!(arrived.contains(&welcomes.len()), "{name}: {welcomes:?}");
    }
    let alert = tables.row("referrer_alert", "Siti Aminah");
    assert_eq!(alert.state, "sent/accepted", "{name}");
    assert_eq!(alerts.len(), 1, "{name}: {alerts:?}");
    assert!(alerts[0].contains("Peserta ke-1\n"), "{name}: {alerts:?}");
    assert!(alerts[0].contains("undang: 1\n"), "{name}: {alerts:?}");
}

/// Five alerts are told singly; these three are one message.
const LISTED: usize = 3;

fn crowd() -> Vec<Person> {
    (0..5 + LISTED)
        .map(|n| Person::new("Dewi Lestari", &format!("0812100001{n:02}")).invited_by(&referrer()))
        .collect()
}

/// The same for the moments that only a list of several new participants comes to.
async fn group_story(point: Failpoint, folder: &Path) {
    let name = point.name();
    let timeout = ("GATEWAY_TIMEOUT_MS", "1000");
    let mut process = Process::start(folder, &[("CRASH_AT", name), timeout]).await;
    for person in crowd() {
        process.register(&person).await.expect("an answer");
    }
    process.advance(180).await;
    let status = process.ended(Duration::from_secs(5)).await;
    let status = status.unwrap_or_else(|| panic!("{name}: was never reached"));
    assert_eq!(status.signal(), Some(SIGABRT), "{name}: {status}");
    let left = Tables::read(folder).await;
    let claimed = left.claimed().len();

    let process = Process::start(folder, &[timeout]).await;
    process.play(180).await;
    let alerts = process.chat(&referrer()).await.split_off(1);
    assert!(process.interrupt().await.success());
    let lists = alerts.iter().filter(|text| text.contains("Ada 3 peserta"));
    let tables = Tables::read(folder).await;
    let with = |state: &str| {
        let rows = tables
            .rows
            .iter()
            .filter(|row| row.kind == "referrer_alert");
        rows.filter(|row| row.state == state).count()
    };
    let (accepted, grouped) = (with("sent/accepted"), with("sent/grouped"));
    if point == Failpoint::GroupClaimed {
        // Nobody can tell whether the request began.
        assert_eq!((claimed, lists.count()), (LISTED, 0), "{name}");
        assert_eq!(with("failed/unconfirmed"), LISTED, "{name}");
        assert_eq!((accepted, grouped), (5, 0), "{name}");
    } else {
        // The row that carried the others says that it left.
        assert_eq!((claimed, lists.count()), (LISTED - 1, 1), "{name}");
        assert_eq!((accepted, grouped), (6, LISTED - 1), "{name}");
    }
}

/// The same for the moments that an event's reminders come to: planned at noon, decided at one,
/// sent at three.
async fn event_story(point: Failpoint, folder: &Path) {
    let name = point.name();
    let mut process = Process::start(folder, &[("CRASH_AT", name)]).await;
    let start = process.now().await + SignedDuration::from_hours(4);
    process.create_event(&start.to_string()).await;
    process.advance(4 * 3_600 - 1_800).await;
    let status = process.ended(Duration::from_secs(5)).await;
    let status = status.unwrap_or_else(|| panic!("{name}: was never reached"));
    assert_eq!(status.signal(), Some(SIGABRT), "{name}: {status}");

    let process = Process::start(folder, &[]).await;
    assert_eq!(process.events().await.len(), 1, "{name}");
    let left = start.duration_since(process.now().await);
    process.play(left.as_secs().unsigned_abs()).await;
    let chat = process.chat(&referrer()).await;
    let reminders = chat.iter().filter(|text| text.contains("pengingat ya"));
    assert_eq!(reminders.count(), 1, "{name}: {chat:?}");
    assert!(process.interrupt().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_process_ends_each_message_arrives_once_or_reads_unconfirmed_in_three_minutes()
{
    let start = settled().await;
    let places = Arc::new(Semaphore::new(AT_ONCE));
    // What somebody's message, or an admin's correction, stop or word about one message, causes is
    // another story; and a campaign has to be given up among its messages: the stories of campaigns do so.
    let elsewhere = [
        Failpoint::ReceiveBeforeCommit,
        Failpoint::ReceiveCommitted,
        Failpoint::ClosePageCommitted,
        Failpoint::RetryCommitted,
        Failpoint::EditBeforeCommit,
        Failpoint::EditCommitted,
        Failpoint::StandingBeforeCommit,
    ];
    let points = Failpoint::ALL.into_iter();
    let points = points.filter(|point| !elsewhere.contains(point));
    let stories: Vec<_> = points
        .map(|point| {
            let folder = copy(start.path());
            let places = Arc::clone(&places);
            let story = tokio::spawn(async move {
                let _place = places.acquire().await.unwrap();
                match point {
                    Failpoint::GroupClaimed | Failpoint::GroupRecorded => {
                        group_story(point, folder.path()).await;
                    }
                    Failpoint::EventSaved
                    | Failpoint::EventArranged
                    | Failpoint::ReminderDecided
                    | Failpoint::ReminderOpened
                    | Failpoint::ExpandBeforePage
                    | Failpoint::ExpandPageCommitted
                    | Failpoint::ExpandBeforeDone => event_story(point, folder.path()).await,
                    _ => story(point, folder.path()).await,
                }
            });
            (point.name(), story)
        })
        .collect();
    let mut failed = Vec::new();
    for (name, story) in stories {
        if story.await.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "after a crash at {failed:?}");
}
