//! What an admin does, as JSON for the command line: events, broadcasts, texts. It exists only here,
//! and the edge listens on loopback alone; the deployed API asks who is calling.

mod attendance;
mod campaigns;
mod events;
mod media;
mod templates;

use std::sync::Arc;

use app::campaign::CampaignError;
use app::event::EventError;
use app::{App, Chain};
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::form::FieldErrors;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::StoreError;

use crate::gate::Gate;
use crate::media::LocalMedia;

/// Who acts when the command line does.
const BY: &str = "admin";

/// The routes below `/simulator/admin`. Time stands still while one is at work.
pub(crate) fn router(app: App, media: Arc<LocalMedia>, gate: Gate) -> Router {
    let app = Arc::new(app);
    Router::new()
        .merge(attendance::routes())
        .merge(events::routes())
        .merge(campaigns::routes())
        .merge(templates::routes())
        .with_state(Arc::clone(&app))
        .merge(media::routes(app, media))
        .layer(from_fn_with_state(gate, enter))
}

async fn enter(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let _entered = gate.enter();
    next.run(request).await
}

/// Why something was not done: status, code, message, and what else helps.
#[derive(Debug)]
struct Refusal(StatusCode, &'static str, String, Value);

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self(status, code, message.into(), Value::Null)
    }

    fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("There is no such {what}."),
        )
    }

    fn fields(errors: &FieldErrors) -> Self {
        let fields: serde_json::Map<String, Value> = errors
            .iter()
            .map(|(field, text)| (field.to_owned(), text.into()))
            .collect();
        let message = "Some fields do not fit.".to_owned();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self(
            status,
            "invalid_fields",
            message,
            json!({ "fields": fields }),
        )
    }

    fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %Chain(error), "admin route");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "failed", Chain(error).to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message, more) = self;
        let mut error = json!({ "code": code, "message": message });
        if let (Value::Object(error), Value::Object(more)) = (&mut error, more) {
            error.extend(more);
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}

impl From<EventError> for Refusal {
    fn from(error: EventError) -> Self {
        let conflict = |code, text: &str| Self::new(StatusCode::CONFLICT, code, text);
        match error {
            EventError::Fields(errors) => Self::fields(&errors),
            EventError::NotFound => Self::not_found("event"),
            EventError::Over => conflict("over", "The event is cancelled, or not at this point."),
            EventError::Overtaken => conflict(
                "overtaken",
                "Somebody else changed this event first: look again.",
            ),
            EventError::Shortfall(plan) => Self(
                StatusCode::CONFLICT,
                "shortfall",
                format!(
                    "{} of {} people would get no reminder before the event; {} more sending numbers \
                     would be needed. Nothing was saved. Say --accept-shortfall to do so all the same.",
                    plan.unsent,
                    plan.people,
                    plan.more_numbers
                        .map_or("any".to_owned(), |more| more.to_string()),
                ),
                json!({ "plan": events::plan_view(&plan) }),
            ),
            other => Self::failed(&other),
        }
    }
}

impl From<CampaignError> for Refusal {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Unknown => Self::not_found("campaign"),
            CampaignError::NoText => Self::not_found("template"),
            CampaignError::Over(over) => Self::new(StatusCode::CONFLICT, "over", over.to_string()),
            other => Self::failed(&other),
        }
    }
}

/// A request's body; an empty one has no fields.
fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "invalid_json", error.to_string()))
}

/// An id of a path.
fn id<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::not_found(what))
}
