//! Items that cannot be read, in the panel's lists: each is missing alone.

use aws_sdk_dynamodb::types::AttributeValue;
use local::simulator::{Form, LidUse};
use serde_json::{Value, json};
use tests::{Item, Panel, Person, Town, word};

use super::participants::{names, path_of, town_with};

fn broken() -> AttributeValue {
    AttributeValue::S("x".to_owned())
}

/// Everything in a list, page by page of this size.
async fn walk(panel: &Panel<'_>, list: &str, size: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = format!("{list}limit={size}");
    for _ in 0..20 {
        let page = panel.get(&path).await;
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("{list}limit={size}&cursor={next}"),
            None => return all,
        }
    }
    panic!("{list} has no end");
}

async fn with(town: &Town, table: &str, key: &str, value: &str) -> Item {
    let items = town.items(table).await;
    let found = items
        .into_iter()
        .find(|item| word(item, key) == Some(value));
    found.unwrap_or_else(|| panic!("no {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_it_in_the_inbox_is_reached() {
    let town = Town::open_at("12:00").await;
    for n in 1..=3 {
        town.says_in(&Person::nth(n), 1, "STOP", Form::Simple, LidUse::Hidden)
            .await;
        town.advance(61).await;
    }
    let operator = town.sign_in("operator").await;
    let all = walk(&operator, "inbound?", 1).await;
    assert_eq!(all.len(), 3);
    let first = with(&town, "inbox", "id", all[0]["id"].as_str().unwrap()).await;
    town.spoil("inbox", &first, "kind", broken()).await;
    for size in 1..=3 {
        assert_eq!(walk(&operator, "inbound?", size).await, all[1..], "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_behind_it_are_listed() {
    let town = Town::open().await;
    let operator = town.sign_in("operator").await;
    let all = walk(&operator, "numbers?", 1).await;
    let id = all[0]["id"].as_str().unwrap();
    let first = with(&town, "broadcast_numbers", "number_id", id).await;
    town.spoil("broadcast_numbers", &first, "priority", broken())
        .await;
    let ids = |items: &[Value]| {
        items
            .iter()
            .map(|one| one["id"].clone())
            .collect::<Vec<_>>()
    };
    for size in 1..=3 {
        let left = walk(&operator, "numbers?", size).await;
        assert_eq!(ids(&left), ids(&all[1..]), "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_among_the_invited_is_shown_without_the_person() {
    let referrer = Person::nth(1).named("Dewi Lestari");
    let town = town_with(std::slice::from_ref(&referrer)).await;
    for n in 2..=4 {
        let person = Person::nth(n).named("Siti Aminah").invited_by(&referrer);
        town.all_register(&[person]).await;
        town.advance(30).await;
    }
    let operator = town.sign_in("operator").await;
    let second = town.participant(&Person::nth(3)).await.unwrap();
    town.spoil("participants", &second, "status", broken())
        .await;
    let path = path_of(&town, &referrer).await;
    let path = path.replace("participants", "referrers");
    for size in 1..=3 {
        let places = walk(&operator, &format!("{path}?"), size).await;
        let shown = |one: &Value| (one["sequence"].clone(), one["name"].clone());
        let shown: Vec<_> = places.iter().map(shown).collect();
        let name = json!("Siti Aminah");
        let expected = [
            (json!(1), name.clone()),
            (json!(2), Value::Null),
            (json!(3), name),
        ];
        assert_eq!(shown, expected, "{size}");
        assert_eq!(places[1]["id"].as_str(), word(&second, "id"));
    }
    // Nor does it hide whom they invited if they themselves cannot be read.
    let own = town.participant(&referrer).await.unwrap();
    town.spoil("participants", &own, "status", broken()).await;
    let file = operator.get(&path).await;
    assert_eq!((&file["name"], &file["total"]), (&Value::Null, &json!(3)));
    assert_eq!(file["items"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_and_overview_go_on_without_a_total() {
    let town = town_with(&[]).await;
    let referrers: Vec<Person> = (1..=3).map(Person::nth).collect();
    town.all_register(&referrers).await;
    for (n, referrer) in (10..).zip(&referrers) {
        let city = format!("Kota {n}x");
        let invited = Person {
            city,
            ..Person::nth(n).invited_by(referrer)
        };
        town.all_register(&[invited]).await;
    }
    town.advance(120).await;
    let operator = town.sign_in("operator").await;
    let all = walk(&operator, "referrers?", 1).await;
    assert_eq!(all.len(), 3);
    let before = operator.get("overview").await;
    let spoil = async |pk: &str, sk: &str, name: &str| {
        let items = town.items("counters").await;
        let found = items
            .iter()
            .find(|item| word(item, "pk") == Some(pk) && word(item, "sk") == Some(sk));
        let found = found.unwrap_or_else(|| panic!("no {pk} {sk}"));
        town.spoil("counters", found, name, broken()).await;
    };
    let first = format!("REFERRER#{}", all[0]["id"].as_str().unwrap());
    spoil(&first, "all", "total").await;
    let city = before["cities"][0]["city_key"].as_str().unwrap().to_owned();
    let cities = town.items("counters").await;
    let of_city = |item: &&Item| word(item, "sk") == Some(&format!("K#{city}"));
    let pk = word(cities.iter().find(of_city).expect("a city"), "pk").unwrap();
    spoil(pk, &format!("K#{city}"), "total").await;
    spoil("REGISTERED#2026-11", "2026-11-24", "registered").await;
    for size in 1..=3 {
        assert_eq!(
            walk(&operator, "referrers?", size).await,
            all[1..],
            "{size}"
        );
    }
    let after = operator.get("overview").await;
    let length = |of: &Value, list: &str| of[list].as_array().unwrap().len();
    for list in ["referrers", "cities"] {
        assert_eq!(length(&after, list), length(&before, list) - 1, "{list}");
    }
    assert_eq!(length(&after, "days"), length(&before, "days"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_goes_on_behind_an_entry() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    for percent in 1..=4 {
        let body = json!({"welcome_reserve_percent": percent});
        assert_eq!(admin.change("settings", &body).await.status, 200);
        town.advance(1).await;
    }
    let all = walk(&admin, "audit?", 1).await;
    assert_eq!(all.len(), 4);
    for n in [1, 3] {
        let entry = with(&town, "audit", "id", all[n]["id"].as_str().unwrap()).await;
        town.spoil("audit", &entry, "author", broken()).await;
    }
    let left = [all[0].clone(), all[2].clone()];
    for size in 1..=4 {
        assert_eq!(walk(&admin, "audit?", size).await, left, "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_listed_although_nobody_can_tell_whose_it_is() {
    let people = [Person::nth(1), Person::nth(2)];
    let town = town_with(&people).await;
    for person in &people {
        town.says(person, 1, "STOP").await;
        town.advance(1).await;
    }
    let guard = format!("G#{}", town.index_of(&people[0]));
    let guard = with(&town, "participants", "pk", &guard).await;
    let odd = AttributeValue::N("5".to_owned());
    town.spoil("participants", &guard, "participant_id", odd)
        .await;
    let operator = town.sign_in("operator").await;
    let stops = walk(&operator, "suppressions?", 1).await;
    assert_eq!(stops.len(), 2);
    assert_eq!(stops[0]["participant"]["phone"], people[1].e164());
    assert_eq!(stops[1]["participant"], Value::Null);
    let both = operator.get("participants").await;
    assert_eq!(names(&both).len(), 2);
}
