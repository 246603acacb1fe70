//! Messages that come while the store does not answer (requirement I3).

use std::time::{Duration, Instant};

use tests::{Person, Town};

async fn stopped(town: &Town, person: &Person) -> bool {
    town.standing_of(person).await.standing.is_stopped()
}

/// What waits in the queue, or waits there to be tried again.
fn aside(town: &Town) -> usize {
    let depth = town.cloud.conductor.depth("inbound").expect("a queue");
    depth.waiting + depth.ready + depth.running
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_down_messages_wait_in_the_queue_and_are_taken_later() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    town.cloud.faults.break_calls_of("webhook", 0..u64::MAX);
    for (n, text) in ["STOP", "STOP", "Halo"].into_iter().enumerate() {
        let id = format!("3EB0{}", n.min(1));
        let body = town.message(&person, &id, text).to_string();
        let answer = town.hook(1, body).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    }
    let no_json = town.hook(1, "{").await;
    assert_eq!(no_json.status, 400, "{}", no_json.text);
    town.advance(400).await;
    assert_eq!(aside(&town), 3, "tried again every three minutes");
    town.cloud.faults.break_calls_of("webhook", 0..0);
    assert!(!stopped(&town, &person).await);
    town.advance(200).await;
    assert!(stopped(&town, &person).await);
    assert_eq!(aside(&town), 0);
    let puts = town.cloud.queue.history();
    let bodies: Vec<_> = puts.iter().filter(|put| put.queue == "inbound").collect();
    assert_eq!(bodies.len(), 3);
    for put in bodies {
        assert!(!put.body.contains("number_id"), "nobody could be asked");
        assert!(!put.body.contains("STOP") && !put.body.contains("81210000001"));
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_body_that_was_put_aside_is_dropped_once_somebody_can_be_asked() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let path = town.hook_path(1);
    let (start, token) = path.rsplit_once('/').expect("a path");
    let forged = format!("{start}/{}{}", &token[..32], "A".repeat(32));
    let body = town.message(&Person::nth(1), "3EB0A", "STOP").to_string();
    town.cloud.faults.break_calls_of("webhook", 0..u64::MAX);
    let request = town.request(reqwest::Method::POST, &forged).body(body);
    assert_eq!(town.send(request).await.status, 200);
    town.cloud.faults.break_calls_of("webhook", 0..0);
    town.advance(400).await;
    assert_eq!(aside(&town), 0);
    assert!(!stopped(&town, &Person::nth(1)).await);
    town.check_invariants();
}

/// The old address ends after 24 hours; what came before that counts, however long it waited.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_ends_while_a_message_waits_was_good_when_it_came() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let number = town.number_id(1).await;
    let issued = app::hook_token::issue_hook_token(&town.cloud.app, number).await;
    issued.expect("a new address");
    town.advance(86_400 - 300).await;
    let person = Person::nth(1);
    let body = town.message(&person, "3EB0A", "STOP").to_string();
    town.cloud.faults.break_calls_of("webhook", 0..u64::MAX);
    assert_eq!(town.hook(1, body.clone()).await.status, 200);
    town.advance(600).await;
    town.cloud.faults.break_calls_of("webhook", 0..0);
    assert_eq!(town.hook(1, body).await.status, 404, "it has ended");
    assert!(!stopped(&town, &person).await);
    town.advance(200).await;
    assert!(stopped(&town, &person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_store_and_queue_the_answer_is_503_and_the_gateway_may_come_again() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = Person::nth(1);
    let body = town.message(&person, "3EB0A", "STOP").to_string();
    town.cloud.faults.break_calls_of("webhook", 0..u64::MAX);
    town.cloud.queue.refuse(&["inbound"]);
    let answer = town.hook(1, body.clone()).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.json().get("reply").is_none());
    town.cloud.queue.refuse(&[]);
    town.cloud.faults.break_calls_of("webhook", 0..0);
    let answer = town.hook(1, body).await;
    assert_eq!(answer.json()["reply"], true, "{}", answer.text);
    assert!(stopped(&town, &person).await);
}

/// Each of the calls that a STOP makes fails once: with the queue the STOP is taken all the same, and
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_the_stop_is_stored_in_the_end_and_once() {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.advance(5).await;
    let mut failed = 0;
    for n in 0.. {
        let person = Person::nth(100 + n);
        let body = town
            .message(&person, &format!("3EB0{n}"), "STOP")
            .to_string();
        let call = u64::from(n);
        town.cloud.faults.break_calls_of("webhook", call..call + 1);
        let answer = town.hook(1, body.clone()).await;
        town.cloud.faults.break_calls_of("webhook", 0..0);
        assert_eq!(answer.status, 200, "{n}: {}", answer.text);
        if answer.json()["reply"] == true {
            assert!(stopped(&town, &person).await);
            break;
        }
        failed += 1;
        // The queue delivers at once.
        let began = Instant::now();
        while aside(&town) > 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "{n}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(stopped(&town, &person).await, "{n}");
        let again = town.hook(1, body).await;
        assert_eq!(again.text, "{}", "{n}: it has had its effect");
    }
    assert!((3..10).contains(&failed), "{failed} calls");
    town.check_invariants();
}
