//! The part of the story in which an admin looks through the log, and has messages tried again.

use local::seed::NUMBERS;
use local::simulator::Mode;
use serde_json::{Value, json};

use crate::panel::Panel;
use crate::town::Town;

/// A broadcast fails at some of its recipients; once it is done two of them are tried again, the one
/// opens it, the other finds it open.
pub(crate) async fn log(town: &Town, admin: &Panel<'_>) {
    town.advance_to("12:00").await;
    let new = town.broadcast(4_711);
    town.open_whole(&new).await;
    all_numbers(town, Mode::BadGateway).await;
    town.advance(20).await;
    all_numbers(town, Mode::Ok).await;
    admin.get("backlog").await;
    admin.get("notifications?status=queued").await;
    town.advance(3 * 3_600).await;
    let of_campaign = format!("notifications?campaign_id={}", new.id);
    let failed = admin
        .get(&format!("{of_campaign}&reason=unconfirmed"))
        .await;
    let failed: Vec<Value> = failed["items"].as_array().expect("messages").clone();
    assert!(failed.len() >= 2, "{} failed", failed.len());
    for message in &failed[..2] {
        let id = message["id"].as_str().expect("an id");
        admin.get(&format!("notifications/{id}")).await;
        let path = format!("notifications/{id}/retry");
        assert_eq!(admin.post(&path, &json!({})).await.status, 409);
        let again = admin.post(&path, &json!({"knowingly": true})).await;
        assert_eq!(again.status, 202, "{}", again.text);
    }
    let recipient = failed[0]["participant_id"].as_str().expect("an id");
    let of_one = format!("notifications?participant_id={recipient}");
    for question in [&of_one, "notifications?reason=unconfirmed", "notifications"] {
        admin.get(question).await;
    }
    town.advance(3_600).await;
}

async fn all_numbers(town: &Town, mode: Mode) {
    for number in 1..=NUMBERS.len() {
        town.set_mode(number, mode).await;
    }
}
