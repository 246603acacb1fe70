//! The log of messages in the panel.

use domain::ids::MessageId;
use local::simulator::Mode;
use serde_json::{Value, json};
use tests::panel::{code, wrong_fields};
use tests::{Person, Town, word};

/// Two people who were welcomed, and one whose welcome nobody can be sure of.
async fn town_with_a_log() -> (Town, Vec<Person>) {
    let town = Town::open_at("12:00").await;
    let people: Vec<Person> = (1..=3).map(Person::nth).collect();
    town.all_register(&people[..2]).await;
    town.advance(60).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::BadGateway).await;
    }
    town.register(&people[2]).await;
    town.advance(60).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
    }
    town.advance(600).await;
    (town, people)
}

async fn welcome_of(town: &Town, person: &Person) -> MessageId {
    let row = town.log_of(person, "welcome").await.remove(0);
    word(&row, "id").unwrap().parse().unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_finds_out_what_became_of_a_message() {
    let (town, people) = town_with_a_log().await;
    let operator = town.sign_in("operator").await;
    let page = operator.get("notifications").await;
    assert_eq!(ids(&page).len(), 3);
    let newest = &page["items"][0];
    assert_eq!(newest["status"], "failed");
    assert_eq!(newest["reason"], "unconfirmed");
    assert_eq!(newest["retry_needs_word"], true);
    assert_eq!(newest["recipient"]["phone"], people[2].e164());
    assert_eq!(newest["recipient"]["name"], "Budi Santoso");
    assert_eq!(newest["attempts"], 1);

    let sent = operator.get("notifications?status=sent&type=welcome").await;
    assert_eq!(ids(&sent).len(), 2);
    assert_eq!(sent["items"][0]["reason"], "accepted");
    assert_eq!(sent["items"][0]["provider"], "DripSender");
    let number = sent["items"][0]["number_id"].as_str().unwrap();
    let of_number = format!("notifications?number_id={number}&status=sent");
    assert!(
        ids(&operator.get(&of_number).await)
            .contains(&sent["items"][0]["id"].as_str().unwrap().to_owned())
    );
    let person = town.id_of(&people[0]).await.unwrap();
    let of_one = operator
        .get(&format!("notifications?participant_id={person}"))
        .await;
    assert_eq!(ids(&of_one).len(), 1);
    assert_eq!(of_one["next_cursor"], Value::Null);
    let problems = operator.get("notifications?reason=unconfirmed").await;
    assert_eq!(ids(&problems), [newest["id"].as_str().unwrap()]);

    let viewer = town.sign_in("viewer").await;
    let masked = viewer.get("notifications?reason=unconfirmed").await;
    let phone = masked["items"][0]["recipient"]["phone"].as_str().unwrap();
    assert!(phone.contains('•'), "{phone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_and_a_cursor_is_good_for_its_question_alone() {
    let (town, _) = town_with_a_log().await;
    let operator = town.sign_in("operator").await;
    let whole = ids(&operator.get("notifications?from=2020-01-01").await);
    let mut found = Vec::new();
    let mut cursor = String::new();
    let nobody = uuid::Uuid::nil();
    let of_nobody = format!("notifications?participant_id={nobody}");
    let page = operator.get(&of_nobody).await;
    assert!(ids(&page).is_empty(), "nobody of this id");
    assert_eq!(page["next_cursor"], Value::Null);
    loop {
        let page = operator
            .get(&format!("notifications?status=sent&limit=1{cursor}"))
            .await;
        found.extend(ids(&page));
        if found.len() == 2 {
            cursor = page["next_cursor"].as_str().unwrap().to_owned();
            break;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    assert!(found.iter().all(|id| whole.contains(id)));
    assert_ne!(found[0], found[1]);
    let other = operator
        .ask(&format!("notifications?status=failed&cursor={cursor}"))
        .await;
    assert_eq!(
        (other.status, code(&other).as_str()),
        (400, "invalid_cursor")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_said_field_by_field() {
    let town = Town::open().await;
    let viewer = town.sign_in("viewer").await;
    let answer = viewer
        .ask("notifications?status=x&reason=y&type=z&from=1.1.2026&to=2026-13-01")
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(
        wrong_fields(&answer),
        ["from", "reason", "status", "to", "type"]
    );
    let answer = viewer
        .ask("notifications?from=2026-02-02&to=2026-02-01")
        .await;
    assert_eq!(wrong_fields(&answer), ["to"]);
    for bad in ["phone=08123", "limit=0", "number_id=7"] {
        let answer = viewer.ask(&format!("notifications?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let nothing = viewer
        .ask(&format!("notifications/{}", uuid::Uuid::nil()))
        .await;
    assert_eq!(nothing.status, 404);
    let empty = viewer.get("notifications?status=queued").await;
    assert_eq!(empty["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_tries_again_what_failed_and_says_that_they_know() {
    let (town, people) = town_with_a_log().await;
    let operator = town.sign_in("operator").await;
    let id = welcome_of(&town, &people[2]).await;
    let path = format!("notifications/{id}/retry");
    let viewer = town.sign_in("viewer").await;
    assert_eq!(viewer.post(&path, &json!({})).await.status, 403);

    let refused = operator.post(&path, &json!({})).await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (409, "knowingly")
    );
    let done = operator.post(&path, &json!({"knowingly": true})).await;
    assert_eq!(done.status, 202, "{}", done.text);
    assert_eq!(done.json()["status"], "queued");
    town.advance(60).await;
    assert_eq!(town.chat(&people[2]).await.len(), 1);
    let late = operator.post(&path, &json!({"knowingly": true})).await;
    assert_eq!((late.status, code(&late).as_str()), (409, "not_failed"));

    let entries = town.items("audit").await;
    let of_retry = entries
        .iter()
        .filter(|entry| word(entry, "action") == Some("notifications.retry"));
    let subjects: Vec<_> = of_retry
        .filter_map(|entry| word(entry, "subject"))
        .collect();
    assert_eq!(
        subjects,
        [id.to_string()],
        "one entry, of the one that was done"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_says_what_waits_and_when_it_will_be_done() {
    let town = Town::open_at("20:00").await;
    let people: Vec<Person> = (0..12).map(Person::nth).collect();
    town.populate(&people, None).await;
    let viewer = town.sign_in("viewer").await;
    let empty = viewer.get("backlog").await;
    assert_eq!(empty["parts"], json!([]));
    let new = town.broadcast(1);
    town.open_whole(&new).await;
    let backlog = viewer.get("backlog").await;
    let part = &backlog["parts"][0];
    assert_eq!(part["class"], "broadcast");
    assert_eq!(part["waiting"], 12);
    assert_eq!(part["forecast"]["unsent"], 0);
    let done: jiff::Timestamp = backlog["done_at"].as_str().unwrap().parse().unwrap();
    assert!(done > town.now(), "tomorrow morning");
    app::campaign::pause_campaign(&town.cloud.app, new.id, "admin")
        .await
        .unwrap();
    let paused = viewer.get("backlog").await;
    assert_eq!(paused["parts"][0]["hold"], "paused");
    assert_eq!(paused["parts"][0]["forecast"], Value::Null);
}
