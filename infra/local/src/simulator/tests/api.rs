use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

#[derive(Default)]
struct TestWorld(AtomicU64);

#[async_trait]
impl World for TestWorld {
    async fn advance(&self, by: Duration) -> Result<(), String> {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
        Ok(())
    }

    async fn waiting(&self) -> Waiting {
        let until = "2026-11-29T02:00:00Z".parse().unwrap();
        Waiting {
            count: 3,
            until: Some(until),
        }
    }

    fn filling(&self) -> Option<Filling> {
        Some(Filling { done: 7, of: 200 })
    }
}

struct Api {
    simulator: Simulator,
    world: Arc<TestWorld>,
    router: Router,
}

async fn api() -> Api {
    let simulator = simulator(None).await;
    let world = Arc::new(TestWorld::default());
    let inner = router(simulator.clone(), world.clone(), "<h1>Simulator</h1>");
    Api {
        simulator,
        world,
        router: Router::new().nest("/simulator", inner),
    }
}

impl Api {
    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/simulator{path}"))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let (status, text) = self.call("GET", path, "").await;
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.call("POST", path, &body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap())
    }
}

#[tokio::test]
async fn messages_of_one_phone_of_all_and_of_nobody() {
    let api = api().await;
    send(&api.simulator, "key-1", "Selamat datang").await;
    let (status, one) = api.get("/messages?phone=%2B6281562726272").await;
    assert_eq!(status, 200);
    let item = &one["items"][0];
    assert_eq!(item["from"], FIRST);
    assert_eq!(item["to"], PERSON);
    assert_eq!(item["text"], "Selamat datang");
    assert_eq!(item["media_url"], Value::Null);
    assert!(item["at"].as_str().unwrap().parse::<Timestamp>().is_ok());

    assert_eq!(api.get("/messages").await.1, one);
    assert_eq!(api.get("/messages?phone=+6281562726272").await.1, one);
    let unknown = api.get("/messages?phone=%2B628999999999").await;
    assert_eq!(unknown, (200, json!({ "items": [] })));
    for bad in ["abc", "", "%2B62-812", "0812345678"] {
        let (status, answer) = api.get(&format!("/messages?phone={bad}")).await;
        assert_eq!(status, 400, "{bad}");
        assert_eq!(answer["error"]["code"], "invalid_phone");
    }
}

#[tokio::test]
async fn a_reply_stands_in_the_chat() {
    let api = api().await;
    let reply = json!({ "from": PERSON, "to": FIRST, "text": "STOP", "form": "simple" });
    assert_eq!(api.post("/reply", &reply).await.0, 202);
    let (_, chat) = api.get("/messages?phone=%2B6281562726272").await;
    assert_eq!(chat["items"][0]["from"], PERSON);
    assert_eq!(chat["items"][0]["text"], "STOP");

    let cases = [
        (404, json!({ "from": PERSON, "to": PERSON, "text": "x" })),
        (400, json!({ "from": "me", "to": FIRST, "text": "x" })),
        (422, json!({ "from": PERSON, "to": FIRST })),
        (
            422,
            json!({ "from": PERSON, "to": FIRST, "text": "x", "form": "odd" }),
        ),
        (422, json!({ "from": PERSON, "to": FIRST, "text": 7 })),
    ];
    for (status, body) in cases {
        assert_eq!(api.post("/reply", &body).await.0, status, "{body}");
    }
    assert_eq!(api.simulator.messages(None).len(), 1);
}

