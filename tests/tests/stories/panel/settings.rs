//! Settings in the panel.

use serde_json::{Value, json};
use tests::panel::{code, etag, wrong_fields};
use tests::{Person, Town};

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_the_briefs_until_they_are_changed() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let answer = admin.ask("settings").await;
    let tag = etag(&answer);
    let before = answer.json();
    assert_eq!(before["strategy"], "round_robin");
    assert_eq!(before["hours"]["common"]["zone"], "WIB");
    assert_eq!(
        before["hours"]["common"]["days"][6],
        json!({"open": "09:00", "close": "17:00"})
    );
    assert_eq!(
        before["hours"]["rules"]["welcome"],
        json!({"rule": "at_once_within", "minutes": 30})
    );
    assert_eq!(before["contact"]["admin_number"], local::seed::ADMIN_PHONE);
    assert_eq!(before["cold_welcomes_per_day"], Value::Null);

    // What was read can be written as it is.
    let hours = before["hours"].clone();
    let change = json!({
        "hours": hours, "strategy": "random", "link_video": "https://youtu.be/abc",
        "cold_welcomes_per_day": 50, "broadcast_cap": {"most": 2, "days": 14},
        "contact": {"wa_text": "Halo Admin, saya sudah daftar."},
        "landing": {"headline": "Saling berbagi", "faq": [{"question": "Apa?", "answer": "Ini."}]},
    });
    let changed = admin.patch("settings", &tag, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let now = changed.json();
    assert_eq!(now["hours"], before["hours"]);
    assert_eq!(now["strategy"], "random");
    assert_eq!(now["cold_welcomes_per_day"], 50);
    assert_eq!(now["contact"]["admin_number"], local::seed::ADMIN_PHONE);
    assert_eq!(now["landing"]["headline"], "Saling berbagi");
    let page = town.get("/api/landing").await;
    assert!(page.text.contains("Saling berbagi"), "{}", page.text);

    let cleared = json!({"link_video": null, "cold_welcomes_per_day": null});
    let cleared = admin.change("settings", &cleared).await.json();
    assert_eq!(cleared["link_video"], Value::Null);
    assert_eq!(cleared["cold_welcomes_per_day"], Value::Null);
    assert_eq!(cleared["strategy"], "random");

    let late = admin
        .patch("settings", &tag, &json!({"strategy": "round_robin"}))
        .await;
    assert_eq!((late.status, code(&late).as_str()), (409, "overtaken"));
    assert_eq!(late.json()["current"], cleared);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_holds() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    // Different settings: taken one by one they would undo each other.
    let (one, other) = (
        json!({"max_lead_min": 60}),
        json!({"contact": {"wa_text": "Halo"}}),
    );
    let (one, other) = tokio::join!(
        admin.patch("settings", "\"0\"", &one),
        admin.patch("settings", "\"0\"", &other)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let now = admin.get("settings").await;
    let changed = (
        now["max_lead_min"] == 60,
        now["contact"]["wa_text"] == "Halo",
    );
    assert!(changed.0 != changed.1, "{now}");
    assert_eq!(town.items("audit").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_setting_that_does_not_fit_is_named_and_none_is_changed() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let week = |days: Value| json!({"common": {"zone": "WIB", "days": days}});
    let day = json!({"open": "09:00", "close": "17:00"});
    for (field, change) in [
        ("site_host", json!({"site_host": "https://x"})),
        ("link_video", json!({"link_video": "http://x.y"})),
        ("strategy", json!({"strategy": "best"})),
        (
            "registrations_per_address",
            json!({"registrations_per_address": 1}),
        ),
        (
            "broadcast_cap.most",
            json!({"broadcast_cap": {"most": 0, "days": 7}}),
        ),
        (
            "contact.admin_number",
            json!({"contact": {"admin_number": "021 555"}}),
        ),
        (
            "contact.wa_text",
            json!({"contact": {"wa_text": "Hubungi 0811-0000-0000"}}),
        ),
        (
            "landing.headline",
            json!({"landing": {"headline": "x".repeat(81)}}),
        ),
        ("landing.colour", json!({"landing": {"colour": "red"}})),
        ("hours.common", json!({"hours": week(json!([day]))})),
        (
            "hours.common",
            json!({"hours": week(json!([null, null, null, null, null, null, null]))}),
        ),
        (
            "hours.rules",
            json!({"hours": {
                "common": {"zone": "WIB", "days": [day, day, day, day, day, day, day]},
                "rules": {"welcome": {"rule": "at_once_within", "minutes": 9999}},
            }}),
        ),
        ("more", json!({"more": 1})),
    ] {
        let mut body = change.clone();
        body["max_lead_min"] = 90.into();
        let answer = admin.change("settings", &body).await;
        assert_eq!(answer.status, 422, "{change}: {}", answer.text);
        let wrong = wrong_fields(&answer);
        let known = |name: &String| field.ends_with(name.as_str()) || name == field;
        assert!(wrong.iter().any(known), "{field}: {}", answer.text);
    }
    assert_eq!(admin.get("settings").await["max_lead_min"], 180);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sees_that_something_goes_wrong_stops_it() {
    let town = Town::open_at("12:00").await;
    let operator = town.sign_in("operator").await;
    let stop = json!({"all_stopped": true, "stopped": ["broadcast", "broadcast"]});
    let stopped = operator.put("settings/switches", &stop).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    assert_eq!(stopped.json()["stopped"], json!(["broadcast"]));
    assert_eq!(town.register(&Person::nth(1)).await.status, 201);
    town.advance(120).await;
    assert_eq!(town.chat(&Person::nth(1)).await.len(), 0);
    assert_eq!(operator.get("settings").await["switches"], stopped.json());
    let go = json!({"all_stopped": false, "stopped": []});
    let gone = operator
        .put_over("settings/switches", &etag(&stopped), &go)
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    town.advance(120).await;
    assert_eq!(town.chat(&Person::nth(1)).await.len(), 1);
    let half = operator
        .put("settings/switches", &json!({"all_stopped": true}))
        .await;
    assert_eq!(wrong_fields(&half), ["stopped"]);
    let change = json!({"strategy": "random"});
    assert_eq!(operator.change("settings", &change).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lifts_a_stop_that_they_have_not_seen() {
    const PATH: &str = "settings/switches";
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let operator = town.sign_in("operator").await;
    let seen = etag(&operator.ask(PATH).await);
    let all = json!({"all_stopped": true, "stopped": []});
    assert_eq!(admin.put(PATH, &all).await.status, 200);

    // Somebody who still sees that nothing is stopped wants broadcasts to wait.
    let broadcasts = json!({"all_stopped": false, "stopped": ["broadcast"]});
    let blind = operator.put(PATH, &broadcasts).await;
    assert_eq!(
        (blind.status, code(&blind).as_str()),
        (428, "precondition_required")
    );
    let late = operator.put_over(PATH, &seen, &broadcasts).await;
    assert_eq!((late.status, code(&late).as_str()), (409, "overtaken"));
    let now = operator.ask(PATH).await;
    assert_eq!(now.json()["all_stopped"], true);
    assert_eq!(late.json()["current"], now.json());
    assert_eq!(operator.get("settings").await["switches"], now.json());

    // More stops are refused by nothing, whatever was seen; the same once more changes nothing.
    let more = json!({"all_stopped": true, "stopped": ["broadcast"]});
    for _ in 0..2 {
        let stopped = operator.put_over(PATH, &seen, &more).await;
        assert_eq!(stopped.status, 200, "{}", stopped.text);
        assert_eq!(stopped.json()["revision"], 2);
    }
    let seen = etag(&operator.ask(PATH).await);
    let released = operator.put_over(PATH, &seen, &broadcasts).await;
    assert_eq!(released.status, 200, "{}", released.text);

    // Whoever stops everything takes nobody's stop away, and is not asked what they saw.
    let stopped = admin.put(PATH, &all).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    assert_eq!(stopped.json()["stopped"], json!(["broadcast"]));
    let welcomes = json!({"all_stopped": false, "stopped": ["broadcast", "welcome"]});
    let seen = etag(&stopped);
    assert_eq!(admin.put_over(PATH, &seen, &welcomes).await.status, 200);

    let log = admin.get("audit").await;
    let mut entries: Vec<String> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(entry)
        .collect();
    // Both halves of the last one were written at once, in either order.
    entries[4..].sort();
    assert_eq!(
        entries,
        [
            "settings.stop [\"all_stopped\"]",
            "settings.stop [\"stopped.broadcast\"]",
            "settings.release [\"all_stopped\"]",
            "settings.stop [\"all_stopped\"]",
            "settings.release [\"all_stopped\"]",
            "settings.stop [\"stopped.welcome\"]",
        ]
    );
}

fn entry(entry: &Value) -> String {
    format!("{} {}", entry["action"].as_str().unwrap(), entry["fields"])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_release_and_a_stop_at_once_the_stop_holds() {
    const PATH: &str = "settings/switches";
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let operator = town.sign_in("operator").await;
    let stop = |class: &str| json!({"all_stopped": false, "stopped": [class, "welcome"]});
    for _ in 0..5 {
        let first = json!({"all_stopped": false, "stopped": ["welcome"]});
        assert_eq!(admin.put(PATH, &first).await.status, 200);
        let seen = etag(&admin.ask(PATH).await);
        let go = json!({"all_stopped": false, "stopped": []});
        let (broadcast, release) = (stop("broadcast"), admin.put_over(PATH, &seen, &go));
        let (stopped, released) = tokio::join!(operator.put(PATH, &broadcast), release);
        assert_eq!(stopped.status, 200, "{}", stopped.text);
        let now = operator.ask(PATH).await;
        let stands = now.json()["stopped"].to_string();
        assert!(
            stands.contains("broadcast"),
            "{}: {stands}",
            released.status
        );
        let cleared = admin.put_over(PATH, &etag(&now), &go).await;
        assert_eq!(cleared.status, 200);
    }
}
