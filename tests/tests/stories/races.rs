//! Many people at the same moment.

use std::collections::BTreeMap;

use tests::{Person, Town, word};

fn invitees(referrer: &Person, count: u32) -> Vec<Person> {
    (1..=count)
        .map(|n| Person::nth(n).invited_by(referrer))
        .collect()
}

/// Registers them all at once and plays until nothing is left to do.
async fn everybody_at_once(town: &Town, referrer: &Person, count: u32) {
    assert_eq!(town.register(referrer).await.status, 201);
    let people = invitees(referrer, count);
    town.all_register(&people).await;
    // Two messages each, three numbers, 3.5 s on average; and alerts beyond one list wait an hour
    // for the next.
    let lists = u64::from(count).div_ceil(90);
    town.advance(u64::from(count) * 5 + 60 + lists * 3_660)
        .await;

    let expected: Vec<i64> = (1..=i64::from(count)).collect();
    assert_eq!(town.places_given_by(referrer).await, expected);
    assert_eq!(town.total_of(referrer).await, i64::from(count));
    assert_eq!(town.participants().await.len(), people.len() + 1);
    assert_eq!(
        town.participants_items("GUARD").await.len(),
        people.len() + 1
    );

    let mut arrived: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in town.cloud.simulator.received() {
        let chat = arrived.entry(String::from(message.to)).or_default();
        chat.push(message.text);
    }
    for person in &people {
        let chat = &arrived[&person.e164()];
        assert_eq!(chat.len(), 1, "one welcome each");
    }
    assert_eq!(town.told_of(referrer).await, people.len(), "each once");
    let rows = town.log_of(referrer, "referrer_alert").await;
    assert_eq!(rows.len(), people.len(), "one alert for each");
    let sent = rows
        .iter()
        .filter(|row| word(row, "status") == Some("sent"));
    assert_eq!(sent.count(), people.len());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_through_one_link_get_the_places_one_to_two_hundred() {
    let town = Town::open_at("12:00").await;
    everybody_at_once(&town, &Person::nth(0), 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_have_no_gap_although_every_third_transaction_meets_another() {
    let town = Town::open_at("12:00").await;
    town.cloud.faults.conflict_every(3);
    everybody_at_once(&town, &Person::nth(0), 60).await;
}

/// Fifty forms with one number, written in ten ways.
async fn one_number_fifty_times(town: &Town) {
    let spellings = [
        "081210000001",
        "0812-1000-0001",
        "0812 1000 0001",
        "(0812) 1000 0001",
        "0812.1000.0001",
        "6281210000001",
        "+62 812-1000-0001",
        "+62 (0)812 1000 0001",
        "81210000001",
        "62 0812 1000 0001",
    ];
    let referrer = Person::nth(0);
    assert_eq!(town.register(&referrer).await.status, 201);
    let forms: Vec<Person> = (0..50)
        .map(|n| Person {
            phone: spellings[n % spellings.len()].to_owned(),
            ..Person::nth(1).invited_by(&referrer)
        })
        .collect();
    let answers = town.register_at_once(&forms).await;
    for answer in &answers {
        assert_eq!(answer.status, 201);
        assert_eq!(answer.text, answers[0].text);
    }
    town.advance(120).await;
    assert_eq!(town.participants().await.len(), 2);
    assert_eq!(town.participants_items("GUARD").await.len(), 2);
    assert_eq!(town.places_given_by(&referrer).await, [1]);
    assert_eq!(town.total_of(&referrer).await, 1);
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 2);
    assert_eq!(
        town.count_rows("referrer_alert", "sent", "accepted").await,
        1
    );
    assert_eq!(town.rows().await.len(), 3, "nothing else was decided");
    assert_eq!(town.chat(&forms[0]).await.len(), 1);
    assert_eq!(town.chat(&referrer).await.len(), 2);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_forms_with_one_number_make_one_participant_one_welcome_and_one_answer() {
    let town = Town::open_at("12:00").await;
    one_number_fifty_times(&town).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_forms_with_one_number_stay_one_participant_although_transactions_meet() {
    let town = Town::open_at("12:00").await;
    town.cloud.faults.conflict_every(3);
    one_number_fifty_times(&town).await;
}
