//! The part of the story in which admins work in the panel: every operation of its API, once.

use jiff::Timestamp;
use local::simulator::{Form, LidUse};
use serde_json::{Value, json};

use crate::panel::{Panel, etag};
use crate::panel_log::log;
use crate::panel_people::participants;
use crate::person::Person;
use crate::story::Story;
use crate::town::{Answer, Town};

/// The key of the number that an admin adds.
const KEY: &str = "key-of-a-new-number-4c1f";

pub(crate) async fn panel(town: &Town, story: &mut Story) {
    story.secrets.push(("key of a new number", KEY.to_owned()));
    let users = town.cloud.sign_in.users().all();
    for user in users {
        story.secrets.push(("password", user.password));
    }
    let admin = town.sign_in("admin").await;
    numbers(&admin, story).await;
    settings(&admin, story).await;
    inbound(town, &admin, story).await;
    suppressions(town, &admin, story).await;
    colleagues(&admin, story).await;
    participants(town, &admin, story).await;
    log(town, &admin).await;
    let page = admin.get("audit?limit=5").await;
    assert_eq!(page["items"].as_array().map(Vec::len), Some(5));
    let next = page["next_cursor"].as_str().expect("there is more");
    admin.get(&format!("audit?limit=5&cursor={next}")).await;
}

fn done(answer: &Answer) {
    assert!(answer.status < 300, "{}: {}", answer.status, answer.text);
}

async fn numbers(admin: &Panel<'_>, story: &mut Story) {
    let phone = "0811-0000-0077";
    story.knows(phone);
    let entry = json!({
        "label": "Nomor baru", "phone": phone, "api_key": KEY, "priority": 9,
        "in_use_since": "2025-01-01T00:00:00Z",
    });
    // Twice under one key, and once more under it with something else.
    for _ in 0..2 {
        done(&admin.post_once("numbers", "add-1", &entry).await);
    }
    let other = json!({
        "label": "Lain", "phone": phone, "api_key": KEY, "in_use_since": "2025-01-01T00:00:00Z",
    });
    assert_eq!(
        admin.post_once("numbers", "add-1", &other).await.status,
        409
    );
    let numbers = admin.get("numbers").await;
    let items = numbers["items"].as_array().expect("numbers").clone();
    let new = items.iter().find(|number| number["label"] == "Nomor baru");
    let path = format!("numbers/{}", word(new.expect("the new one"), "id"));
    let change = json!({"label": "Cadangan", "paused": true, "api_key": KEY});
    done(&admin.change(&path, &change).await);
    assert_eq!(admin.patch(&path, "\"0\"", &change).await.status, 409);
    done(&admin.press(&format!("{path}/test")).await);
    let hook = admin.press(&format!("{path}/webhook")).await;
    done(&hook);
    let url = hook.json()["url"].as_str().expect("an address").to_owned();
    let token = url.rsplit('/').next().unwrap_or_default().to_owned();
    story.secrets.push(("token of an address", token));
    // What is refused leaves nothing behind either.
    let wrong = json!({"label": phone, "phone": "x", "api_key": "a b", "in_use_since": "x"});
    assert_eq!(admin.post("numbers", &wrong).await.status, 422);
    let wrong = json!({"label": phone});
    assert_eq!(admin.change(&path, &wrong).await.status, 422);
    admin.ask(&format!("numbers/{phone}")).await;
    admin.ask(&format!("numbers?cursor={phone}")).await;
}

async fn settings(admin: &Panel<'_>, story: &mut Story) {
    admin.get("settings").await;
    let number = "0811-0000-0078";
    story.knows(number);
    let change = json!({
        "strategy": "random", "contact": {"admin_number": number},
        "landing": {"headline": "Saling berbagi"},
    });
    done(&admin.change("settings", &change).await);
    assert_eq!(
        admin.patch("settings", "\"9999\"", &change).await.status,
        409
    );
    let switches = json!({"all_stopped": true, "stopped": ["broadcast"]});
    done(&admin.put("settings/switches", &switches).await);
    let switches = json!({"all_stopped": false, "stopped": []});
    assert_eq!(admin.put("settings/switches", &switches).await.status, 428);
    let seen = etag(&admin.ask("settings/switches").await);
    let path = "settings/switches";
    done(&admin.put_over(path, &seen, &switches).await);
    let back = json!({
        "strategy": "round_robin", "contact": {"admin_number": local::seed::ADMIN_PHONE},
        "landing": {},
    });
    done(&admin.change("settings", &back).await);
}

