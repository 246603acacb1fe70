//! Links in all their forms, and whom a registration credits.

use serde_json::json;
use tests::{Browser, Person, Town};

fn referrer() -> Person {
    Person {
        phone: "081562726272".to_owned(),
        ..Person::nth(0)
    }
}

/// One more visitor, who came through no link that the form knows of.
fn visitor(n: u32) -> Person {
    Person::nth(n)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_link_opens_the_page_and_credits_its_owner() {
    let town = Town::open().await;
    town.register(&referrer()).await;
    let links = [
        "/ref=081562726272",
        "/ref=081562726272/",
        "/ref=081562726272?utm_source=wa&fbclid=abc",
        "/ref/081562726272",
        "/ref/081562726272/",
        "/?ref=081562726272",
        "/?utm_source=wa&ref=081562726272",
        "/?ref=%2B6281562726272",
        "/?ref=+6281562726272",
        "/?ref=0815+6272+6272",
        "/ref=%2B62%20815-6272-6272",
        "/ref=+6281562726272",
        "/ref=6281562726272",
        "/ref/62%20815%206272%206272",
        "/ref=0815-6272-6272",
        "/ref=0815.6272.6272",
        "/ref%3D081562726272",
    ];
    for (n, link) in (1..).zip(links) {
        let mut browser = Browser::default();
        let page = browser.open(&town, link).await;
        assert_eq!(page.status, 200, "{link}");
        assert!(page.text.contains("id=\"registration\""), "{link}");
        let cookie = page.headers["set-cookie"].to_str().unwrap();
        for part in [
            "ref=",
            "Path=/",
            "Max-Age=2592000",
            "SameSite=Lax",
            "HttpOnly",
        ] {
            assert!(cookie.contains(part), "{link}: {cookie}");
        }
        assert_eq!(browser.register(&town, &visitor(n)).await.status, 201);
        assert!(town.is_invited_by(&visitor(n), &referrer()).await, "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_without_a_link_sets_nothing_and_other_addresses_are_not_found() {
    let town = Town::open().await;
    for path in [
        "/",
        "/?utm_source=wa",
        "/ref=",
        "/ref/",
        "/?ref=",
        "/ref=%20",
    ] {
        let page = town.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.headers.contains_key("set-cookie"), "{path}");
    }
    for path in [
        "/unknown",
        "/reference",
        "/api",
        "/api/unknown",
        "/refs/081562726272",
        "/index.php?ref=081562726272",
        "/..%2f..%2fetc/passwd",
    ] {
        let page = town.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(!page.headers.contains_key("set-cookie"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_link_wins_and_a_page_without_one_keeps_it() {
    let town = Town::open().await;
    let second = visitor(50).named("Siti Aminah");
    for person in [&referrer(), &second] {
        town.register(person).await;
    }
    let mut browser = Browser::default();
    browser.open(&town, "/ref=081562726272").await;
    browser.open(&town, &format!("/ref/{}", second.phone)).await;
    browser.open(&town, "/").await;
    browser
        .open(&town, &format!("/ref={}", "1".repeat(65)))
        .await;
    browser.register(&town, &visitor(1)).await;
    assert!(town.is_invited_by(&visitor(1), &second).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_form_says_counts_more_than_the_cookie() {
    let town = Town::open().await;
    let second = visitor(50).named("Siti Aminah");
    for person in [&referrer(), &second] {
        town.register(person).await;
    }
    let mut browser = Browser::default();
    browser.open(&town, "/ref=081562726272").await;

    let by_script = visitor(1).invited_by(&second);
    browser.register(&town, &by_script).await;
    assert!(town.is_invited_by(&by_script, &second).await);
    let by_form = visitor(2).invited_by(&second);
    browser.post(&town, &by_form.form()).await;
    assert!(town.is_invited_by(&by_form, &second).await);

    // An empty or unreadable code says nothing, so the cookie counts.
    for (n, code) in [
        (3, json!("")),
        (4, json!("??")),
        (5, json!(null)),
        (6, json!([7])),
    ] {
        let mut body = visitor(n).json();
        body["ref"] = code;
        let answer = town.send(
            town.registration()
                .header("cookie", "a=1; ref=081562726272; b=2")
                .json(&body),
        );
        assert_eq!(answer.await.status, 201);
        assert!(town.is_invited_by(&visitor(n), &referrer()).await, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_names_nobody_opens_the_page_and_costs_no_registration() {
    let town = Town::open_at("12:00").await;
    let links = [
        "/ref=k7m2xq",
        "/ref=K7M2XQ9PTC",
        "/ref=hello",
        "/ref=02155512345",
        "/ref=+14155552671",
        "/ref=%00%0d%0aSet-Cookie:%20x=1",
        "/ref=%ff%fe%80",
        "/ref=%3Cscript%3Ealert(1)%3C/script%3E",
        "/ref=%",
        "/ref=%zz",
        "/ref=..%2f..%2fetc%2fpasswd",
        "/?ref=%F0%9F%98%80",
        "/ref=a%3B%20Path=/x",
    ];
    for (n, link) in (1..).zip(links) {
        let mut browser = Browser::default();
        let page = browser.open(&town, link).await;
        assert_eq!(page.status, 200, "{link}");
        assert!(!page.text.contains("alert(1)"), "{link}");
        assert!(!page.headers.contains_key("x"), "{link}");
        for cookie in page.headers.get_all("set-cookie") {
            assert_eq!(
                cookie.to_str().unwrap().matches("Path=").count(),
                1,
                "{link}"
            );
        }
        let answer = browser.register(&town, &visitor(n)).await;
        assert_eq!(answer.status, 201, "{link}: {}", answer.text);
        let stored = town.participant(&visitor(n)).await.unwrap();
        assert!(!stored.contains_key("referrer_id"), "{link}");
    }
    assert_eq!(town.participants().await.len(), links.len());
    let rows = town.rows().await;
    assert!(
        rows.iter().all(|row| row.message_type == "welcome"),
        "{rows:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_link_credits_nobody() {
    let town = Town::open().await;
    let mut browser = Browser::default();
    browser.open(&town, "/ref=081210000001").await;
    let own = visitor(1);
    assert_eq!(browser.register(&town, &own).await.status, 201);
    let stored = town.participant(&own).await.unwrap();
    assert!(!stored.contains_key("referrer_id"));
    assert_eq!(town.rows().await.len(), 1);
    // Nobody is waited for either.
    let items = town.items("participants").await;
    let waits = |item: &tests::Item| item["sk"].as_s().unwrap().starts_with("PENDING");
    assert!(!items.iter().any(waits));
}
