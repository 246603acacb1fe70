//! Every row of the failure table, against a real TCP server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use domain::outcome::Outcome;
use gateway::{ApiKey, DripSender, Gateway, Reply, SendRequest};
use support::{Act, Server};
use tokio::net::TcpListener;

const KEY: &str = "key-5f2a";
const PHONE: &str = "6281562726272";
const TEXT: &str = "Halo Bapak \"Budi\" 🙏\nSelamat datang";

const AMPLE: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_secs(1);

const SILENCE: Outcome = Outcome::Unconfirmed { status: None };

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

fn replying(status: &str, headers: &str, body: &str) -> Act {
    Act::Reply(answer(status, headers, body))
}

async fn send_to(base_url: &str, timeout: Duration) -> Reply {
    let api_key = ApiKey::new(KEY.to_owned());
    let request = SendRequest {
        api_key: &api_key,
        phone_digits: PHONE,
        text: TEXT,
        media_url: None,
    };
    DripSender::new(base_url, timeout)
        .unwrap()
        .send(&request)
        .await
}

/// Sends once, and checks that there was one whole request on one connection.
async fn outcome(act: Act, timeout: Duration) -> Reply {
    let server = Server::start(act).await;
    let reply = send_to(&server.http(), timeout).await;
    let received = server.received();
    assert_eq!(received.len(), 1, "one request, never repeated");
    assert!(received[0].ends_with('}'), "the request went out whole");
    reply
}

fn is(outcome: Outcome) -> Reply {
    Reply {
        outcome,
        odd_body: false,
    }
}

const ODD: Reply = Reply {
    outcome: Outcome::Accepted,
    odd_body: true,
};

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let server = Server::start(replying("200 OK", "", "OK")).await;
    let gateway = DripSender::new(&server.http(), AMPLE).unwrap();
    let api_key = ApiKey::new(KEY.to_owned());
    for media_url in [None, Some("https://x.id/a.jpg")] {
        let request = SendRequest {
            api_key: &api_key,
            phone_digits: PHONE,
            text: TEXT,
            media_url,
        };
        assert_eq!(gateway.send(&request).await, is(Outcome::Accepted));
    }

    let received = server.received();
    assert_eq!(
        received.len(),
        2,
        "a connection of its own for each request"
    );
    for (request, media) in received.iter().zip([None, Some("https://x.id/a.jpg")]) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /send HTTP/1.1\r\n"));
        assert!(
            head.to_lowercase()
                .contains("content-type: application/json")
        );
        let mut expected = serde_json::json!({"api_key": KEY, "phone": PHONE, "text": TEXT});
        if let Some(media) = media {
            expected["media_url"] = media.into();
        }
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(body).unwrap(),
            expected
        );
        assert!(!head.contains(KEY) && !head.contains(PHONE));
    }
}

