//! `SEED=demo`: a month in fast motion, which a kill interrupts and the next start goes on with.

use std::time::Duration;

use crate::process::{Person, Process};
use crate::tables::Tables;

const PEOPLE: usize = 200;
const DEMO: [(&str, &str); 1] = [("SEED", "demo")];

/// How many of the demo's people have registered, as the page shows it; none once all have.
async fn filling(process: &Process) -> Option<u64> {
    process.state().await["filling"]["done"].as_u64()
}

/// Waits until so many have registered.
async fn filled(process: &Process, people: u64) {
    for _ in 0..2_000 {
        match filling(process).await {
            Some(done) if done < people => tokio::time::sleep(Duration::from_millis(50)).await,
            _ => return,
        }
    }
    panic!("{:?} of {people} have registered", filling(process).await);
}

/// Whoever has registered is there once, and every welcome and alert is one row.
async fn assert_whole(folder: &std::path::Path) -> usize {
    let tables = Tables::read(folder).await;
    let mut names: Vec<_> = tables.participants.iter().map(|(name, _)| name).collect();
    names.dedup();
    assert_eq!(names.len(), tables.participants.len(), "somebody twice");
    let welcomes = tables.rows.iter().filter(|row| row.kind == "welcome");
    assert_eq!(welcomes.count(), names.len());
    for row in &tables.rows {
        let lost = row.state.starts_with("failed") && row.state != "failed/unconfirmed";
        assert!(!lost, "{row:?}");
    }
    names.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_was_killed_goes_on_with_whoever_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let process = Process::start(folder, &DEMO).await;
    filled(&process, 12).await;
    let began = process.now().await;
    process.kill();
    let before = assert_whole(folder).await;
    assert!((12..PEOPLE).contains(&before), "{before}");

    // Also without the variable: the folder says that it is not full yet.
    let process = Process::start(folder, &[]).await;
    assert!(process.now().await >= began, "time went back");
    filled(&process, 30).await;
    let first = process.messages().await.remove(0);
    assert!(
        first.text.contains("Jadwal: Socialpreneur Batch 12"),
        "{}",
        first.text
    );
    assert!(first.text.contains("19.30 WIB") && first.text.contains("https://video.example/"));
    assert!(first.at < began);
    assert_eq!(process.interrupt().await.code(), Some(0));

    assert!((30..PEOPLE).contains(&assert_whole(folder).await));
    let tables = Tables::read(folder).await;
    let strongest = tables.totals.iter().map(|(_, total)| *total).max();
    assert!(strongest >= Some(3), "{:?}", tables.totals);
    let sent = tables
        .rows
        .iter()
        .filter(|row| row.state == "sent/accepted");
    assert!(sent.count() > 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_empty_gets_no_demo() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let process = Process::start(folder, &[]).await;
    let person = Person::new("Siti Aminah", "081210000001");
    process.register(&person).await.expect("an answer");
    assert_eq!(process.interrupt().await.code(), Some(0));

    let process = Process::start(folder, &DEMO).await;
    assert_eq!(filling(&process).await, None);
    process.play(60).await;
    assert_eq!(process.interrupt().await.code(), Some(0));
    let tables = Tables::read(folder).await;
    assert_eq!(tables.participants, [("Siti Aminah".to_owned(), None)]);
}
