//! The gateway's side: `POST /send` with the answers DripSender documents (plain `OK`, or
//! `{"error"}` with 400 and 404), `GET /lists/` for whoever has a valid key, and what may go wrong.

use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::answer::{answer, error};
use super::{Message, Mode, Phone, Received, Simulator};

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
        .route("/lists/", get(lists))
        .with_state(simulator)
}

async fn send(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let arrived = Instant::now();
    closing(accept(&simulator, &body, arrived).await)
}

/// What a key's owner has stored there; answered in the number's mode like a message.
async fn lists(State(simulator): State<Simulator>, headers: HeaderMap) -> Response {
    let key = headers.get("api-key").and_then(|key| key.to_str().ok());
    let mode = simulator.with(|state| {
        let mut numbers = state.numbers.iter_mut();
        let number = numbers.find(|number| Some(number.api_key.as_str()) == key)?;
        number.asked.lists += 1;
        Some(number.mode)
    });
    closing(match mode {
        // Nothing is sent that could be refused.
        Some(Mode::BadRecipient) => axum::Json(json!([])).into_response(),
        Some(mode) => answer(mode, axum::Json(json!([])).into_response()).await,
        None => error(StatusCode::NOT_FOUND, "api key not found"),
    })
}

/// A connection of its own per request: closing the port then refuses the very next one.
fn closing(mut response: Response) -> Response {
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
        let mut numbers = state.numbers.iter_mut();
        let number = numbers.find(|number| number.api_key == api_key)?;
        number.asked.sends += 1;
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
    if !mode.delivers() {
        return answer(mode, "OK".into_response()).await;
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
    answer(mode, "OK".into_response()).await
}