async fn inbound(town: &Town, admin: &Panel<'_>, story: &mut Story) {
    let people = [Person::nth(985), Person::nth(986), Person::nth(987)];
    for person in &people {
        story.register(town, person).await;
        let phone = person.e164().parse().expect("a number");
        let hidden = local::simulator::Written::lid(&phone);
        story.secrets.push(("hidden id", hidden));
        town.says_in(person, 2, "STOP", Form::Simple, LidUse::Hidden)
            .await;
        town.advance(61).await;
    }
    let waiting = admin.get("inbound?limit=100").await;
    let mut items = waiting["items"].as_array().expect("items").clone();
    assert!(items.len() >= 3, "{waiting}");
    let ways = [("stop", &people[0]), ("wrong_number", &people[1])];
    for (request, person) in ways {
        let id = word(&items.pop().expect("an item"), "id").to_owned();
        let body = json!({"request": request, "phone": person.phone});
        done(&admin.post(&format!("inbound/{id}/resolve"), &body).await);
        let again = admin.press(&format!("inbound/{id}/dismiss")).await;
        assert_eq!(again.status, 404);
    }
    let id = word(&items.pop().expect("an item"), "id").to_owned();
    done(&admin.press(&format!("inbound/{id}/dismiss")).await);
}

async fn suppressions(town: &Town, admin: &Panel<'_>, story: &mut Story) {
    // One who is registered, and one who is not.
    let known = Person::nth(988);
    story.register(town, &known).await;
    let stranger = Person::nth(989);
    story.knows(&stranger.phone);
    for person in [&known, &stranger] {
        town.says(person, 1, "STOP").await;
        let index = town.index_of(person);
        let mut path = "suppressions?limit=2".to_owned();
        let found = loop {
            let page = admin.get(&path).await;
            let items = page["items"].as_array().expect("items").clone();
            if let Some(found) = items.into_iter().find(|item| word(item, "id") == index) {
                break found;
            }
            let next = page["next_cursor"].as_str().expect("it is in the list");
            path = format!("suppressions?limit=2&cursor={next}");
        };
        let lift = |since: &str, reason: &str| json!({"since": since, "reason": reason});
        let path = format!("suppressions/{index}/lift");
        let since = word(&found, "since");
        let refused = admin.post(&path, &lift(since, &person.phone)).await;
        assert_eq!(refused.status, 422);
        let other: Timestamp = "2020-01-01T00:00:00Z".parse().expect("a moment");
        let early = admin
            .post(&path, &lift(&other.to_string(), "minta lagi"))
            .await;
        assert_eq!(early.status, 409);
        done(&admin.post(&path, &lift(since, "minta lagi")).await);
    }
    // By their numbers, and one that nobody has written from.
    let asked = Person::nth(984);
    story.knows(&asked.phone);
    for reason in [asked.phone.as_str(), ""] {
        let wrong = json!({"phone": asked.phone, "reason": reason});
        assert_eq!(admin.post("suppressions", &wrong).await.status, 422);
    }
    let stop = json!({"phone": asked.phone, "reason": "diminta lewat telepon"});
    for person in [&asked, &known] {
        let stop = json!({"phone": person.phone, "reason": stop["reason"]});
        done(&admin.post("suppressions", &stop).await);
        let body = json!({"phone": person.phone});
        let found = admin.post("suppressions/search", &body).await;
        done(&found);
        let items = found.json()["items"].as_array().map(Vec::len);
        assert_eq!(items, Some(1), "{}", found.text);
    }
    for state in ["asked", "lifted"] {
        admin.get(&format!("suppressions?state={state}")).await;
    }
}

async fn colleagues(admin: &Panel<'_>, story: &mut Story) {
    let email = "rekan.baru@example.org";
    story
        .secrets
        .push(("a colleague's address", email.to_owned()));
    let invitation = json!({"email": email, "role": "operator"});
    done(&admin.post("admins", &invitation).await);
    admin.get("admins?limit=2").await;
    let all = admin.get("admins?limit=100").await;
    let all = all["items"].as_array().expect("colleagues").clone();
    let new = all
        .iter()
        .find(|one| one["email"] == email)
        .expect("invited");
    let path = format!("admins/{}", word(new, "id"));
    for change in [
        json!({"role": "viewer", "enabled": false}),
        json!({"enabled": true}),
    ] {
        done(&admin.change(&path, &change).await);
    }
    let wrong = json!({"email": "0811-0000-0077", "role": "admin"});
    assert_eq!(admin.post("admins", &wrong).await.status, 422);
}

fn word<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap_or_default()
}
