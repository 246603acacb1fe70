//! Items that cannot be read: each stands alone, and everything else goes on.

use aws_sdk_dynamodb::types::AttributeValue;
use tests::{Item, Person, Town, figure, state, word};

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// A welcome goes out with the built-in text although this is stored.
async fn a_welcome_goes_despite(table: &str, item: &[(&str, &str)]) {
    let town = Town::open_on("2026-11-24 10:00").await;
    let item = item.iter().map(|(k, v)| ((*k).to_owned(), text(v)));
    town.put(table, item.collect()).await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    let row = &town.log_of(&person, "welcome").await[0];
    assert_eq!(state(row), "sent/accepted");
    assert_eq!(figure(row, "template_version"), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_readable_template_the_built_in_text_goes() {
    let template = [
        ("pk", "TEMPLATE#welcome"),
        ("sk", "ACTIVE"),
        ("version", "x"),
    ];
    a_welcome_goes_despite("settings", &template).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_readable_event_people_register_and_are_welcomed() {
    let event = [
        ("pk", "E#x"),
        ("sk", "META"),
        ("listing", "planned"),
        ("start_key", "2026-11-29T12:30:00.000Z#x"),
    ];
    a_welcome_goes_despite("events", &event).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_whose_counter_cannot_be_read_is_tried_like_any_other_and_not_for_ever() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    town.cloud.queue.lose(&["wake", "turns"]);
    town.all_register(&[Person::nth(1).invited_by(&referrer)])
        .await;
    town.advance(5).await;
    let counter = &town.participants_items("REFERRALS").await[0];
    let whole = town
        .spoil("participants", counter, "singles", text("x"))
        .await;
    town.cloud.queue.lose(&[]);
    town.advance(120).await;
    let row = &town.log_of(&referrer, "referrer_alert").await[0];
    assert_eq!(state(row), "queued/retry");
    assert!(figure(row, "attempts").is_some_and(|n| n > 0), "{row:?}");
    assert_eq!(
        town.state_of(&Person::nth(1), "welcome").await,
        "sent/accepted"
    );
    town.put("participants", whole).await;
    town.advance(600).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_cannot_be_read_keeps_no_other_claim_from_ending() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    let people: Vec<_> = (1..=8)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&people).await;
    town.advance(180).await;
    let rows = town.log_of(&referrer, "referrer_alert").await;
    let member = rows.iter().find(|row| state(row) == "sent/grouped");
    let member = member.expect("a row that another carried");
    let of_member = |row: &&Item| word(row, "id") == word(member, "grouped_in");
    let carrier = rows.iter().find(of_member).expect("its carrier");
    town.spoil("notifications_log", carrier, "status", text("x"))
        .await;
    let welcome = &town.log_of(&people[0], "welcome").await[0];
    let token = "00000000-0000-4000-8000-000000000000";
    town.lose_worker(member, token).await;
    town.lose_worker(welcome, token).await;
    town.all_register(&[Person::nth(50)]).await;
    town.advance(120).await;
    assert_eq!(
        town.state_of(&people[0], "welcome").await,
        "failed/unconfirmed"
    );
    // Nobody can tell what its carrier came to.
    let rows = town.log_of(&referrer, "referrer_alert").await;
    let after = rows
        .iter()
        .find(|row| word(row, "id") == word(member, "id"));
    assert_eq!(state(after.expect("the row")), "failed/unconfirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_number_is_credited_although_one_item_cannot_be_read() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = Person::nth(0);
    for n in 1..=3 {
        town.all_register(&[Person::nth(n).invited_by(&referrer)])
            .await;
        town.advance(200).await;
    }
    let pending = |item: &&Item| word(item, "sk").is_some_and(|sk| sk.starts_with("PENDING#"));
    let items = town.items("participants").await;
    let mut items: Vec<_> = items.iter().filter(pending).collect();
    items.sort_by_key(|item| word(item, "sk"));
    let broken = AttributeValue::N("5".to_owned());
    let whole = town
        .spoil("participants", items[1], "participant_id", broken)
        .await;
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2]);
    // Once it can be read it is not forgotten.
    town.put("participants", whole).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2, 3]);
    let items = town.items("participants").await;
    let left = |item: &&Item| word(item, "sk").is_some_and(|sk| sk.starts_with("PENDING"));
    assert_eq!(items.iter().filter(left).count(), 0, "nobody waits");
}
