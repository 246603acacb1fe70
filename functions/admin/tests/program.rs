//! The program as it is deployed, behind the Runtime API, with real clients.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panicking"
)]

use serde_json::{Value, json};
use tests::function::{
    Variables, ends_on_sigterm, refuses_to_start, refuses_to_start_without, sample,
};
use tests::{Account, Function};

const PROGRAM: &str = env!("CARGO_BIN_EXE_admin");
const KEY: &str = "key-of-a-number-5d0e";

fn required() -> Variables {
    vec![
        ("TABLE_PREFIX", "sample".to_owned()),
        ("WAKE_QUEUE_URL", "http://127.0.0.1:9/wake".to_owned()),
        (
            "REFERRALS_QUEUE_URL",
            "http://127.0.0.1:9/referrals".to_owned(),
        ),
        ("FIELD_KEY_ARN", "arn:aws:kms:x:0:key/0".to_owned()),
        ("ORIGIN_CHECK", "off".to_owned()),
        ("GATEWAY_URL", "http://127.0.0.1:9".to_owned()),
        ("POOL_ID", "sample".to_owned()),
        ("GATEWAY_MODE", "off".to_owned()),
    ]
}

/// The sample, for this call by somebody of these groups.
fn call(method: &str, path: &str, groups: &str, body: Option<&Value>) -> String {
    let mut event = sample("api-admin.json");
    let whole = format!("/api/admin/{path}");
    event["rawPath"] = whole.as_str().into();
    event["rawQueryString"] = "".into();
    event["pathParameters"]["proxy"] = path.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["requestContext"]["http"]["path"] = whole.into();
    event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = groups.into();
    if let Some(body) = body {
        event["headers"]["content-type"] = "application/json".into();
        event["headers"]["idempotency-key"] = "one".into();
        event["body"] = body.to_string().into();
    }
    event.to_string()
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().expect("a text")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_whom_the_authorizer_names_and_nobody_else() {
    let account = Account::open().await;
    let mut variables = account.variables();
    variables.extend(account.pool_variables().await);
    variables.extend([
        ("WAKE_QUEUE_URL", account.queue_url("wake")),
        ("REFERRALS_QUEUE_URL", account.queue_url("referrals")),
        ("FIELD_KEY_ARN", account.key_arn()),
        ("ORIGIN_CHECK", "off".to_owned()),
        ("GATEWAY_URL", "http://127.0.0.1:9".to_owned()),
        ("GATEWAY_MODE", "off".to_owned()),
    ]);
    let mut function = Function::start(PROGRAM, &variables).await;
    let list = sample("api-admin.json").to_string();
    let answer = function.invoke(&list).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    assert_eq!(body(&answer), json!({"items": [], "next_cursor": null}));

    let number = json!({
        "label": "Nomor 1", "phone": "0811-0000-0001", "api_key": KEY,
        "in_use_since": "2025-01-01T00:00:00Z",
    });
    let add = call("POST", "numbers", "[admin]", Some(&number));
    let added = function.invoke(&add).await.unwrap();
    assert_eq!(added["statusCode"], 201, "{added}");
    let again = function.invoke(&add).await.unwrap();
    assert_eq!(body(&again)["id"], body(&added)["id"]);
    account.take("wake").await;
    let viewed = function
        .invoke(&call("GET", "numbers", "[viewer]", None))
        .await;
    let viewed = viewed.unwrap();
    assert_eq!(body(&viewed)["items"][0]["phone"], "0811••••0001");
    let refused = function
        .invoke(&call("POST", "numbers", "[viewer]", Some(&number)))
        .await;
    assert_eq!(refused.unwrap()["statusCode"], 403);
    let nobody = function.invoke(&call("GET", "numbers", "[]", None)).await;
    assert_eq!(nobody.unwrap()["statusCode"], 403);
    let mut without = sample("api-admin.json");
    without["requestContext"]
        .as_object_mut()
        .unwrap()
        .remove("authorizer");
    let without = function.invoke(&without.to_string()).await.unwrap();
    assert_eq!(without["statusCode"], 401, "{without}");
    let invitation = json!({"email": "rekan@example.org", "role": "viewer"});
    let invited = function
        .invoke(&call("POST", "admins", "[admin]", Some(&invitation)))
        .await;
    assert_eq!(invited.unwrap()["statusCode"], 201);
    let colleagues = function
        .invoke(&call("GET", "admins", "[admin]", None))
        .await;
    assert_eq!(body(&colleagues.unwrap())["total"], 1);
    for event in ["{}", "null", "[", "Halo"] {
        let error = function.invoke(event).await.unwrap_err();
        assert!(error["errorType"].is_string(), "{event}: {error}");
    }
    let secrets = [KEY, "81100000001", "rekan@example.org"];
    ends_on_sigterm(function, &secrets).await;

    variables.retain(|(name, _)| *name != "ORIGIN_CHECK");
    variables.push(("ORIGIN_CHECK", "required".to_owned()));
    let mut function = Function::start(PROGRAM, &variables).await;
    let refusal = function.invoke(&list).await.unwrap();
    assert_eq!(refusal["statusCode"], 403, "{refusal}");
    ends_on_sigterm(function, &secrets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_variables() {
    refuses_to_start_without(PROGRAM, &required()).await;
    let mut odd = required();
    odd.last_mut().unwrap().1 = "maybe".to_owned();
    refuses_to_start(PROGRAM, &odd, "GATEWAY_MODE").await;
}
