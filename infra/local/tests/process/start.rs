//! How the program begins, and why it does not.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::process::{Person, Process, command};
use crate::tables::Tables;

/// The only line of a program that refuses to start.
fn refusal(folder: &Path, vars: &[(&str, &str)]) -> String {
    refusal_of(command(folder, vars))
}

/// The same of a prepared command.
pub(crate) fn refusal_of(mut command: Command) -> String {
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it runs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 1, "{printed}");
    lines[0].to_owned()
}

pub(crate) fn assert_says(line: &str, words: &[&str]) {
    for word in words {
        assert!(line.contains(word), "{word:?} is missing in {line:?}");
    }
}

#[test]
fn a_port_in_use_is_one_line_that_names_it_and_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let line = refusal(folder.path(), &[("PORT", &port)]);
    assert_says(&line, &[&format!("port {port} is in use"), "stop", "PORT="]);
}

#[test]
fn a_variable_that_cannot_be_read_is_one_line_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value) in [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("SEED", "demonstration"),
        ("CRASH_AT", "turn.nowhere"),
        ("GATEWAY_TIMEOUT_MS", "soon"),
    ] {
        let line = refusal(folder.path(), &[(variable, value)]);
        assert_says(&line, &[variable, value]);
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_one_line_that_names_it_and_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "a file").unwrap();
    let foreign = folder.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("dynamodb.sqlite"), "no database ".repeat(500)).unwrap();
    // Nobody can write there, whoever runs this.
    let locked = Path::new("/proc");
    for unusable in [&file, &file.join("inside"), &foreign, locked] {
        let line = refusal(unusable, &[]);
        assert_says(&line, &[unusable.to_str().unwrap(), "DATA_DIR="]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_chats_and_time_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let person = Person::new("Siti Aminah", "081210000001");
    let process = Process::start_at_noon(folder, &[]).await;
    let answer = process.register(&person).await.expect("an answer");
    process.play(60).await;
    let messages = process.messages().await;
    assert_eq!(messages.len(), 1);
    let before = process.now().await;
    assert_eq!(process.interrupt().await.code(), Some(0));

    let process = Process::start(folder, &[]).await;
    assert!(process.now().await >= before, "time went back");
    assert_eq!(process.messages().await, messages);
    assert_eq!(process.register(&person).await, Some(answer));
    process.play(180).await;
    assert_eq!(process.messages().await, messages);
    assert_eq!(process.interrupt().await.code(), Some(0));

    let tables = Tables::read(folder).await;
    assert_eq!(tables.participants, [("Siti Aminah".to_owned(), None)]);
    assert_eq!(tables.rows.len(), 1, "{:?}", tables.rows);
    assert_eq!(tables.numbers.len(), local::seed::NUMBERS.len());
}

/// Killed after `pause` of its first start, then started again.
async fn interrupted_first_start(pause: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &[]).spawn().unwrap();
    tokio::time::sleep(pause).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let process = Process::start(folder.path(), &[]).await;
    let person = Person::new("Siti Aminah", "081210000001");
    process.register(&person).await.expect("an answer");
    process.kill();
    let tables = Tables::read(folder.path()).await;
    let numbers = tables.numbers.len();
    assert_eq!(numbers, local::seed::NUMBERS.len(), "after {pause:?}");
    assert_eq!(tables.rows.len(), 1, "after {pause:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_was_killed_anywhere_is_made_good_by_the_next() {
    const KILLS: u64 = 32;
    const AT_ONCE: u64 = 4;
    for first in (0..KILLS).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let pauses = (first..first + AT_ONCE).map(|n| Duration::from_millis(3 * n));
        let starts: JoinSet<()> = pauses.map(interrupted_first_start).collect();
        starts.join_all().await;
    }
}
