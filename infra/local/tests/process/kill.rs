//! `kill -9` while many messages wait.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::process::{Message, Person, Process};
use crate::tables::Tables;

const PEOPLE: usize = 100;
/// The shortest gap between two messages of one number, less what a clock may be off.
const GAP: SignedDuration = SignedDuration::from_millis(1_950);
/// A number that is silent for so long, while others send, has a request under way: twice the
/// longest gap.
const SILENCE: SignedDuration = SignedDuration::from_secs(10);

fn person(n: usize) -> Person {
    // Names hold letters alone.
    let letter = |n: usize| char::from(b'a' + u8::try_from(n).unwrap());
    let name = format!("Peserta {}{}", letter(n / 10), letter(n % 10));
    Person::new(&name, &format!("0812{:08}", 20_000_000 + n))
}

async fn register_all(process: &std::sync::Arc<Process>) {
    let mut visitors = JoinSet::new();
    for n in 0..PEOPLE {
        let process = std::sync::Arc::clone(process);
        visitors.spawn(async move { process.register(&person(n)).await.is_some() });
    }
    assert!(
        visitors
            .join_all()
            .await
            .into_iter()
            .all(|answered| answered)
    );
}

/// Looks at the phones, in real time, until they show what is wanted.
async fn until(process: &Process, wanted: impl Fn(&[Message]) -> bool) -> Vec<Message> {
    let began = Instant::now();
    loop {
        let messages = process.messages().await;
        if wanted(&messages) {
            return messages;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{messages:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn check_gaps(messages: &[Message]) {
    let mut by_number: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for message in messages {
        by_number.entry(&message.from).or_default().push(message.at);
    }
    assert_eq!(by_number.len(), local::seed::NUMBERS.len());
    for (number, times) in by_number {
        for pair in times.windows(2) {
            let gap = pair[1].duration_since(pair[0]);
            assert!(gap >= GAP, "{number} waited only {gap:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_among_a_hundred_pending_messages_loses_none_and_doubles_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // No request gives up by itself before the kill.
    let process = Process::start_at_noon(folder, &[("GATEWAY_TIMEOUT_MS", "60000")]).await;
    let process = std::sync::Arc::new(process);
    register_all(&process).await;
    until(&process, |messages| messages.len() >= 5).await;
    // One number's request is under way for certain: accepted, and never answered.
    let (label, stuck, _) = local::seed::NUMBERS[0];
    process.set_mode(stuck, "timeout_after").await;
    let is_stuck = |messages: &[Message]| {
        let last = |of_all: bool| {
            let heard = messages.iter().filter(|m| of_all || m.from == stuck);
            heard.map(|message| message.at).max()
        };
        let heard = last(false).zip(last(true));
        heard.is_some_and(|(stuck, newest)| newest.duration_since(stuck) >= SILENCE)
    };
    let messages = until(&process, is_stuck).await;
    assert!(messages.len() < PEOPLE / 2, "the kill comes too late");
    std::sync::Arc::into_inner(process)
        .expect("one owner")
        .kill();

    let left = Tables::read(folder).await;
    let in_flight: BTreeSet<String> = left.claimed().iter().map(|row| row.to.clone()).collect();
    let numbers: BTreeSet<_> = left.claimed().iter().map(|row| &row.number_id).collect();
    assert_eq!(in_flight.len(), numbers.len(), "one message per number");
    let of_stuck = left.claimed().into_iter().find(|row| {
        let id = row.number_id.as_ref().unwrap();
        left.numbers[id] == label
    });
    let swallowed = &of_stuck.expect("a request was under way").to;

    let process = Process::start(folder, &[("GATEWAY_TIMEOUT_MS", "1000")]).await;
    process.play(15 * 60).await;
    let messages = process.messages().await;
    assert!(process.interrupt().await.success());

    let tables = Tables::read(folder).await;
    assert_eq!(tables.rows.len(), PEOPLE);
    for person in (0..PEOPLE).map(person) {
        let arrived = messages.iter().filter(|m| m.to == person.e164()).count();
        let state = tables.row("welcome", &person.name).state.as_str();
        if in_flight.contains(&person.name) {
            assert_eq!(state, "failed/unconfirmed", "{person:?}");
            assert!(arrived <= 1, "{person:?}: {arrived}");
        } else {
            assert_eq!(state, "sent/accepted", "{person:?}");
            assert_eq!(arrived, 1, "{person:?}");
        }
        if person.name == *swallowed {
            assert_eq!(arrived, 1, "it had been accepted before the kill");
        }
    }
    check_gaps(&messages);
}
