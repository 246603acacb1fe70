//! A sending number breaks, and its messages take another way.

use app::numbers::reactivate;
use local::simulator::Mode;
use tests::{Person, Town, figure, flag, state, word};

fn people(count: u32) -> Vec<Person> {
    (1..=count).map(Person::nth).collect()
}

/// Each has exactly one message, and it came by one of these numbers.
async fn each_arrived_once_by(town: &Town, people: &[Person], numbers: &[usize]) {
    let allowed: Vec<String> = numbers
        .iter()
        .map(|n| String::from(town.number(*n)))
        .collect();
    for person in people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1, "one welcome each");
        assert!(allowed.contains(&chat[0].from), "sent by {}", chat[0].from);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_with_an_invalid_key_is_out_after_one_failure_and_the_others_deliver() {
    let town = Town::open_at("12:00").await;
    town.set_mode(1, Mode::InvalidKey).await;
    let people = people(12);
    town.all_register(&people).await;
    town.advance(120).await;

    let number = town.number_item(1).await;
    assert_eq!(flag(&number, "is_active"), Some(false));
    assert_eq!(word(&number, "out_reason"), Some("key_invalid"));
    assert_eq!(figure(&number, "failure_streak"), Some(1), "one failure");
    each_arrived_once_by(&town, &people, &[2, 3]).await;
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 12);
    town.check_invariants();

    // It stays out, whatever comes, until a person brings it back.
    let later = Person::nth(50);
    town.all_register(std::slice::from_ref(&later)).await;
    town.advance(600).await;
    each_arrived_once_by(&town, &[later], &[2, 3]).await;
    assert_eq!(
        figure(&town.number_item(1).await, "failure_streak"),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_answer_never_came_reads_unconfirmed_and_is_not_sent_again() {
    let town = Town::open_impatient_at("12:00").await;
    town.set_mode(2, Mode::TimeoutAfter).await;
    let people = people(9);
    town.all_register(&people).await;
    // Shorter than the number rests: it makes one request only.
    town.advance(29).await;
    town.set_mode(2, Mode::Ok).await;
    let number = town.number_item(2).await;
    assert_eq!(flag(&number, "is_active"), Some(true), "it only rests");
    assert_eq!(figure(&number, "failure_streak"), Some(1));
    // Days later nothing has been sent again.
    town.advance(3 * 24 * 3_600).await;

    let by_broken = String::from(town.number(2));
    let mut unconfirmed = 0;
    for person in &people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1, "exactly one copy each");
        let expected = if chat[0].from == by_broken {
            unconfirmed += 1;
            "failed/unconfirmed"
        } else {
            "sent/accepted"
        };
        assert_eq!(town.state_of(person, "welcome").await, expected);
    }
    assert_eq!(unconfirmed, 1);
    town.check_invariants();

    // Having rested, the number works again, and its streak is over.
    let next: Vec<Person> = (20..23).map(Person::nth).collect();
    town.advance_to("12:00").await;
    town.all_register(&next).await;
    town.advance(60).await;
    each_arrived_once_by(&town, &next, &[1, 2, 3]).await;
    assert_eq!(
        figure(&town.number_item(2).await, "failure_streak"),
        Some(0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_number_that_refuses_connections_go_on_at_once_and_it_rests() {
    let town = Town::open_at("12:00").await;
    town.set_mode(3, Mode::Refused).await;
    let people = people(9);
    town.all_register(&people).await;
    let registered = town.now();
    town.advance(29).await;

    let number = town.number_item(3).await;
    assert_eq!(flag(&number, "is_active"), Some(true));
    assert_eq!(figure(&number, "failure_streak"), Some(1));
    let rests_until = figure(&number, "cool_until").expect("it rests");
    assert!(rests_until > town.now().as_millisecond());
    each_arrived_once_by(&town, &people, &[1, 2]).await;
    let last = town.all_messages().await.into_iter().map(|m| m.at).max();
    let waited = last.expect("messages").duration_since(registered);
    assert!(waited.as_secs() < 29, "at once, not after a rest: {waited}");
    for person in &people {
        let row = &town.log_of(person, "welcome").await[0];
        assert_eq!(state(row), "sent/accepted");
        assert_eq!(figure(row, "attempts"), Some(1), "a refusal is no try");
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_number_out_messages_stay_queued_and_arrive_once_the_numbers_are_back() {
    let town = Town::open_at("12:00").await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Redirect).await;
    }
    let people = people(5);
    town.all_register(&people).await;
    town.advance(1_800).await;
    for number in 1..=3 {
        let item = town.number_item(number).await;
        assert_eq!(flag(&item, "is_active"), Some(false));
    }
    assert!(town.all_messages().await.is_empty());
    let rows = town.rows().await;
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.status == "queued"), "{rows:?}");

    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
        let id = town.number_id(number).await;
        reactivate(&town.cloud.app, id).await.expect("known");
    }
    town.advance(60).await;
    each_arrived_once_by(&town, &people, &[1, 2, 3]).await;
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 5);
    town.check_invariants();
}
