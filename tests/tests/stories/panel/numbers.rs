//! Sending numbers in the panel.

use domain::phone::Phone;
use local::simulator::Mode;
use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::{code, etag, wrong_fields};
use tests::{Person, Town, word};

const KEY: &str = "simulated-key-9";

fn entry(phone: &str) -> Value {
    json!({
        "label": "Nomor 9", "phone": phone, "api_key": KEY, "priority": 2,
        "in_use_since": "2025-01-01T00:00:00Z",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_listed_by_priority_page_by_page_without_their_keys() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let whole = admin.get("numbers").await;
    assert_eq!(whole["next_cursor"], Value::Null);
    let items = whole["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    for (_, phone, key) in local::seed::NUMBERS {
        assert!(whole.to_string().contains(phone), "{phone}");
        assert!(!whole.to_string().contains(key), "a key is shown");
    }
    let first = &items[0];
    assert_eq!(first["state"], "usable");
    assert_eq!(first["cap_today"], 4_800);
    assert_eq!(first["sent_today"], 0);

    let mut pages = Vec::new();
    let mut cursor = String::new();
    for _ in 0..3 {
        let page = admin.get(&format!("numbers?limit=1{cursor}")).await;
        pages.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => cursor.clear(),
        }
    }
    assert_eq!(&pages, items);
    assert!(cursor.is_empty(), "the last page says that it is the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_as_it_was_given_and_for_its_list_alone() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let page = admin.get("numbers?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let mut changed: Vec<char> = cursor.chars().collect();
    let last = changed.len() - 2;
    changed[last] = if changed[last] == 'A' { 'B' } else { 'A' };
    let changed: String = changed.into_iter().collect();
    for bad in [&changed, &cursor[..20], &format!("{cursor}AAAA")] {
        let answer = admin.ask(&format!("numbers?limit=1&cursor={bad}")).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (400, "invalid_cursor")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_added_once_however_often_the_call_comes() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let body = entry("0811-0000-0009");
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(admin.post_once("numbers", "one", &body).await);
    }
    let next = entry("0811-0000-0010");
    let (first, second) = tokio::join!(
        admin.post_once("numbers", "two", &next),
        admin.post_once("numbers", "two", &next)
    );
    answers.extend([first, second]);
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert!(!answer.text.contains(KEY));
    }
    let id = |at: usize| answers[at].json()["id"].clone();
    assert_eq!(id(0), id(1));
    assert_eq!(id(2), id(3));
    assert_ne!(id(0), id(2));
    assert_eq!(answers[0].json()["phone"], "+6281100000009");
    assert_eq!(town.items("broadcast_numbers").await.len(), 5);
    assert_eq!(town.items("pace").await.len(), 5);
    assert_eq!(town.items("audit").await.len(), 2);

    let mut other = body.clone();
    other["label"] = "Nomor 10".into();
    let reused = admin.post_once("numbers", "one", &other).await;
    assert_eq!(
        (reused.status, code(&reused).as_str()),
        (409, "idempotency_key_reused")
    );
    let without = admin
        .send(admin.request(Method::POST, "numbers").json(&body))
        .await;
    assert_eq!(code(&without), "idempotency_key_required");
    assert_eq!(without.status, 400);
    let long = admin.post_once("numbers", &"k".repeat(65), &body).await;
    assert_eq!(
        (long.status, code(&long).as_str()),
        (400, "invalid_idempotency_key")
    );
    assert_eq!(town.items("broadcast_numbers").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whatsapp_number_is_added_once_however_it_is_written() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    // One of the numbers that send already, and a new one by two people at once.
    let known = admin.post("numbers", &entry("+6281100000001")).await;
    let (one, other) = (entry("0811-0000-0009"), entry("+62 811 0000 0009"));
    let (one, other) = tokio::join!(admin.post("numbers", &one), admin.post("numbers", &other));
    let (added, late) = if one.status == 201 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(added.status, 201, "{}", added.text);
    for refused in [known, late] {
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (409, "phone_present"),
            "{}",
            refused.text
        );
    }
    // One pace for each: never two requests in flight.
    assert_eq!(town.items("broadcast_numbers").await.len(), 4);
    assert_eq!(town.items("pace").await.len(), 4);
    assert_eq!(town.items("audit").await.len(), 1);
    let sends = added.json()["id"].as_str().unwrap().to_owned();
    let guards = town.items("settings").await;
    let guards = guards
        .iter()
        .filter(|item| word(item, "sk") == Some("GUARD"));
    let held: Vec<_> = guards.filter_map(|item| word(item, "number_id")).collect();
    assert_eq!(held.len(), 4);
    assert!(held.contains(&sends.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_number_stands_beside_its_field_and_nothing_is_written() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let later = "2999-01-01T00:00:00Z";
    for (field, value) in [
        ("label", json!("")),
        ("label", json!("x".repeat(61))),
        ("label", json!("Nomor 0812-1000-0009")),
        ("phone", json!("021 555 1234")),
        ("phone", json!(7)),
        ("api_key", json!("")),
        ("api_key", json!("with space")),
        ("priority", json!(0)),
        ("priority", json!(-1)),
        ("in_use_since", json!(later)),
        ("in_use_since", json!("yesterday")),
        ("hourly_cap", json!(601)),
        ("hourly_cap", json!(0)),
        ("daily_cap", json!(0)),
        ("gap_min_s", json!(1)),
        ("colour", json!("red")),
    ] {
        let mut body = entry("081100000009");
        body[field] = value;
        let answer = admin.post("numbers", &body).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.text);
        assert!(
            wrong_fields(&answer).contains(&field.to_owned()),
            "{field}: {}",
            answer.text
        );
        assert!(!answer.text.contains("0009"), "{}", answer.text);
    }
    let mut missing = entry("081100000009");
    missing.as_object_mut().unwrap().remove("phone");
    let answer = admin.post("numbers", &missing).await;
    assert_eq!(wrong_fields(&answer), ["phone"]);
    assert_eq!(town.items("broadcast_numbers").await.len(), 3);
    assert_eq!(town.items("audit").await.len(), 0);
    let marks = town.items("limits").await;
    assert!(
        !marks
            .iter()
            .any(|item| word(item, "key").unwrap().starts_with("IDEMPOTENCY"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_for_what_was_seen() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let id = admin.get("numbers").await["items"][0]["id"].clone();
    let path = format!("numbers/{}", id.as_str().unwrap());
    let seen = admin.ask(&path).await;
    let tag = etag(&seen);

    let body = json!({"label": "Utama", "priority": 3, "hourly_cap": 100, "paused": true});
    let changed = admin.patch(&path, &tag, &body).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let now = changed.json();
    assert_eq!(now["label"], "Utama");
    assert_eq!(now["state"], "paused");
    assert_eq!(
        (&now["hourly_cap"], &now["daily_cap"]),
        (&json!(100), &json!(4_800))
    );
    assert_eq!(now["health"][0]["what"], "paused");
    assert_ne!(etag(&changed), tag);
    let order = admin.get("numbers").await;
    assert_eq!(order["items"][2]["id"], id);

    // Somebody who still looks at the old state.
    let late = admin.patch(&path, &tag, &json!({"label": "Lama"})).await;
    assert_eq!((late.status, code(&late).as_str()), (409, "overtaken"));
    assert_eq!(late.json()["current"], now);
    let blind = admin
        .send(admin.request(Method::PATCH, &path).json(&body))
        .await;
    assert_eq!(
        (blind.status, code(&blind).as_str()),
        (428, "precondition_required")
    );
    let odd = admin.patch(&path, "*", &body).await;
    assert_eq!((odd.status, code(&odd).as_str()), (400, "invalid_if_match"));

    let entries = town.items("audit").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(word(&entries[0], "action"), Some("numbers.change"));
    assert_eq!(word(&entries[0], "subject"), id.as_str());
    let whole = format!("{entries:?}");
    assert!(whole.contains("hourly_cap") && !whole.contains("Utama"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_holds() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let id = admin.get("numbers").await["items"][0]["id"].clone();
    let path = format!("numbers/{}", id.as_str().unwrap());
    let (one, other) = (json!({"priority": 5}), json!({"priority": 6}));
    let (one, other) = tokio::join!(
        admin.patch(&path, "\"0\"", &one),
        admin.patch(&path, "\"0\"", &other)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(town.items("audit").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_tested_without_a_message_and_a_number_comes_back() {
    let town = Town::open_at("12:00").await;
    let admin = town.sign_in("admin").await;
    town.set_mode(1, Mode::InvalidKey).await;
    for n in 1..=3 {
        assert_eq!(town.register(&Person::nth(n)).await.status, 201);
    }
    town.advance(60).await;
    let numbers = admin.get("numbers").await;
    let out = numbers["items"].as_array().unwrap().iter();
    let out: Vec<&Value> = out.filter(|number| number["state"] == "out").collect();
    assert_eq!(out.len(), 1);
    assert_eq!(out[0]["out_reason"], "key_invalid");
    let path = format!("numbers/{}", out[0]["id"].as_str().unwrap());
    let sent = town.all_messages().await.len();

    let operator = town.sign_in("operator").await;
    let refused = operator.press(&format!("{path}/test")).await;
    assert_eq!(
        (refused.status, &refused.json()["answer"]),
        (200, &json!("refused"))
    );
    town.set_mode(1, Mode::Ok).await;
    let valid = operator.press(&format!("{path}/test")).await;
    assert_eq!(valid.json()["answer"], "valid");
    assert_eq!(town.all_messages().await.len(), sent);

    let back = admin.change(&path, &json!({"is_active": true})).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(back.json()["state"], "usable");
    assert_eq!(back.json()["out_reason"], Value::Null);
    let stop = admin.change(&path, &json!({"is_active": false})).await;
    assert_eq!(wrong_fields(&stop), ["is_active"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_address_is_shown_once_and_those_before_stay_good_for_a_day() {
    let town = Town::open_at("12:00").await;
    let admin = town.sign_in("admin").await;
    let phone = local::seed::NUMBERS[0].1;
    let numbers = admin.get("numbers").await;
    let number = numbers["items"].as_array().unwrap().iter();
    let number = number
        .clone()
        .find(|number| number["phone"] == phone)
        .unwrap();
    let path = format!("numbers/{}", number["id"].as_str().unwrap());
    let before = town.hook_path(1);
    let press = async || {
        let answer = admin.press(&format!("{path}/webhook")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["url"].as_str().unwrap().to_owned()
    };
    // Pressed twice: the gateway still posts to the address from before both.
    let between = press().await;
    let between = between.strip_prefix(&town.cloud.base_url).unwrap();
    let url = press().await;
    let new = url.strip_prefix(&town.cloud.base_url).unwrap();
    assert_ne!(new, before);
    let post = async |path: &str, id: &str| {
        let body = town.message(&Person::nth(1), id, "Halo").to_string();
        let request = town.request(Method::POST, path);
        town.send(request.body(body)).await.status
    };
    assert_eq!(post(new, "a").await, 200);
    assert_eq!(post(&before, "b").await, 200);
    assert_eq!(post(between, "e").await, 200);
    town.advance(24 * 3_600 + 1).await;
    assert_eq!(post(new, "c").await, 200);
    assert_eq!(post(&before, "d").await, 404);
    assert_eq!(post(between, "f").await, 404);
    let shown = admin.get(&path).await;
    assert_eq!(shown["has_webhook"], true);
    assert!(!shown.to_string().contains(url.rsplit('/').next().unwrap()));
    let nobody = admin
        .press("numbers/00000000-0000-4000-8000-000000000000/webhook")
        .await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_takes_the_place_of_the_old_one() {
    let town = Town::open_at("12:00").await;
    let admin = town.sign_in("admin").await;
    let phone = Phone::parse(local::seed::NUMBERS[0].1).unwrap();
    let numbers = admin.get("numbers").await;
    let number = numbers["items"].as_array().unwrap().iter();
    let number = number
        .clone()
        .find(|one| one["phone"] == phone.e164())
        .unwrap();
    let path = format!("numbers/{}", number["id"].as_str().unwrap());
    let wrong = admin
        .change(&path, &json!({"api_key": "nobody-knows-it"}))
        .await;
    assert_eq!(wrong.status, 200, "{}", wrong.text);
    assert!(!wrong.text.contains("nobody-knows-it"));
    let tested = admin.press(&format!("{path}/test")).await;
    assert_eq!(tested.json()["answer"], "refused");
    let key = local::seed::NUMBERS[0].2;
    admin.change(&path, &json!({"api_key": key})).await;
    let tested = admin.press(&format!("{path}/test")).await;
    assert_eq!(tested.json()["answer"], "valid");
}
