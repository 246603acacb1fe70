//! Who changed what.

use serde_json::{Value, json};
use tests::panel::code;
use tests::{Panel, Town};

/// One more each day.
const STOPPED: [&str; 3] = ["broadcast", "follow_up", "referrer_alert"];

async fn change(admin: &Panel<'_>, body: Value) {
    let answer = admin.change("settings", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_found_by_day_author_and_action_page_by_page() {
    let town = Town::open_at("12:00").await;
    let admin = town.sign_in("admin").await;
    let operator = town.sign_in("operator").await;
    for day in 0..3_usize {
        for at in 0..3 {
            change(&admin, json!({"welcome_reserve_percent": day * 10 + at})).await;
        }
        let stop = json!({"all_stopped": false, "stopped": STOPPED[..=day]});
        assert_eq!(operator.put("settings/switches", &stop).await.status, 200);
        town.advance(20 * 24 * 3_600).await;
    }
    let whole = admin.get("audit?from=2020-01-01").await;
    let items = whole["items"].as_array().unwrap();
    assert_eq!(items.len(), 4, "one page looks into a month");
    assert!(whole["next_cursor"].is_string(), "there is more behind it");

    let mut all = Vec::new();
    let mut query = "from=2026-01-01&limit=5".to_owned();
    let first = query.clone();
    for _ in 0..40 {
        let page = admin.get(&format!("audit?{query}")).await;
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => query = format!("{first}&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(all.len(), 12);
    let times: Vec<&str> = all.iter().map(|one| one["at"].as_str().unwrap()).collect();
    assert!(
        times.is_sorted_by(|a, b| a >= b),
        "the newest first: {times:?}"
    );
    assert_eq!(all[1]["fields"], json!(["welcome_reserve_percent"]));
    assert_eq!(all[1]["subject"], "settings");

    let users = town.cloud.sign_in.users().all();
    let id = |name: &str| users.iter().find(|user| user.username == name).unwrap().id;
    let theirs = format!("audit?from=2026-01-01&author={}", id("operator"));
    let mut found = Vec::new();
    let mut path = theirs.clone();
    loop {
        let page = admin.get(&path).await;
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("{theirs}&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|one| one["action"] == "settings.stop"));

    // A cursor belongs to its filters.
    let page = admin.get("audit?from=2026-01-01&limit=1").await;
    let next = page["next_cursor"].as_str().unwrap();
    let other = admin
        .ask(&format!("audit?from=2026-01-02&limit=1&cursor={next}"))
        .await;
    assert_eq!(
        (other.status, code(&other).as_str()),
        (400, "invalid_cursor")
    );
    for bad in [
        "from=yesterday",
        "author=7",
        "until=9999-12-31",
        "from=-009999-01-01",
    ] {
        let answer = admin.ask(&format!("audit?{bad}")).await;
        assert!(
            answer.status == 400 || answer.status == 200,
            "{bad}: {}",
            answer.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_has_no_entry() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let viewer = town.sign_in("viewer").await;
    let body = json!({"welcome_reserve_percent": 95});
    assert_eq!(admin.change("settings", &body).await.status, 422);
    let body = json!({"welcome_reserve_percent": 5});
    assert_eq!(viewer.change("settings", &body).await.status, 403);
    assert_eq!(admin.patch("settings", "\"7\"", &body).await.status, 409);
    assert_eq!(town.items("audit").await.len(), 0);
    assert_eq!(admin.get("settings").await["welcome_reserve_percent"], 10);
}
