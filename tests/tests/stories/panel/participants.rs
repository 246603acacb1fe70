//! Participants in the panel.

use domain::participant::JoinStatus;
use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::{code, etag, wrong_fields};
use tests::{Panel, Person, Town, word};

pub(super) async fn town_with(people: &[Person]) -> Town {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.all_register(people).await;
    town.advance(60).await;
    town
}

pub(super) async fn path_of(town: &Town, person: &Person) -> String {
    let id = town.id_of(person).await.expect("registered");
    format!("participants/{id}")
}

pub(super) fn names(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

async fn search(panel: &Panel<'_>, wanted: &str) -> tests::Answer {
    let body = json!({"q": wanted});
    panel.post("participants/search", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_searched_and_masked_for_whoever_only_looks() {
    let referrer = Person::nth(1).named("Dewi Lestari");
    let invited = Person {
        city: "Kota Bogor".to_owned(),
        ..Person::nth(2).named("Siti Aminah").invited_by(&referrer)
    };
    let elsewhere = Person {
        city: "Surabaya".to_owned(),
        ..Person::nth(3).named("Budi Santoso")
    };
    let town = town_with(std::slice::from_ref(&referrer)).await;
    for person in [&invited, &elsewhere] {
        assert_eq!(town.register(person).await.status, 201);
        town.advance(10).await;
    }
    let operator = town.sign_in("operator").await;
    let viewer = town.sign_in("viewer").await;
    let all = operator.get("participants").await;
    assert_eq!(names(&all), ["Budi Santoso", "Siti Aminah", "Dewi Lestari"]);
    let one = &all["items"][1];
    assert_eq!(one["phone"], invited.e164());
    assert_eq!(one["referrer"]["name"], "Dewi Lestari");
    assert_eq!(one["referrer"]["phone"], referrer.e164());
    assert_eq!(one["referrer_sequence"], 1);
    let in_bogor = operator
        .get("participants?city=bogor&unsubscribed=false")
        .await;
    assert_eq!(names(&in_bogor), ["Siti Aminah", "Dewi Lestari"]);

    // A cursor is at home in its question alone.
    let page = operator.get("participants?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = operator.get(&format!("participants?cursor={cursor}")).await;
    assert_eq!(names(&rest), ["Siti Aminah", "Dewi Lestari"]);
    for other in ["city=bogor&", "status=belum_join&", "name=siti&"] {
        let query = format!("participants?{other}cursor={cursor}");
        let answer = operator.ask(&query).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (400, "invalid_cursor")
        );
    }

    for writing in ["0812-1000-0002", "+62 812 1000 0002", "6281210000002"] {
        let found = search(&operator, writing).await;
        assert_eq!(names(&found.json()), ["Siti Aminah"], "{writing}");
        // Whoever might ask for ten thousand numbers would learn the four digits that a mask hides.
        for number in [writing, "0812-1000-0077"] {
            let refused = search(&viewer, number).await;
            assert_eq!(
                (refused.status, code(&refused).as_str()),
                (403, "forbidden")
            );
            assert!(refused.text.contains("hanya untuk operator dan admin"));
        }
    }
    for panel in [&operator, &viewer] {
        let found = search(panel, "aminah").await;
        assert_eq!(names(&found.json()), ["Siti Aminah"]);
    }
    let found = search(&operator, "siti budi").await;
    assert_eq!(names(&found.json()), [""; 0]);
    for wrong in ["021-555-1234", "", "08121", "siti 0812-1000-0002"] {
        let answer = search(&operator, wrong).await;
        assert_eq!(
            (answer.status, wrong_fields(&answer)),
            (422, vec!["q".to_owned()])
        );
    }
    let path = path_of(&town, &invited).await;
    for page in [viewer.get("participants").await, viewer.get(&path).await] {
        let page = page.to_string();
        for person in [&referrer, &invited, &elsewhere] {
            assert!(!page.contains(&person.phone[1..]), "{page}");
        }
        assert!(page.contains("0812••••0002"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_says_all_that_is_asked_on_the_telephone() {
    let referrer = Person::nth(1).named("Dewi Lestari");
    let person = Person::nth(2).invited_by(&referrer);
    let town = town_with(std::slice::from_ref(&referrer)).await;
    town.all_register(std::slice::from_ref(&person)).await;
    town.all_register(&[Person::nth(3).invited_by(&person)])
        .await;
    town.advance(120).await;
    town.says(&person, 2, "LINK").await;
    town.says(&person, 1, "STOP").await;
    let viewer = town.sign_in("viewer").await;
    let file = viewer.get(&path_of(&town, &person).await).await;
    assert_eq!(file["referrer"]["name"], "Dewi Lestari");
    assert_eq!(
        (&file["referrer_sequence"], &file["total_invited"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(file["unsubscribed"], true);
    assert_eq!(file["suppression"]["state"], "stopped");
    assert_eq!(file["suppression"]["by"], "participant");
    let history = file["suppression_history"].as_array().unwrap();
    assert_eq!(history.len(), 1);
    assert!(file["chat_number_id"].is_string());
    let acts: Vec<&Value> = file["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["act"])
        .collect();
    assert_eq!(acts, ["given", "withdrawn"]);
    let messages = file["messages"].as_array().unwrap();
    let types: Vec<&str> = messages
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    assert_eq!(types.len(), 2, "{types:?}");
    assert!(types.contains(&"welcome") && types.contains(&"referrer_alert"));
    assert!(
        messages.iter().all(|one| one["status"] == "sent"),
        "{messages:?}"
    );
    let nobody = viewer
        .ask("participants/00000000-0000-4000-8000-000000000000")
        .await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_holds_for_what_was_seen_and_leaves_its_entry() {
    let person = Person::nth(1);
    let town = town_with(std::slice::from_ref(&person)).await;
    let operator = town.sign_in("operator").await;
    let path = path_of(&town, &person).await;
    let seen = operator.ask(&path).await;
    let change = json!({"name": "Budi Wijaya", "city": "Kota Depok", "status": "sudah_join"});
    let changed = operator.patch(&path, &etag(&seen), &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let now = changed.json();
    assert_eq!(
        (&now["name"], &now["city_key"]),
        (&json!("Budi Wijaya"), &json!("depok"))
    );
    assert_eq!(now["status"], JoinStatus::SudahJoin.as_str());
    assert_eq!(now["revision"], 1);
    // Found where it is now, and nowhere else.
    town.advance(30).await;
    for (query, hits) in [
        ("city=depok", 1),
        ("city=bogor", 0),
        ("name=wijaya", 1),
        ("name=santoso", 0),
    ] {
        let page = operator.get(&format!("participants?{query}")).await;
        assert_eq!(names(&page).len(), hits, "{query}");
    }
    let stale = operator
        .patch(&path, &etag(&seen), &json!({"name": "Lain"}))
        .await;
    assert_eq!((stale.status, code(&stale).as_str()), (409, "overtaken"));
    assert_eq!(stale.json()["current"]["name"], "Budi Wijaya");
    // What a stop or a chat writes is no correction.
    town.says(&person, 1, "STOP").await;
    let again = operator
        .patch(&path, &etag(&changed), &json!({"sapaan": "Ibu"}))
        .await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.json()["unsubscribed"], true);
    // The same once more changes nothing and leaves no entry.
    let same = operator.change(&path, &json!({"sapaan": "Ibu"})).await;
    assert_eq!(same.json()["revision"], 2);
    let request = operator.request(Method::PATCH, &path).json(&change);
    assert_eq!(operator.send(request).await.status, 428);
    for (body, field) in [
        (json!({"name": "=SUM(A1)"}), "name"),
        (json!({"phone": "021 555 1234"}), "phone"),
        (json!({"status": "joined"}), "status"),
        (json!({"sapaan": "Kak"}), "sapaan"),
        (json!({"city": ""}), "city"),
        (json!({}), "fields"),
        (json!({"revision": 7}), "revision"),
        (json!({"name": 7}), "name"),
    ] {
        let answer = operator.change(&path, &body).await;
        assert_eq!(
            (answer.status, wrong_fields(&answer)),
            (422, vec![field.to_owned()]),
            "{body}"
        );
    }
    let entries = town.items("audit").await;
    let mut of_changes: Vec<_> = entries
        .iter()
        .filter(|entry| word(entry, "action") == Some("participants.change"))
        .collect();
    of_changes.sort_by_key(|entry| word(entry, "sk"));
    assert_eq!(of_changes.len(), 2);
    let subject = path.split('/').next_back();
    assert_eq!(word(of_changes[0], "subject"), subject);
    let fields = format!("{:?}", of_changes[0]["fields"]);
    assert!(fields.contains("name") && fields.contains("city") && !fields.contains("Budi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_stands_in_no_list_and_is_no_fault() {
    let referrer = Person::nth(1);
    let town = town_with(std::slice::from_ref(&referrer)).await;
    for n in [2, 3] {
        town.all_register(&[Person::nth(n).invited_by(&referrer)])
            .await;
        town.advance(30).await;
    }
    let admin = town.sign_in("admin").await;
    let id = town.id_of(&referrer).await.unwrap();
    let gone = path_of(&town, &Person::nth(2)).await;
    let erased = admin.send(admin.request(Method::DELETE, &gone)).await;
    assert_eq!(erased.status, 204);
    let left = admin.get(&format!("participants?referrer_id={id}")).await;
    assert_eq!(names(&left).len(), 1, "{left}");
    assert!(!town.logs().contains("unreadable"), "{}", town.logs());
}
