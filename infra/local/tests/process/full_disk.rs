//! A disk without room: one clear line at the start, 5xx and nothing half-done while running.

use crate::process::{Person, Process, command_on_full_disk};
use crate::start::{assert_says, refusal_of};
use crate::tables::Tables;

/// The empty database fits, and little more.
const LITTLE: u32 = 760;

#[test]
fn a_start_without_room_is_one_line_that_says_so() {
    for blocks in [0, 1, 64, 512] {
        let folder = tempfile::tempdir().unwrap();
        let line = refusal_of(command_on_full_disk(folder.path(), blocks));
        let folder = folder.path().to_str().unwrap();
        assert_says(&line, &[folder, "make room", "DATA_DIR="]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_while_running_people_get_5xx_and_nobody_who_was_accepted_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let process = Process::of(command_on_full_disk(folder, LITTLE)).await;
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for n in 0_u8..40 {
        let letter = char::from(b'A' + n % 26);
        let name = format!("Siti {letter}minah {}", if n < 26 { "Satu" } else { "Dua" });
        let person = Person::new(&name, &format!("0812100001{n:02}"));
        match process.try_register(&person).await {
            201 => accepted.push(person),
            500..=599 => refused.push(person),
            other => panic!("{other}:\n{}", process.log()),
        }
    }
    assert!(
        !accepted.is_empty() && !refused.is_empty(),
        "{}",
        accepted.len()
    );
    // It still runs, and says why.
    process.state().await;
    let log = process.log();
    assert!(log.contains("registration failed"), "{log}");
    assert!(log.contains("disk"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(process.interrupt().await.code(), Some(0));

    // With room again everything goes on, and those who try again are taken.
    let process = Process::start_at_noon(folder, &[]).await;
    for person in &refused {
        process.register(person).await.expect("an answer");
    }
    process.play(600).await;
    for person in accepted.iter().chain(&refused) {
        assert_eq!(process.chat(person).await.len(), 1, "{}", person.name);
    }
    assert_eq!(process.interrupt().await.code(), Some(0));
    let tables = Tables::read(folder).await;
    assert_eq!(tables.participants.len(), 40);
    assert_eq!(tables.rows.len(), 40, "{:?}", tables.rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_disk_took_half_of_does_not_spoil_the_chats() {
    const ROOM: usize = 1_024 * 1_024;
    const LEFT: usize = 200;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let number = local::seed::NUMBERS[0].1;
    let line = |text: &str| {
        let at = "2026-11-01T05:00:00Z";
        let line = serde_json::json!({
            "from": number, "to": "+6281210000077", "text": text, "media_url": null, "at": at,
        });
        format!("{line}\n")
    };
    let usual = line("x").len();
    let count = (ROOM - LEFT) / usual - 1;
    let rest = ROOM - LEFT - count * usual;
    let chats = line("x").repeat(count) + &line(&"x".repeat(rest + 1 - usual));
    assert_eq!(chats.len(), ROOM - LEFT);
    std::fs::write(folder.join("simulator.jsonl"), chats).unwrap();

    let blocks = u32::try_from(ROOM / 512).unwrap();
    let process = Process::of(command_on_full_disk(folder, blocks)).await;
    let person = Person::new("Siti Aminah", "081210000001");
    process.register(&person).await.expect("an answer");
    // The welcome is longer than what is left; an answer of one letter is not.
    process.play(30).await;
    assert!(process.chat(&person).await.is_empty());
    assert!(
        process.log().contains("could not keep a message"),
        "{}",
        process.log()
    );
    process.reply(&person, number, "y").await;
    assert_eq!(process.interrupt().await.code(), Some(0));

    let process = Process::start(folder, &[]).await;
    assert_eq!(process.messages().await.len(), count + 2);
    assert_eq!(process.messages().await.last().unwrap().text, "y");
    assert_eq!(process.interrupt().await.code(), Some(0));
}
