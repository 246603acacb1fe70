//! Stops and what came in, in the panel.

use domain::suppression::Standing;
use local::simulator::{Form, LidUse};
use serde_json::{Value, json};
use tests::panel::{code, wrong_fields};
use tests::{Person, Town, word};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_from_a_hidden_sender_is_settled_once() {
    let town = Town::open_at("12:00").await;
    let person = Person::nth(1);
    assert_eq!(town.register(&person).await.status, 201);
    town.advance(60).await;
    for _ in 0..2 {
        town.says_in(&person, 1, "STOP", Form::Simple, LidUse::Hidden)
            .await;
        town.advance(61).await;
    }
    let operator = town.sign_in("operator").await;
    let viewer = town.sign_in("viewer").await;
    let page = operator.get("inbound?limit=1").await;
    let item = &page["items"][0];
    assert_eq!(item["kind"], "stop_unresolved");
    assert!(item["content"].as_str().unwrap().contains("STOP"));
    let next = page["next_cursor"].as_str().unwrap();
    let second = operator
        .get(&format!("inbound?limit=1&cursor={next}"))
        .await;
    assert_ne!(second["items"][0]["id"], item["id"]);
    assert_eq!(
        viewer.get("inbound").await["items"][0]["content"],
        Value::Null
    );

    let path = format!("inbound/{}", item["id"].as_str().unwrap());
    let wrong = json!({"request": "stop", "phone": "021 555"});
    let wrong = operator.post(&format!("{path}/resolve"), &wrong).await;
    assert_eq!(wrong_fields(&wrong), ["phone"]);
    let body = json!({"request": "stop", "phone": person.phone});
    let refused = viewer.post(&format!("{path}/resolve"), &body).await;
    assert_eq!(refused.status, 403);
    let resolve = format!("{path}/resolve");
    let (one, other) = tokio::join!(
        operator.post(&resolve, &body),
        operator.post(&resolve, &body)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    let entries = town.items("audit").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(word(&entries[0], "action"), Some("inbound.stop"));
    let id = town.id_of(&person).await.unwrap().to_string();
    assert_eq!(word(&entries[0], "subject"), Some(id.as_str()));

    let other = format!("inbound/{}", second["items"][0]["id"].as_str().unwrap());
    assert_eq!(
        operator.press(&format!("{other}/dismiss")).await.status,
        204
    );
    assert_eq!(
        operator.press(&format!("{other}/dismiss")).await.status,
        404
    );
    assert_eq!(operator.get("inbound").await["items"], json!([]));
    assert_eq!(operator.press("inbound/%20/dismiss").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stopped_and_asks_again_is_listed_and_lifted() {
    let town = Town::open_at("12:00").await;
    let people: Vec<Person> = (1..=3).map(Person::nth).collect();
    for person in &people {
        assert_eq!(town.register(person).await.status, 201);
        town.says(person, 1, "STOP").await;
        town.advance(1).await;
    }
    let stranger = Person::nth(9);
    town.says(&stranger, 1, "STOP").await;
    assert_eq!(town.register(&people[0]).await.status, 201);
    let operator = town.sign_in("operator").await;
    let asked = operator.get("suppressions?state=asked").await;
    assert_eq!(asked["items"].as_array().unwrap().len(), 1);
    let one = &asked["items"][0];
    assert_eq!(one["participant"]["phone"], people[0].e164());
    let viewer = town.sign_in("viewer").await;
    let masked = viewer.get("suppressions?state=asked").await;
    assert_eq!(
        masked["items"][0]["participant"]["phone"],
        people[0].phone().masked()
    );

    let mut stopped = Vec::new();
    let mut path = "suppressions?limit=1".to_owned();
    loop {
        let page = operator.get(&path).await;
        stopped.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("suppressions?limit=1&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(stopped.len(), 3);
    assert_eq!(
        stopped[0]["participant"],
        Value::Null,
        "the newest first: {stopped:?}"
    );
    assert_eq!(stopped[1]["participant"]["phone"], people[2].e164());

    let path = format!("suppressions/{}/lift", one["id"].as_str().unwrap());
    let lift = json!({"since": one["since"], "reason": "Minta aktif lagi"});
    let lifted = operator.post(&path, &lift).await;
    assert_eq!(lifted.status, 204, "{}", lifted.text);
    assert_eq!(
        town.standing_of(&people[0]).await.standing,
        Standing::Lifted
    );
    let again = operator.post(&path, &lift).await;
    assert_eq!((again.status, code(&again).as_str()), (404, "not_found"));
    let history = operator.get("suppressions?state=lifted").await;
    assert_eq!(history["items"][0]["reason"], "Minta aktif lagi");
    assert_eq!(town.items("audit").await.len(), 1);
    for (body, status) in [
        (json!({"since": stopped[1]["since"], "reason": ""}), 422),
        (
            json!({"since": stopped[1]["since"], "reason": "telepon 0812-1000-0001"}),
            422,
        ),
        (json!({"since": "x", "reason": "minta"}), 422),
    ] {
        let path = format!("suppressions/{}/lift", stopped[1]["id"].as_str().unwrap());
        assert_eq!(operator.post(&path, &body).await.status, status, "{body}");
    }
    let early = json!({"since": "2020-01-01T00:00:00Z", "reason": "minta"});
    let path = format!("suppressions/{}/lift", stopped[1]["id"].as_str().unwrap());
    let early = operator.post(&path, &early).await;
    assert_eq!((early.status, code(&early).as_str()), (409, "overtaken"));
    assert_eq!(early.json()["current"]["since"], stopped[1]["since"]);
    let unknown = operator.post("suppressions/nobody/lift", &lift).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_erases_by_an_admin_alone_and_the_log_names_whom() {
    let town = Town::open_at("12:00").await;
    let (person, stranger) = (Person::nth(1), Person::nth(9));
    assert_eq!(town.register(&person).await.status, 201);
    let id = town.id_of(&person).await.unwrap().to_string();
    for _ in 0..2 {
        town.says_in(&stranger, 1, "SALAH NOMOR", Form::Simple, LidUse::Hidden)
            .await;
        town.advance(61).await;
    }
    let operator = town.sign_in("operator").await;
    let admin = town.sign_in("admin").await;
    let page = operator.get("inbound").await;
    let path = |n: usize| {
        format!(
            "inbound/{}/resolve",
            page["items"][n]["id"].as_str().unwrap()
        )
    };
    // Anybody's number can be typed; who may not erase them erases nobody by it.
    let body = json!({"request": "wrong_number", "phone": person.phone});
    let refused = operator.post(&path(0), &body).await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (403, "forbidden")
    );
    assert!(
        refused.text.contains("hanya untuk admin"),
        "{}",
        refused.text
    );
    assert!(town.id_of(&person).await.is_some());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Free);
    assert_eq!(operator.get("inbound").await["items"], page["items"]);
    assert!(town.items("audit").await.is_empty());
    // Nobody is erased where nobody is registered.
    let of_nobody = json!({"request": "wrong_number", "phone": stranger.phone});
    assert_eq!(operator.post(&path(0), &of_nobody).await.status, 204);
    assert_eq!(
        town.standing_of(&stranger).await.standing,
        Standing::Stopped
    );
    assert_eq!(admin.post(&path(1), &body).await.status, 204);
    assert!(town.id_of(&person).await.is_none());
    let entries = admin.get("audit?action=inbound.wrong_number").await;
    let newest = &entries["items"][0];
    assert_eq!(newest["subject"], id.as_str(), "{entries}");
    assert_eq!(newest["fields"], json!(["phone", "request"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_nobody_is_found_stopped_and_lifted() {
    let town = Town::open_at("12:00").await;
    let (stranger, other, gone) = (Person::nth(8), Person::nth(9), Person::nth(1));
    town.says(&stranger, 1, "STOP").await;
    assert_eq!(town.register(&gone).await.status, 201);
    town.says(&gone, 1, "SALAH NOMOR").await;
    let operator = town.sign_in("operator").await;
    let search = async |phone: &str| {
        let body = json!({"phone": phone});
        let found = operator.post("suppressions/search", &body).await;
        assert_eq!(found.status, 200, "{}", found.text);
        found.json()["items"].clone()
    };
    for person in [&stranger, &gone] {
        let found = search(&person.phone).await;
        assert_eq!(found, search(&person.e164()).await);
        assert_eq!(found[0]["state"], "stopped");
        assert_eq!(found[0]["participant"], Value::Null);
        assert_eq!(found[0]["history"][0]["way"], "whatsapp");
    }
    assert_eq!(search(&other.phone).await, json!([]));

    // Somebody asks for it by telephone, and once is enough.
    let body = json!({"phone": other.phone, "reason": "Diminta lewat telepon"});
    let stopped = operator.post("suppressions", &body).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    let now = stopped.json();
    assert_eq!(
        (&now["state"], &now["reason"]),
        (&json!("stopped"), &body["reason"])
    );
    assert_eq!(now["history"][0]["way"], "admin");
    town.advance(1).await;
    assert_eq!(operator.post("suppressions", &body).await.json(), now);
    let entries = town.items("audit").await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(word(&entries[0], "action"), Some("suppressions.stop"));
    assert_eq!(word(&entries[0], "subject"), now["id"].as_str());
    assert!(!format!("{entries:?}").contains(&other.phone[1..]));
    assert_eq!(town.register(&other).await.status, 201);
    town.advance(120).await;
    assert!(town.chat(&other).await.is_empty(), "it stays silent");

    let found = search(&other.phone).await[0].clone();
    assert_eq!(found["participant"]["phone"], other.e164());
    let ways = |found: &Value| {
        let history = found["history"].as_array().unwrap().iter();
        history.map(|one| one["way"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ways(&found), ["admin", "form"]);
    // The stop that was seen is none any more; the answer says what stands there now.
    let path = format!("suppressions/{}/lift", now["id"].as_str().unwrap());
    let lift = |since: &Value| json!({"since": since, "reason": "Minta aktif lagi"});
    let stale = operator.post(&path, &lift(&now["since"])).await;
    assert_eq!((stale.status, code(&stale).as_str()), (409, "overtaken"));
    assert_eq!(stale.json()["current"], found);
    assert_eq!(
        operator.post(&path, &lift(&found["since"])).await.status,
        204
    );
    assert_eq!(search(&other.phone).await[0]["state"], "lifted");

    // A stop that went along to another number says so.
    let id = town.id_of(&other).await.unwrap();
    let corrected = Person::nth(7);
    town.says(&other, 1, "STOP").await;
    let changed = operator
        .change(
            &format!("participants/{id}"),
            &json!({"phone": corrected.phone}),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(ways(&search(&corrected.phone).await[0]), ["carried"]);

    for (body, field) in [
        (
            json!({"phone": "021 555 1234", "reason": "diminta"}),
            "phone",
        ),
        (
            json!({"phone": other.phone, "reason": other.phone}),
            "reason",
        ),
        (json!({"phone": other.phone}), "reason"),
    ] {
        let wrong = operator.post("suppressions", &body).await;
        assert_eq!(
            (wrong.status, wrong_fields(&wrong)),
            (422, vec![field.to_owned()])
        );
    }
    let viewer = town.sign_in("viewer").await;
    for path in ["suppressions", "suppressions/search"] {
        assert_eq!(viewer.post(path, &body).await.status, 403);
    }
}
