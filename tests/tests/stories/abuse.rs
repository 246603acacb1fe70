//! Robots, floods, and callers that go round the front door.

use std::sync::Arc;

use lambda_http::http::Method;
use lambda_http::http::header::CONTENT_TYPE;
use lambda_http::{Body, Request};
use lambda_kit::OriginSecret;
use registration::Deps;
use serde_json::{Value, json};
use tests::{Answer, Person, Town};
use tokio::task::JoinSet;

const ADDRESS: &str = "x-forwarded-for";
const LIMIT: u32 = 600;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_fills_the_hidden_field_is_thanked_and_forgotten() {
    let town = Town::open_at("12:00").await;
    let person = Person::nth(1);
    let mut body = person.json();
    body["website"] = json!("https://example.test");
    let robot = town.post_json(&body).await;
    let mut fields = person.form();
    fields.retain(|(name, _)| *name != "website");
    fields.push(("website", "x".to_owned()));
    let robot_form = town.send(town.registration().form(&fields)).await;
    town.advance(120).await;
    town.assert_nothing_stored().await;
    assert!(town.all_messages().await.is_empty());

    let human = town.register(&person).await;
    let human_form = town.send(town.registration().form(&person.form())).await;
    for (robot, human) in [(robot, human), (robot_form, human_form)] {
        assert_eq!(robot.status, human.status);
        assert_eq!(robot.text, human.text);
        assert_eq!(shape(&robot), shape(&human));
    }
    assert_eq!(town.participants().await.len(), 1);
}

/// The headers, but for the time.
fn shape(answer: &Answer) -> Vec<(String, String)> {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

/// Sends the form from this address.
async fn register_from(town: &Town, person: &Person, address: &str) -> Answer {
    let request = town.registration().json(&person.json());
    town.send(request.header(ADDRESS, address)).await
}

/// As many registrations from one address as are allowed in ten minutes.
async fn fill_up(town: &Arc<Town>, address: &'static str) {
    let mut at_work = JoinSet::new();
    for _ in 0..LIMIT {
        let town = Arc::clone(town);
        at_work.spawn(async move { register_from(&town, &Person::nth(1), address).await.status });
    }
    let statuses = at_work.join_all().await;
    assert!(statuses.iter().all(|status| *status == 201));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_601st_registration_from_one_address_in_ten_minutes_has_to_wait() {
    let town = Arc::new(Town::open_at("12:00").await);
    // 200 phones of one hall share an address; there is room for them three times.
    fill_up(&town, "203.0.113.7").await;

    let late = Person::nth(2).named("Siti Aminah");
    let answer = register_from(&town, &late, "203.0.113.7").await;
    assert_eq!(answer.status, 429, "{}", answer.text);
    let wait: u32 = answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=600).contains(&wait));
    let text = &answer.errors()["form"];
    assert!(text.starts_with("Terlalu banyak pendaftaran"), "{text}");

    let form = town.registration().form(&late.form());
    let page = town.send(form.header(ADDRESS, "203.0.113.7")).await;
    assert_eq!(page.status, 429);
    assert!(page.headers.contains_key("retry-after"));
    assert!(page.text.contains(text) && page.text.contains("value=\"Siti Aminah\""));

    // What only the edge may say is not believed, and further proxies do not matter.
    let forged = town.registration().json(&late.json());
    let forged = forged.header("x-viewer-address", "198.51.100.1");
    let forged = town.send(forged.header(ADDRESS, "203.0.113.7, 198.51.100.2"));
    assert_eq!(forged.await.status, 429);
    assert_eq!(town.participants().await.len(), 1);

    let other = register_from(&town, &late, "203.0.113.8").await;
    assert_eq!(other.status, 201, "{}", other.text);
    town.advance(600).await;
    let later = register_from(&town, &Person::nth(3), "203.0.113.7").await;
    assert_eq!(later.status, 201, "{}", later.text);
    assert_eq!(town.participants().await.len(), 3);
}

fn request(secret: Option<&str>) -> Request {
    let mut request = Request::new(Body::Text(Person::nth(1).json().to_string()));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = "/api/registrations".parse().unwrap();
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    if let Some(secret) = secret {
        headers.insert("x-origin-secret", secret.parse().unwrap());
    }
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_refuses_what_did_not_come_through_the_edge() {
    let town = Town::open().await;
    let origin = OriginSecret::new(&[0xa7; 32]);
    let right = origin.header_value().to_owned();
    let deps = Deps {
        app: town.cloud.app,
        origin: Some(origin),
    };
    for wrong in [None, Some(""), Some("a7"), Some(&right[..63])] {
        let answer = registration::handle(&deps, request(wrong)).await;
        assert_eq!(answer.status(), 403, "{wrong:?}");
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        let text = body["errors"]["form"].as_str().unwrap();
        assert_eq!(text, "Alamat ini tidak dapat dipakai langsung.");
    }
    let known = app_is_empty(&deps).await;
    assert!(known, "a refused request was stored");
    let answer = registration::handle(&deps, request(Some(&right))).await;
    assert_eq!(answer.status(), 201);
    assert!(!app_is_empty(&deps).await);
}

/// Whether nobody has the number of the request.
async fn app_is_empty(deps: &Deps) -> bool {
    let phone = domain::phone::Phone::parse(&Person::nth(1).phone).unwrap();
    let index = deps.app.store.phone_index(&phone).unwrap();
    deps.app.store.holder_of(&index).await.unwrap().is_none()
}
