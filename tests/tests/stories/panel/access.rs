//! Who gets in, and how far.

use domain::admin::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::code;
use tests::{Panel, Town, story};

/// A body that the operation's schema names as its example, or nothing in particular.
fn path_with_ids(path: &str) -> String {
    let path = path.trim_start_matches("/api/admin/");
    path.split('/')
        .map(|part| {
            if part.starts_with('{') {
                "00000000-0000-4000-8000-000000000000"
            } else {
                part
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

async fn call(panel: &Panel<'_>, method: &Method, path: &str) -> tests::Answer {
    let request = panel.request(method.clone(), &path_with_ids(path));
    let request = request
        .header("if-match", "\"0\"")
        .header("idempotency-key", "walk");
    let request = match *method {
        Method::GET => request,
        _ => request.json(&json!({})),
    };
    panel.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_who_calls() {
    let town = Town::open().await;
    let nobody = town.with_token("x");
    let (admin, operator, viewer) = (
        town.sign_in("admin").await,
        town.sign_in("operator").await,
        town.sign_in("viewer").await,
    );
    let id_token = town.tokens_of("admin").await["id_token"].clone();
    let with_id_token = town.with_token(id_token.as_str().unwrap());
    for (method, path, least) in admin::LEAST {
        let answer = call(&nobody, method, path).await;
        assert_eq!(answer.status, 401, "{method} {path}");
        assert_eq!(answer.json(), json!({"message": "Unauthorized"}));
        let answer = call(&with_id_token, method, path).await;
        assert_eq!((answer.status, code(&answer).as_str()), (401, "sign_in"));
        let roles = [
            (Role::Viewer, &viewer),
            (Role::Operator, &operator),
            (Role::Admin, &admin),
        ];
        for (role, panel) in roles {
            let answer = call(panel, method, path).await;
            let refused = answer.status == 403;
            assert_eq!(
                refused,
                role < *least,
                "{method} {path} {role:?}: {}",
                answer.text
            );
            assert!(
                answer.status < 500,
                "{method} {path} {role:?}: {}",
                answer.text
            );
            assert_eq!(
                answer.headers["cache-control"], "no-store",
                "{method} {path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_what_cannot_be_read_has_a_clear_answer() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let answer = admin.ask("nothing").await;
    assert_eq!((answer.status, code(&answer).as_str()), (404, "not_found"));
    let answer = admin.ask("numbers/7").await;
    assert_eq!((answer.status, code(&answer).as_str()), (404, "not_found"));
    let answer = admin.send(admin.request(Method::DELETE, "numbers")).await;
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (405, "method_not_allowed")
    );
    for (query, expected) in [
        ("limit=0", "invalid_limit"),
        ("limit=101", "invalid_limit"),
        ("limit=x", "invalid_query"),
        ("colour=red", "invalid_query"),
        ("cursor=x", "invalid_cursor"),
        ("cursor=", "invalid_cursor"),
    ] {
        let answer = admin.ask(&format!("numbers?{query}")).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (400, expected),
            "{query}"
        );
    }
    let post = |body: &str, kind: &str| {
        let request = admin.request(Method::POST, "numbers");
        let request = request.header("idempotency-key", "k");
        request.header("content-type", kind).body(body.to_owned())
    };
    for (body, kind, status, expected) in [
        ("{", "application/json", 400, "invalid_json"),
        ("{}", "text/plain", 415, "not_json"),
        ("[]", "application/json", 422, "invalid_fields"),
        ("{\"more\":1}", "application/json", 422, "invalid_fields"),
        ("\u{0}", "application/json", 400, "invalid_json"),
    ] {
        let answer = admin.send(post(body, kind)).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (status, expected),
            "{body}"
        );
    }
    let long = format!("{{\"label\":\"{}\"}}", "x".repeat(3 << 20));
    let answer = admin.send(post(&long, "application/json")).await;
    assert_eq!((answer.status, code(&answer).as_str()), (413, "too_long"));
}

/// Every list and every single thing that an operation without a body answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_never_sees_a_full_number() {
    let town = Town::open_impatient_at("12:00").await;
    let story = story::play(&town).await;
    let sending = local::seed::NUMBERS.map(|(_, phone, _)| phone);
    let mut digits: Vec<String> = story.phones.iter().map(|phone| phone.digits()).collect();
    digits.extend(
        sending
            .iter()
            .map(|phone| phone.trim_start_matches('+').to_owned()),
    );
    let national: Vec<&str> = digits.iter().map(|digits| &digits[2..]).collect();
    let viewer = town.sign_in("viewer").await;
    let operator = town.sign_in("operator").await;
    let mut seen_in_full = 0;
    for (method, path, least) in admin::LEAST {
        if *method != Method::GET || *least > Role::Viewer || path.contains('{') {
            continue;
        }
        let path = path.trim_start_matches("/api/admin/");
        for page in pages(&viewer, path).await {
            let plain: String = page.chars().filter(|c| !" -.()".contains(*c)).collect();
            for number in &national {
                assert!(!plain.contains(number), "{path} shows {number}");
            }
        }
        let pages = pages(&operator, path).await.join("\n");
        seen_in_full += national.iter().filter(|n| pages.contains(**n)).count();
    }
    assert!(seen_in_full >= 3, "an operator does see them");
}

/// All pages of a list with everything that stands in it, one by one.
async fn pages(panel: &Panel<'_>, path: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let query = cursor.map_or(String::new(), |cursor| format!("?cursor={cursor}"));
        let page = panel.get(&format!("{path}{query}")).await;
        for item in page["items"].as_array().into_iter().flatten() {
            if let Some(id) = item["id"].as_str() {
                let one = panel.ask(&format!("{path}/{id}")).await;
                pages.push(one.text);
            }
        }
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        pages.push(Value::to_string(&page));
        if cursor.is_none() {
            return pages;
        }
    }
}
