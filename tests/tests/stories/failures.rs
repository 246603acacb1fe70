//! The failure table (requirement S4), one story for each way in which a number can fail: what
//! becomes of the message, of the number, and what the phone really got.

use app::numbers::set_paused;
use local::simulator::Mode;
use tests::{Person, Town, figure, flag, state, word};

/// What the number is after its one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberIs {
    Well,
    /// It rests, with so many failures in a row.
    Resting(i64),
    Out(&'static str),
}

struct Row {
    mode: Mode,
    /// The message after the request of the number that fails.
    first: &'static str,
    number: NumberIs,
    /// The message once others may send, and its counted tries.
    last: &'static str,
    tries: i64,
}

const fn row(
    mode: Mode,
    first: &'static str,
    number: NumberIs,
    last: &'static str,
    tries: i64,
) -> Row {
    Row {
        mode,
        first,
        number,
        last,
        tries,
    }
}

const SENT: &str = "sent/accepted";
const AGAIN: &str = "queued/retry";
const UNCONFIRMED: &str = "failed/unconfirmed";

const TABLE: [Row; 16] = [
    row(Mode::Ok, SENT, NumberIs::Well, SENT, 1),
    row(Mode::Slow, SENT, NumberIs::Well, SENT, 1),
    row(Mode::OddBody, SENT, NumberIs::Well, SENT, 1),
    row(Mode::HugeBody, SENT, NumberIs::Well, SENT, 1),
    row(Mode::SlowDrip, SENT, NumberIs::Well, SENT, 1),
    row(
        Mode::InvalidKey,
        AGAIN,
        NumberIs::Out("key_invalid"),
        SENT,
        1,
    ),
    row(
        Mode::BadRecipient,
        "failed/bad_recipient",
        NumberIs::Well,
        "failed/bad_recipient",
        1,
    ),
    row(Mode::RateLimited, AGAIN, NumberIs::Resting(0), SENT, 2),
    row(Mode::NotAccepted500, AGAIN, NumberIs::Resting(1), SENT, 2),
    row(
        Mode::Accepted500,
        UNCONFIRMED,
        NumberIs::Resting(1),
        UNCONFIRMED,
        1,
    ),
    row(
        Mode::BadGateway,
        UNCONFIRMED,
        NumberIs::Resting(1),
        UNCONFIRMED,
        1,
    ),
    row(
        Mode::Truncated,
        UNCONFIRMED,
        NumberIs::Resting(1),
        UNCONFIRMED,
        1,
    ),
    row(Mode::Redirect, AGAIN, NumberIs::Out("redirected"), SENT, 2),
    row(Mode::Refused, AGAIN, NumberIs::Resting(1), SENT, 1),
    row(
        Mode::TimeoutBefore,
        UNCONFIRMED,
        NumberIs::Resting(1),
        UNCONFIRMED,
        1,
    ),
    row(
        Mode::TimeoutAfter,
        UNCONFIRMED,
        NumberIs::Resting(1),
        UNCONFIRMED,
        1,
    ),
];

/// Only these may send from now on.
async fn only(town: &Town, numbers: &[usize]) {
    for number in 1..=3 {
        let id = town.number_id(number).await;
        let paused = !numbers.contains(&number);
        set_paused(&town.cloud.app, id, paused)
            .await
            .expect("known");
    }
}

async fn number_is(town: &Town) -> NumberIs {
    let item = town.number_item(1).await;
    if flag(&item, "is_active") == Some(false) {
        return match word(&item, "out_reason") {
            Some("key_invalid") => NumberIs::Out("key_invalid"),
            Some("redirected") => NumberIs::Out("redirected"),
            other => panic!("out for {other:?}"),
        };
    }
    let streak = figure(&item, "failure_streak").expect("a streak");
    match figure(&item, "cool_until") {
        Some(until) if until > town.now().as_millisecond() => NumberIs::Resting(streak),
        _ => NumberIs::Well,
    }
}

async fn plays(row: &Row) {
    let mode = row.mode;
    let town = Town::open_impatient_at("12:00").await;
    only(&town, &[1]).await;
    town.set_mode(1, mode).await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(10).await;
    assert_eq!(
        town.state_of(&person, "welcome").await,
        row.first,
        "{mode:?}"
    );
    assert_eq!(number_is(&town).await, row.number, "{mode:?}");
    let copies = usize::from(mode.delivers());
    assert_eq!(town.chat(&person).await.len(), copies, "{mode:?}");

    only(&town, &[2, 3]).await;
    town.advance(1_500).await;
    let log = &town.log_of(&person, "welcome").await[0];
    assert_eq!(state(log), row.last, "{mode:?}");
    assert_eq!(figure(log, "attempts"), Some(row.tries), "{mode:?}");
    let chat = town.chat(&person).await;
    let copies = usize::from(mode.delivers() || row.last == SENT);
    assert_eq!(chat.len(), copies, "{mode:?}: never two");
    if !mode.delivers() && copies == 1 {
        let broken = String::from(town.number(1));
        assert_ne!(chat[0].from, broken, "{mode:?}: by another number");
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_does_to_message_number_and_phone_what_the_table_says() {
    assert_eq!(TABLE.each_ref().map(|row| row.mode), Mode::ALL);
    for row in &TABLE {
        plays(row).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_tried_five_times_from_half_a_minute_to_an_hour_apart() {
    let town = Town::open_at("09:00").await;
    for number in 1..=3 {
        town.set_mode(number, Mode::RateLimited).await;
    }
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    let mut seen = Vec::new();
    for _ in 0..8 * 60 {
        town.advance(60).await;
        let tries = (1..=3)
            .map(|n| town.cloud.simulator.asked(&town.number(n)).expect("known"))
            .map(|asked| asked.sends)
            .sum::<usize>();
        if seen.last().is_none_or(|(_, last)| *last != tries) {
            seen.push((town.now(), tries));
        }
    }
    assert_eq!(seen.last().map(|(_, tries)| *tries), Some(5));
    assert_eq!(town.state_of(&person, "welcome").await, "failed/exhausted");
    for pair in seen.windows(2) {
        let apart = pair[1].0.duration_since(pair[0].0).as_secs();
        assert!((0..=3_600 + 120).contains(&apart), "{apart} s apart");
    }
    assert!(town.chat(&person).await.is_empty());
}
