//! What the simulated gateway says, mode by mode, once it is decided whether a message went out.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use http_body_util::channel::Channel;
use serde_json::json;

use super::Mode;

/// How long an answer is withheld if the client does not go away before.
const WITHHELD: Duration = Duration::from_secs(60);
/// Noticeable, and far from the client's patience.
const SLOW: Duration = Duration::from_millis(400);
/// Between two bytes of a body that drips.
const DRIP: Duration = Duration::from_millis(100);
/// More than the client reads.
const HUGE: usize = 1 << 20;

/// The answer of a number in `mode` to a request that is in order; `ok` is what it says if all
/// is well.
pub(super) async fn answer(mode: Mode, ok: Response) -> Response {
    match mode {
        Mode::Ok => ok,
        Mode::Slow => {
            tokio::time::sleep(SLOW).await;
            ok
        }
        Mode::OddBody => Html("<p>Pesan diterima</p>").into_response(),
        Mode::HugeBody => vec![b'O'; HUGE].into_response(),
        Mode::SlowDrip => dripping(),
        // Refused connections never come so far.
        Mode::InvalidKey | Mode::Refused => error(StatusCode::NOT_FOUND, "api key not found"),
        Mode::BadRecipient => error(StatusCode::BAD_REQUEST, "number is not on whatsapp"),
        Mode::RateLimited => (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, "60")],
            "slow down",
        )
            .into_response(),
        Mode::NotAccepted500 => error(StatusCode::INTERNAL_SERVER_ERROR, "device is disconnected"),
        Mode::Accepted500 => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
        }
        Mode::BadGateway => {
            (StatusCode::BAD_GATEWAY, Html("<h1>502 Bad Gateway</h1>")).into_response()
        }
        Mode::Truncated => broken_off(),
        Mode::Redirect => (
            StatusCode::FOUND,
            [(header::LOCATION, "http://127.0.0.1:1/login")],
        )
            .into_response(),
        Mode::TimeoutBefore | Mode::TimeoutAfter => {
            tokio::time::sleep(WITHHELD).await;
            error(StatusCode::GATEWAY_TIMEOUT, "timeout")
        }
    }
}

pub(super) fn error(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "error": text }))).into_response()
}

fn dripping() -> Response {
    let (mut body, receiver) = Channel::<Bytes, axum::Error>::new(1);
    tokio::spawn(async move {
        // Until the client is gone.
        while body.send_data(Bytes::from_static(b"O")).await.is_ok() {
            tokio::time::sleep(DRIP).await;
        }
    });
    Body::new(receiver).into_response()
}

fn broken_off() -> Response {
    let (mut body, receiver) = Channel::<Bytes, axum::Error>::new(1);
    tokio::spawn(async move {
        let begin = Bytes::from_static(b"{\"error\":\"inter");
        if body.send_data(begin).await.is_ok() {
            tokio::time::sleep(DRIP).await;
            body.abort(axum::Error::new("broken off"));
        }
    });
    let mut answer = Body::new(receiver).into_response();
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer.headers_mut().insert(
        header::CONTENT_LENGTH,
        header::HeaderValue::from_static("400"),
    );
    answer
}
