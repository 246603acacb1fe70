//! Who invited whom.

use tests::{Person, Town, word};

/// Everything waiting is played.
async fn quiet(town: &Town) {
    town.advance(300).await;
}

async fn alerts(town: &Town, referrer: &Person) -> Vec<String> {
    let chat = town.chat(referrer).await;
    chat.into_iter()
        .map(|message| message.text)
        .filter(|text| text.contains("Ada peserta baru"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_number_as_referrer_is_ignored_however_it_is_written() {
    let town = Town::open_at("12:00").await;
    for (n, code) in [(1, "081210000001"), (2, "+62 812-1000-0002")] {
        let person = Person {
            code: Some(code.to_owned()),
            ..Person::nth(n)
        };
        town.all_register(std::slice::from_ref(&person)).await;
        quiet(&town).await;
        assert_eq!(town.total_of(&person).await, 0);
        assert_eq!(town.chat(&person).await.len(), 1, "only the welcome");
    }
    for item in town.participants().await {
        assert_eq!(word(&item, "referrer_id"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_registers_later_is_credited_with_those_who_named_it_in_their_order() {
    let town = Town::open_at("12:00").await;
    let referrer = Person::nth(0);
    let names = ["Pertama", "Kedua", "Ketiga"];
    for (n, name) in (1..).zip(names) {
        let early = Person::nth(n).named(name).invited_by(&referrer);
        town.all_register(&[early]).await;
        town.advance(200).await;
    }
    assert_eq!(town.all_messages().await.len(), 3, "their welcomes only");

    town.all_register(std::slice::from_ref(&referrer)).await;
    quiet(&town).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2, 3]);
    assert_eq!(town.total_of(&referrer).await, 3);
    let alerts = alerts(&town, &referrer).await;
    assert_eq!(alerts.len(), 3);
    for (place, name) in (1..).zip(names) {
        let about = alerts.iter().find(|text| text.contains(name));
        let place = format!("Urutan    : Peserta ke-{place}\n");
        assert!(about.expect("an alert").contains(&place), "{alerts:?}");
    }

    // Those who come afterwards go on from there.
    let next = Person::nth(4).invited_by(&referrer);
    town.all_register(&[next]).await;
    quiet(&town).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2, 3, 4]);
    let waiting = town.items("participants").await;
    let pending = |item: &&tests::Item| word(item, "sk").unwrap_or_default().contains("PENDING");
    assert_eq!(waiting.iter().filter(pending).count(), 0, "nobody waits");
    town.check_invariants();
}

/// Referrer and invitee of twenty pairs send their forms at the same moment.
async fn pairs_at_once(town: &Town, round: u32) {
    let pairs: Vec<(Person, Person)> = (0..20)
        .map(|n| {
            let referrer = Person::nth(1_000 * round + 2 * n);
            let invitee = Person::nth(1_000 * round + 2 * n + 1).invited_by(&referrer);
            (referrer, invitee)
        })
        .collect();
    // Half of them in one order, half in the other.
    let forms: Vec<Person> = pairs
        .iter()
        .enumerate()
        .flat_map(|(n, (referrer, invitee))| {
            let pair = [referrer.clone(), invitee.clone()];
            if n % 2 == 0 {
                pair
            } else {
                let [a, b] = pair;
                [b, a]
            }
        })
        .collect();
    town.all_register(&forms).await;
    quiet(town).await;
    for (referrer, invitee) in &pairs {
        assert_eq!(town.places_given_by(referrer).await, [1]);
        assert_eq!(town.total_of(referrer).await, 1);
        assert_eq!(alerts(town, referrer).await.len(), 1, "one alert");
        assert_eq!(town.chat(invitee).await.len(), 1, "one welcome");
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_at_the_same_moment_as_their_referrer_gets_a_place() {
    let town = Town::open_at("10:00").await;
    for round in 0..3 {
        pairs_at_once(&town, round).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_race_with_ones_referrer_ends_well_although_transactions_meet_others() {
    let town = Town::open_at("10:00").await;
    town.cloud.faults.conflict_every(2);
    pairs_at_once(&town, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_and_those_who_come_while_the_referrer_registers_share_one_count() {
    let town = Town::open_at("10:00").await;
    let referrer = Person::nth(0);
    let through = |range: std::ops::RangeInclusive<u32>| -> Vec<Person> {
        range
            .map(|n| Person::nth(n).invited_by(&referrer))
            .collect()
    };
    town.all_register(&through(1..=10)).await;
    let mut forms = through(11..=30);
    forms.insert(10, referrer.clone());
    town.all_register(&forms).await;
    quiet(&town).await;
    let expected: Vec<i64> = (1..=30).collect();
    assert_eq!(town.places_given_by(&referrer).await, expected);
    assert_eq!(town.total_of(&referrer).await, 30);
    town.advance(3_660).await;
    assert_eq!(town.told_of(&referrer).await, 30);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_one_job_credits_may_have_waited_for_a_number() {
    let town = Town::open_at("20:00").await;
    let referrer = Person::nth(0);
    let early: Vec<Person> = (1..=105)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&early).await;
    town.advance(200).await;
    town.all_register(std::slice::from_ref(&referrer)).await;
    quiet(&town).await;
    let expected: Vec<i64> = (1..=105).collect();
    assert_eq!(town.places_given_by(&referrer).await, expected);
    assert_eq!(town.total_of(&referrer).await, 105);
    let waiting = town
        .count_rows("referrer_alert", "queued", "waiting_window")
        .await;
    assert_eq!(waiting, 105);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_referrer_stays_whatever_link_the_same_number_uses_later() {
    let town = Town::open_at("10:00").await;
    let (first, second) = (Person::nth(1), Person::nth(2));
    town.all_register(&[first.clone(), second.clone()]).await;
    let visitor = Person::nth(3).invited_by(&first);
    town.all_register(&[visitor]).await;
    quiet(&town).await;
    town.all_register(&[Person::nth(3).invited_by(&second)])
        .await;
    quiet(&town).await;
    assert_eq!(town.total_of(&first).await, 1);
    assert_eq!(town.total_of(&second).await, 0);
    assert!(alerts(&town, &second).await.is_empty());
}
