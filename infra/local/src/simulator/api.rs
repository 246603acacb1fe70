//! The page and its JSON, to be nested at `/simulator`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::Page;
use super::{
    Filling, Form, LidUse, Mode, NumberView, Phone, Simulator, SimulatorError, Told, Waiting,
    World, Written,
};

/// Time is advanced by at most this much at once: 31 days.
const LONGEST_ADVANCE_S: u64 = 31 * 24 * 3600;

#[derive(Clone)]
struct Context {
    simulator: Simulator,
    world: Arc<dyn World>,
    page: &'static str,
}

/// The routes: `/` answers `page`, the rest JSON. `POST /clock` waits for everything at work, so
/// these routes must not themselves count as work.
pub fn router(simulator: Simulator, world: Arc<dyn World>, page: &'static str) -> Router {
    Router::new()
        .route("/", get(show_page))
        .route("/messages", get(messages))
        .route("/reply", post(reply))
        .route("/numbers", get(numbers))
        .route("/numbers/{phone}", post(set_mode))
        .route("/clock", get(clock).post(advance))
        .route("/state", get(everything))
        .with_state(Context {
            simulator,
            world,
            page,
        })
}

/// A refusal: status, stable code, and a text for the page.
struct Refusal(StatusCode, &'static str, &'static str, Value);

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self(status, code, message, Value::Null)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message, allowed) = self;
        let mut error = json!({ "code": code, "message": message });
        if !allowed.is_null() {
            error["allowed"] = allowed;
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}

fn bad_phone() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "invalid_phone",
        "Nomor tidak dapat dibaca. Contoh: +6281234567890",
    )
}

impl From<SimulatorError> for Refusal {
    fn from(error: SimulatorError) -> Self {
        match error {
            SimulatorError::UnknownNumber => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_number",
                "Nomor pengirim ini tidak ada.",
            ),
            other => {
                tracing::error!(reason = %other, "the simulator failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "failed",
                    "Simulator gagal. Lihat log.",
                )
            }
        }
    }
}

fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_fields",
                "Isian JSON tidak sesuai.",
            )
        } else {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "invalid_json",
                "Isi permintaan bukan JSON yang benar.",
            )
        }
    })
}

async fn show_page(State(context): State<Context>) -> Html<&'static str> {
    Html(context.page)
}

#[derive(Deserialize)]
struct MessagesQuery {
    phone: Option<String>,
}

async fn messages(
    State(context): State<Context>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Value>, Refusal> {
    let phone = query.phone.as_deref().map(str::parse::<Phone>);
    let phone = phone.transpose().map_err(|_| bad_phone())?;
    let items = context.simulator.messages(phone.as_ref());
    Ok(Json(json!({ "items": items })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    from: String,
    to: String,
    text: String,
    #[serde(default)]
    form: Form,
    #[serde(default)]
    lid: LidUse,
}

async fn reply(State(context): State<Context>, bytes: Bytes) -> Result<Response, Refusal> {
    let reply: Reply = body(&bytes)?;
    let from = reply.from.parse().map_err(|_| bad_phone())?;
    let to = reply.to.parse().map_err(|_| bad_phone())?;
    let written = Written {
        from,
        to,
        text: reply.text,
        form: reply.form,
        lid: reply.lid,
    };
    let status = match context.simulator.reply(&written).await? {
        Told::Nobody => return Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response()),
        Told::Taken(answer) => {
            let answer = Json(json!({ "answer": answer }));
            return Ok((StatusCode::ACCEPTED, answer).into_response());
        }
        Told::Refused(status) => json!(status),
        Told::NoAnswer => Value::Null,
    };
    let error = json!({
        "code": "not_taken",
        "message": "Pesan ada di obrolan, tetapi webhook tidak menerimanya.",
        "status": status,
    });
    Ok((StatusCode::BAD_GATEWAY, Json(json!({ "error": error }))).into_response())
}

async fn numbers(State(context): State<Context>) -> Json<Value> {
    Json(json!(context.simulator.numbers()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetMode {
    mode: Value,
}

async fn set_mode(
    State(context): State<Context>,
    Path(phone): Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let phone: Phone = phone.parse().map_err(|_| bad_phone())?;
    let wanted: SetMode = body(&bytes)?;
    let mode = serde_json::from_value(wanted.mode).map_err(|_| {
        Refusal(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown_mode",
            "Mode ini tidak dikenal.",
            json!(Mode::ALL),
        )
    })?;
    context.simulator.set_mode(&phone, mode).await?;
    let numbers = context.simulator.numbers();
    let changed = numbers.into_iter().find(|number| number.phone == phone);
    Ok(Json(json!(changed)))
}

async fn clock(State(context): State<Context>) -> Json<Value> {
    let waiting = context.world.waiting().await;
    Json(json!({
        "now": context.simulator.0.clock.now(),
        "next_waiting": waiting.until,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_s: u64,
}

async fn advance(State(context): State<Context>, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let wanted: Advance = body(&bytes)?;
    if wanted.advance_s > LONGEST_ADVANCE_S {
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "too_far",
            "Waktu hanya dapat dimajukan 0 detik sampai 31 hari.",
        ));
    }
    let by = Duration::from_secs(wanted.advance_s);
    context.world.advance(by).await.map_err(|reason| {
        tracing::error!(reason, "time could not be advanced");
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_advanced",
            "Waktu tidak dapat dimajukan. Lihat log.",
        )
    })?;
    Ok(clock(State(context)).await)
}

#[derive(Deserialize)]
struct StateQuery {
    after: Option<String>,
}

#[derive(Serialize)]
struct Everything {
    now: Timestamp,
    numbers: Vec<NumberView>,
    waiting: Waiting,
    #[serde(skip_serializing_if = "Option::is_none")]
    filling: Option<Filling>,
    #[serde(flatten)]
    page: Page,
}

/// What the page shows, with the messages after the cursor of the last answer.
async fn everything(
    State(context): State<Context>,
    Query(query): Query<StateQuery>,
) -> Json<Everything> {
    Json(Everything {
        waiting: context.world.waiting().await,
        filling: context.world.filling(),
        now: context.simulator.0.clock.now(),
        numbers: context.simulator.numbers(),
        page: context.simulator.page(query.after.as_deref()),
    })
}
