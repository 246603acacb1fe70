//! What the landing page is told, and what is counted.

use app::settings::{SaveLandingError, save_landing_texts, save_settings};
use domain::landing::{Faq, LandingTexts};
use domain::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Town};

async fn landing(town: &Town) -> Value {
    let answer = town.get("/api/landing").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "public, max-age=30");
    answer.json()
}

async fn visit(town: &Town, body: &Value, address: &str) -> Answer {
    let request = town.request(Method::POST, "/api/visits");
    let request = request.header("x-forwarded-for", address).json(body);
    town.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_learns_session_video_and_texts_once_they_are_set() {
    let town = Town::open_on("2026-11-24 10:00").await;
    assert_eq!(
        landing(&town).await,
        json!({"event": null, "video": null, "texts": {}})
    );
    // What the functions read is at most ten seconds old.
    town.advance(11).await;
    let app = &town.cloud.app;
    let event = town.plan_event("Sosialisasi Desember", "2026-11-29T16:30:00Z");
    let event = event.await;
    let settings = Settings {
        link_video: Some("https://youtu.be/abcdefghijk".to_owned()),
        ..Settings::default()
    };
    save_settings(app, &settings).await.unwrap();
    let texts = LandingTexts {
        headline: Some("  Tumbuh\u{200B} bersama ".to_owned()),
        faq: vec![Faq {
            question: "Apa?".to_owned(),
            answer: "Ini.".to_owned(),
        }],
        ..LandingTexts::default()
    };
    save_landing_texts(app, texts).await.unwrap();
    let told = landing(&town).await;
    assert_eq!(
        told,
        json!({
            "event": {
                "title": "Sosialisasi Desember",
                "start_time": "2026-11-29T16:30:00Z",
                "date": "Minggu, 29 November 2026",
                "clocks": ["23.30 WIB", "Senin, 00.30 WITA", "Senin, 01.30 WIT"],
                "calendar": format!("/api/events/{}.ics", event.id),
            },
            "video": "https://youtu.be/abcdefghijk",
            "texts": {
                "headline": "Tumbuh bersama",
                "faq": [{"question": "Apa?", "answer": "Ini."}],
            },
        })
    );
    assert!(!told.to_string().contains("zoom.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_do_not_fit_are_named_and_nothing_is_saved() {
    let town = Town::open().await;
    let app = &town.cloud.app;
    let kept = LandingTexts {
        lead: Some("Tetap.".to_owned()),
        ..LandingTexts::default()
    };
    save_landing_texts(app, kept.clone()).await.unwrap();
    let long = LandingTexts {
        headline: Some("x".repeat(81)),
        ..kept.clone()
    };
    match save_landing_texts(app, long).await {
        Err(SaveLandingError::Texts(errors)) => {
            assert_eq!(errors.get("headline"), Some("Paling panjang 80 huruf."));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(app.store.landing_texts().await.unwrap(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_counted_by_day_and_source_and_nothing_else_is_kept() {
    let town = Town::open_on("2026-11-24 10:00").await;
    for (step, source, times) in [("visit", "invitation", 3), ("start", "direct", 1)] {
        for _ in 0..times {
            let body = json!({"step": step, "source": source});
            let answer = visit(&town, &body, "203.0.113.5").await;
            assert_eq!(answer.status, 204);
            assert!(!answer.headers.contains_key("set-cookie"));
        }
    }
    let refused = [
        json!({}),
        json!({"step": "visit"}),
        json!({"step": "visit", "source": "0812-0000-0001"}),
        json!({"step": "Visit", "source": "direct"}),
        json!({"step": "visit", "source": "direct", "phone": "1"}),
        json!([1]),
    ];
    for body in refused {
        assert_eq!(
            visit(&town, &body, "203.0.113.5").await.status,
            422,
            "{body}"
        );
    }
    let items = town.items("limits").await;
    let day = items
        .iter()
        .find(|item| item["key"].as_s().unwrap() == "VISITS#2026-11-24")
        .unwrap();
    assert_eq!(day["visit_invitation"].as_n().unwrap(), "3");
    assert_eq!(day["start_direct"].as_n().unwrap(), "1");
    assert_eq!(day.len(), 4, "{day:?}");
    for item in items {
        assert!(!format!("{item:?}").contains("203.0.113"), "{item:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contact_card_holds_the_numbers_that_send() {
    let town = Town::open().await;
    let card = town.get("/api/contact.vcf").await;
    assert_eq!(card.status, 200);
    assert_eq!(card.headers["content-type"], "text/vcard; charset=utf-8");
    for (_, phone, key) in local::seed::NUMBERS {
        assert!(card.text.contains(&format!("TEL;TYPE=CELL:{phone}\r\n")));
        assert!(!card.text.contains(key));
    }
    let paused = town.number_id(2).await;
    app::numbers::set_paused(&town.cloud.app, paused, true)
        .await
        .unwrap();
    let card = town.get("/api/contact.vcf").await;
    assert_eq!(card.text.matches("TEL;").count(), 2, "{}", card.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_routes_that_exist_answer_and_only_through_the_edge() {
    let town = Town::open().await;
    for (method, path) in [
        (Method::POST, "/api/landing"),
        (Method::GET, "/api/registrations"),
        (Method::GET, "/api/visits"),
        (Method::PUT, "/api/visits"),
    ] {
        let answer = town.send(town.request(method.clone(), path)).await;
        assert!((404..=405).contains(&answer.status), "{method} {path}");
    }
    let page = town.get("/assets/landing.js").await;
    assert_eq!(
        page.headers["content-type"],
        "text/javascript; charset=utf-8"
    );
    let again = town.request(Method::GET, "/assets/landing.js");
    let again = again.header("if-none-match", page.headers["etag"].clone());
    assert_eq!(town.send(again).await.status, 304);
    assert_eq!(town.get("/assets/../../../Cargo.toml").await.status, 404);
    assert_eq!(
        town.get("/assets/..%2f..%2f..%2fCargo.toml").await.status,
        404
    );
}