/// A webhook that answers everything with this.
async fn hook(status: u16, body: &'static str) -> String {
    let status = axum::http::StatusCode::from_u16(status).unwrap();
    let routes = Router::new().fallback(move || async move { (status, body) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/hook")
}

#[tokio::test]
async fn the_webhook_hears_of_a_reply_and_what_it_answers_stands_in_the_chat() {
    let api = api().await;
    let reply =
        json!({ "from": PERSON, "to": FIRST, "text": "STOP", "form": "raw", "lid": "both" });
    let refused = "http://127.0.0.1:9/hook".to_owned();
    let cases = [
        (hook(200, r#"{"reply":true,"text":"Baik"}"#).await, 202, 2),
        (hook(200, r#"{"reply":false,"text":"x"}"#).await, 202, 1),
        (hook(200, "{}").await, 202, 1),
        (hook(200, "OK").await, 202, 1),
        (hook(503, r#"{"reply":true,"text":"x"}"#).await, 502, 1),
        (refused, 502, 1),
    ];
    let mut stand = 0;
    for (url, status, more) in cases {
        api.simulator.set_hook(&phone(FIRST), url.clone()).unwrap();
        let (answered, body) = api.post("/reply", &reply).await;
        assert_eq!(answered, status, "{url}: {body}");
        if status == 502 {
            assert_eq!(body["error"]["code"], "not_taken");
        }
        stand += more;
        assert_eq!(api.simulator.messages(None).len(), stand, "{url}");
    }
    let chat = api.simulator.messages(None);
    assert_eq!(
        (chat[1].text.as_str(), chat[1].from.as_str()),
        ("Baik", FIRST)
    );
}

#[tokio::test]
async fn numbers_are_listed_without_keys_and_their_mode_is_changed() {
    let api = api().await;
    send(&api.simulator, "key-1", "x").await;
    let (_, numbers) = api.get("/numbers").await;
    let first = json!({ "phone": FIRST, "label": "Nomor key-1", "mode": "ok", "sent": 1 });
    assert_eq!(numbers[0], first);
    assert_eq!(numbers.as_array().unwrap().len(), 2);

    let path = "/numbers/%2B6281100000001";
    for mode in Mode::ALL.map(|mode| json!(mode)) {
        let (status, changed) = api.post(path, &json!({ "mode": mode })).await;
        assert_eq!((status, &changed["mode"]), (200, &mode));
    }
    let (status, answer) = api.post(path, &json!({ "mode": "sleepy" })).await;
    assert_eq!(status, 422);
    assert_eq!(answer["error"]["allowed"], json!(Mode::ALL));
    let ok = json!({ "mode": "ok" });
    assert_eq!(api.post("/numbers/%2B628999999999", &ok).await.0, 404);
    assert_eq!(api.post("/numbers/x", &ok).await.0, 400);
}

#[test]
fn the_page_offers_every_mode() {
    let page = include_str!("../../../assets/simulator.html");
    for mode in Mode::ALL {
        let option = format!("<option value={}>", json!(mode));
        assert!(page.contains(&option), "{option}");
    }
}

#[tokio::test]
async fn the_clock_is_read_and_advanced_within_bounds() {
    let api = api().await;
    let (_, clock) = api.get("/clock").await;
    assert!(clock["now"].as_str().unwrap().parse::<Timestamp>().is_ok());
    assert_eq!(clock["next_waiting"], "2026-11-29T02:00:00Z");

    for seconds in [0, 60, 31 * 24 * 3600] {
        let (status, answer) = api.post("/clock", &json!({ "advance_s": seconds })).await;
        assert_eq!(status, 200);
        assert!(answer["now"].is_string());
    }
    let advanced = api.world.0.load(Ordering::SeqCst);
    assert_eq!(advanced, 60 + 31 * 24 * 3600);
    for bad in [
        json!(31 * 24 * 3600 + 1),
        json!(-1),
        json!("60"),
        json!(1.5),
    ] {
        let (status, _) = api.post("/clock", &json!({ "advance_s": bad })).await;
        assert_eq!(status, 422, "{bad}");
    }
    assert_eq!(api.world.0.load(Ordering::SeqCst), advanced);
}

#[tokio::test]
async fn the_page_and_its_state() {
    let api = api().await;
    let (status, page) = api.call("GET", "", "").await;
    assert_eq!((status, page.as_str()), (200, "<h1>Simulator</h1>"));

    send(&api.simulator, "key-1", "x").await;
    send(&api.simulator, "key-2", "y").await;
    let halo = written("+6281200000009", SECOND, "Halo");
    api.simulator.reply(&halo).await.unwrap();
    let (_, state) = api.get("/state").await;
    assert!(state["now"].is_string());
    assert_eq!(state["numbers"].as_array().unwrap().len(), 2);
    assert_eq!(state["waiting"]["count"], 3);
    assert_eq!(state["filling"], json!({ "done": 7, "of": 200 }));
    assert_eq!(texts(&state), ["x", "y", "Halo"]);
    assert_eq!(state["messages"], api.get("/messages").await.1["items"]);
}

fn texts(state: &Value) -> Vec<&str> {
    let messages = state["messages"].as_array().unwrap();
    let texts = messages.iter().map(|one| one["text"].as_str().unwrap());
    texts.collect()
}

impl Api {
    async fn after(&self, state: &Value) -> Value {
        let cursor = state["cursor"].as_str().unwrap();
        self.get(&format!("/state?after={cursor}")).await.1
    }
}

#[tokio::test]
async fn a_state_holds_only_the_messages_after_the_last_one() {
    let api = api().await;
    let (_, empty) = api.get("/state").await;
    assert_eq!(
        (&empty["anew"], &empty["more"]),
        (&json!(true), &json!(false))
    );
    assert!(texts(&empty).is_empty());
    send(&api.simulator, "key-1", "x").await;
    send(&api.simulator, "key-2", "y").await;
    let both = api.after(&empty).await;
    assert_eq!(texts(&both), ["x", "y"]);
    assert_eq!(both["anew"], false);
    let quiet = api.after(&both).await;
    assert!(texts(&quiet).is_empty());
    assert_eq!(quiet["cursor"], both["cursor"]);
    send(&api.simulator, "key-1", "z").await;
    assert_eq!(texts(&api.after(&quiet).await), ["z"]);
    assert_eq!(texts(&api.after(&empty).await), ["x", "y", "z"]);
}

#[tokio::test]
async fn a_cursor_that_is_none_of_this_process_gives_all_anew() {
    let (api, other) = (api().await, self::api().await);
    send(&api.simulator, "key-1", "x").await;
    send(&other.simulator, "key-1", "another").await;
    let (_, foreign) = other.get("/state").await;
    let (_, own) = api.get("/state").await;
    let beyond = own["cursor"].as_str().unwrap().replace(".1", ".2");
    for cursor in [
        foreign["cursor"].as_str().unwrap(),
        &beyond,
        "",
        ".",
        "x.-1",
    ] {
        let (status, state) = api.get(&format!("/state?after={cursor}")).await;
        assert_eq!((status, &state["anew"]), (200, &json!(true)), "{cursor}");
        assert_eq!(texts(&state), ["x"], "{cursor}");
    }
}

#[tokio::test]
async fn many_messages_come_in_several_answers() {
    let api = api().await;
    for count in 0..1_200 {
        let reply = written(PERSON, FIRST, &count.to_string());
        api.simulator.reply(&reply).await.unwrap();
    }
    let (_, mut state) = api.get("/state").await;
    let mut read = texts(&state).len();
    assert!((1..1_200).contains(&read));
    while state["more"] == true {
        state = api.after(&state).await;
        let texts = texts(&state);
        assert_eq!(texts[0], read.to_string());
        read += texts.len();
    }
    assert_eq!(read, 1_200);
}

#[tokio::test]
async fn bad_bodies_are_the_callers_fault() {
    let api = api().await;
    let huge = format!("\"{}\"", "x".repeat(3_000_000));
    for path in ["/reply", "/clock", "/numbers/%2B6281100000001"] {
        for body in ["", "{", "null", "[]", "{}", "\u{0}", "{\"a\":1}", &huge] {
            let (status, _) = api.call("POST", path, body).await;
            assert!((400..500).contains(&status), "{path} {body:.20}: {status}");
        }
    }
    assert_eq!(api.call("DELETE", "/reply", "").await.0, 405);
}
