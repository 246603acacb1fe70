//! The gateway's side: `POST /send` with the answers DripSender documents (plain `OK`, or
//! `{"error"}` with 400 and 404).

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;

use super::{Message, Mode, Phone, Received, Simulator};

/// How long an answer is withheld if the client does not go away before.
const WITHHELD: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Send {
    api_key: Option<String>,
    phone: Option<String>,
    text: Option<String>,
    media_url: Option<String>,
}

pub(super) fn router(simulator: Simulator) -> Router {
    Router::new()
        .route("/send", post(send))
        .with_state(simulator)
}

async fn send(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let arrived = Instant::now();
    let mut response = accept(&simulator, &body, arrived).await;
    // A connection of its own per request: closing the port then refuses the very next one.
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn accept(simulator: &Simulator, body: &[u8], arrived: Instant) -> Response {
    let at = simulator.0.clock.now();
    let Ok(send) = serde_json::from_slice::<Send>(body) else {
        return error(StatusCode::BAD_REQUEST, "invalid parameters");
    };
    let Some(api_key) = send.api_key else {
        return error(StatusCode::BAD_REQUEST, "api_key is required");
    };
    let known = simulator.with(|state| {
        let mut numbers = state.numbers.iter();
        let number = numbers.find(|number| number.api_key == api_key)?;
        Some((number.phone.clone(), number.mode, number.in_flight.begin()))
    });
    let Some((from, mode, _flight)) = known.filter(|(_, mode, _)| *mode != Mode::InvalidKey) else {
        return error(StatusCode::NOT_FOUND, "api key not found");
    };
    let to = send.phone.as_deref().map(Phone::from_digits);
    let Some(Ok(to)) = to else {
        return error(StatusCode::BAD_REQUEST, "phone is invalid");
    };
    if send.text.is_none() && send.media_url.is_none() {
        return error(StatusCode::BAD_REQUEST, "text is required");
    }
    let message = Message {
        from: from.clone(),
        to: to.clone(),
        text: send.text.unwrap_or_default(),
        media_url: send.media_url,
        at,
    };
    let received = Received {
        number: from,
        to,
        text: message.text.clone(),
        at_virtual: at,
        arrived,
    };
    let stored = simulator.with(|state| {
        state.chats.add(message)?;
        state.received.push(received);
        Ok::<_, super::ChatsError>(())
    });
    if let Err(reason) = stored {
        tracing::error!(%reason, "the simulated gateway could not keep a message");
        return error(StatusCode::INTERNAL_SERVER_ERROR, "not accepted");
    }
    if mode == Mode::TimeoutAfter {
        tokio::time::sleep(WITHHELD).await;
        return error(StatusCode::GATEWAY_TIMEOUT, "timeout");
    }
    "OK".into_response()
}

fn error(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "error": text }))).into_response()
}