#[tokio::test]
async fn every_2xx_is_accepted_and_an_odd_body_noted() {
    for (status, body, expected) in [
        ("200 OK", "OK", is(Outcome::Accepted)),
        ("200 OK", "OK\n", is(Outcome::Accepted)),
        ("201 Created", "OK", is(Outcome::Accepted)),
        ("200 OK", r#"{"status":false}"#, ODD),
        ("200 OK", "", ODD),
        ("202 Accepted", "<html>", ODD),
    ] {
        assert_eq!(
            outcome(replying(status, "", body), AMPLE).await,
            expected,
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn refusals_by_status() {
    for (status, expected) in [
        ("400 Bad Request", Outcome::BadRecipient),
        ("401 Unauthorized", Outcome::KeyInvalid { status: 401 }),
        ("403 Forbidden", Outcome::KeyInvalid { status: 403 }),
        ("404 Not Found", Outcome::KeyInvalid { status: 404 }),
    ] {
        let act = replying(status, "", r#"{"error":"x"}"#);
        assert_eq!(outcome(act, AMPLE).await, is(expected), "{status}");
    }
}

#[tokio::test]
async fn rate_limits_with_both_forms_of_retry_after() {
    let date = "date: Sun, 29 Nov 2026 12:30:00 GMT\r\n";
    for (headers, retry_after_s) in [
        (String::new(), None),
        ("retry-after: 30\r\n".to_owned(), Some(30)),
        ("retry-after: soon\r\n".to_owned(), None),
        (
            format!("{date}retry-after: Sun, 29 Nov 2026 12:31:30 GMT\r\n"),
            Some(90),
        ),
        (
            "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned(),
            Some(0),
        ),
    ] {
        let act = replying("429 Too Many Requests", &headers, "");
        let expected = is(Outcome::RateLimited { retry_after_s });
        assert_eq!(outcome(act, AMPLE).await, expected, "{headers}");
    }
}

#[tokio::test]
async fn a_500_is_judged_by_its_body() {
    let unconfirmed = Outcome::Unconfirmed { status: Some(500) };
    for (body, expected) in [
        (r#"{"error":"failed"}"#, Outcome::NotAccepted),
        ("connect ECONNREFUSED 10.0.0.7:3000", Outcome::NotAccepted),
        ("device disconnected", Outcome::NotAccepted),
        ("Internal Server Error", unconfirmed),
        ("", unconfirmed),
    ] {
        let act = replying("500 Internal Server Error", "", body);
        assert_eq!(outcome(act, AMPLE).await, is(expected), "{body}");
    }
}

#[tokio::test]
async fn other_5xx_are_unconfirmed() {
    for status in [501, 502, 503, 504] {
        let act = replying(&format!("{status} x"), "", r#"{"error":"ECONNREFUSED"}"#);
        let expected = is(Outcome::Unconfirmed {
            status: Some(status),
        });
        assert_eq!(outcome(act, AMPLE).await, expected);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_not_sent_on() {
    let other = Server::start(replying("200 OK", "", "OK")).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/send\r\n", other.http());
        let act = replying(&format!("{status} x"), &location, "");
        assert_eq!(
            outcome(act, AMPLE).await,
            is(Outcome::Redirected { status })
        );
    }
    assert_eq!(other.received().len(), 0);
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        send_to(&format!("http://{address}"), AMPLE).await,
        is(Outcome::NotSent)
    );
}

#[tokio::test]
async fn an_unknown_host_was_not_sent() {
    let reply = send_to("https://gateway.invalid", SHORT).await;
    assert_eq!(reply, is(Outcome::NotSent));
}

#[tokio::test]
async fn failed_and_stuck_tls_was_not_sent_and_shows_nothing() {
    for act in [
        Act::Reply(b"no TLS here".to_vec()),
        Act::ReplyAndHang(Vec::new()),
        Act::Ignore,
    ] {
        let server = Server::start(act).await;
        let reply = send_to(&format!("https://{}", server.address), SHORT).await;
        assert_eq!(reply, is(Outcome::NotSent));
        let seen = server.received().concat();
        assert!(!seen.contains(KEY) && !seen.contains(PHONE));
    }
}

#[tokio::test]
async fn silence_is_unconfirmed_whether_the_request_was_read_or_not() {
    let begun = Instant::now();
    assert_eq!(
        outcome(Act::ReplyAndHang(Vec::new()), SHORT).await,
        is(SILENCE)
    );
    let ignoring = Server::start(Act::Ignore).await;
    assert_eq!(send_to(&ignoring.http(), SHORT).await, is(SILENCE));
    assert!(
        begun.elapsed() < 2 * SHORT + AMPLE / 2,
        "the timeout must hold"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_before_its_status_is_unconfirmed() {
    for begun in [
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "nonsense\r\n\r\n",
    ] {
        let closed = outcome(Act::Reply(begun.into()), AMPLE).await;
        assert_eq!(closed, is(SILENCE), "closed after {begun:?}");
        let reset = outcome(Act::ReplyAndReset(begun.into()), AMPLE).await;
        assert_eq!(reset, is(SILENCE), "reset after {begun:?}");
    }
}

#[tokio::test]
async fn once_a_2xx_has_arrived_the_body_cannot_spoil_it() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nOK".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let huge = answer("200 OK", "", &"x".repeat(5_000_000));
    assert_eq!(
        outcome(Act::Reply(head.clone()), AMPLE).await,
        ODD,
        "cut off"
    );
    assert_eq!(
        outcome(Act::ReplyAndReset(head.clone()), AMPLE).await,
        ODD,
        "reset"
    );
    assert_eq!(outcome(Act::ReplyAndHang(head), SHORT).await, ODD, "stuck");
    assert_eq!(
        outcome(Act::ReplyAndDrip(endless), SHORT).await,
        ODD,
        "dripping"
    );
    assert_eq!(outcome(Act::Reply(huge), AMPLE).await, ODD, "huge");
}

#[tokio::test]
async fn a_500_whose_body_is_not_whole_is_unconfirmed() {
    let expected = is(Outcome::Unconfirmed { status: Some(500) });
    let head = b"HTTP/1.1 500 x\r\ncontent-length: 100\r\n\r\n{\"error\":\"refused\"}".to_vec();
    let endless = b"HTTP/1.1 500 x\r\n\r\nECONNREFUSED".to_vec();
    let huge = answer("500 x", "", &"ECONNREFUSED ".repeat(400_000));
    assert_eq!(
        outcome(Act::Reply(head.clone()), AMPLE).await,
        expected,
        "cut off"
    );
    assert_eq!(
        outcome(Act::ReplyAndReset(head.clone()), AMPLE).await,
        expected,
        "reset"
    );
    assert_eq!(
        outcome(Act::ReplyAndHang(head), SHORT).await,
        expected,
        "stuck"
    );
    assert_eq!(
        outcome(Act::ReplyAndDrip(endless), SHORT).await,
        expected,
        "dripping"
    );
    assert_eq!(outcome(Act::Reply(huge), AMPLE).await, expected, "huge");
}

#[tokio::test]
async fn a_status_that_decides_alone_does_not_wait_for_its_body() {
    let begun = Instant::now();
    let head = b"HTTP/1.1 404 x\r\ncontent-length: 100\r\n\r\n".to_vec();
    let expected = is(Outcome::KeyInvalid { status: 404 });
    assert_eq!(outcome(Act::ReplyAndHang(head), AMPLE).await, expected);
    assert!(begun.elapsed() < AMPLE);
}

#[test]
fn nothing_secret_shows_in_debug_output() {
    let api_key = ApiKey::new(KEY.to_owned());
    let request = SendRequest {
        api_key: &api_key,
        phone_digits: PHONE,
        text: TEXT,
        media_url: Some("https://x.id/unguessable.pdf"),
    };
    let gateway = DripSender::new("https://x.id", AMPLE).unwrap();
    let shown = format!("{request:?} {request:#?} {api_key:?} {gateway:?}");
    for secret in [KEY, PHONE, "Halo", "unguessable"] {
        assert!(!shown.contains(secret));
    }
}
