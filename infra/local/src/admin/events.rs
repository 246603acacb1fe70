use std::sync::Arc;

use app::App;
use app::event::{
    Wishes, cancel_event, copy_event, create_event, edit_event, follow_up_now, preview_plan,
};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::event::{Event, EventForm, EventStatus, Plan};
use domain::ids::EventId;
use domain::time_text::date_time;
use domain::zone::Zone;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BY, Refusal, body, id};

/// What comes with a form.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    /// As it was seen; not asked of a new event.
    revision: u64,
    accept_shortfall: bool,
    notify: bool,
    event: EventForm,
}

impl Asked {
    fn wishes(&self) -> Wishes<'static> {
        Wishes {
            accept_shortfall: self.accept_shortfall,
            notify: self.notify,
            by: BY,
        }
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/events", get(list).post(create))
        .route("/events/plan", post(plan))
        .route("/events/{id}", get(show).patch(edit))
        .route("/events/{id}/copy", post(copy))
        .route("/events/{id}/cancel", post(cancel))
        .route("/events/{id}/follow-up", post(follow_up))
}

pub(super) fn plan_view(plan: &Plan) -> Value {
    json!({
        "at": plan.at,
        "begins_at": plan.begins_at,
        "people": plan.people,
        "unsent": plan.unsent,
        "more_numbers": plan.more_numbers,
    })
}

fn view(event: &Event) -> Value {
    let mut view = json!({
        "id": event.id,
        "title": event.title,
        "start_time": event.start_time,
        "start": date_time(event.start_time, Zone::Wib),
        "zoom_link": event.zoom_link,
        "duration_min": event.duration_min,
        "description": event.description,
        "image": event.image,
        "audience": event.audience,
        "status": event.status.as_str(),
        "revision": event.revision,
        "remind_from": event.remind_from(),
    });
    if let Some(plan) = &event.plan {
        view["plan"] = plan_view(plan);
        view["plan"]["reason"] = plan.reason(event.start_time).into();
    }
    view
}

async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let mut items = Vec::new();
    for status in [EventStatus::Planned, EventStatus::Cancelled] {
        let events = app
            .store
            .events_after(status, Timestamp::UNIX_EPOCH)
            .await?;
        items.extend(events.iter().map(view));
    }
    Ok(Json(json!({ "items": items })))
}

async fn show(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let event = app.store.event(id(&event, "event")?).await?;
    let event = event.ok_or_else(|| Refusal::not_found("event"))?;
    Ok(Json(view(&event)))
}

async fn create(
    State(app): State<Arc<App>>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asked: Asked = body(&bytes)?;
    let wishes = asked.wishes();
    let event = Box::pin(create_event(&app, asked.event, wishes)).await?;
    Ok((StatusCode::CREATED, Json(view(&event))))
}

async fn plan(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let plan = Box::pin(preview_plan(&app, None, asked.event)).await?;
    Ok(Json(plan_view(&plan)))
}

async fn edit(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let (event, wishes): (EventId, _) = (id(&event, "event")?, asked.wishes());
    let event = Box::pin(edit_event(&app, event, asked.revision, asked.event, wishes)).await?;
    Ok(Json(view(&event)))
}

async fn copy(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asked: Asked = body(&bytes)?;
    let (event, wishes): (EventId, _) = (id(&event, "event")?, asked.wishes());
    let event = Box::pin(copy_event(&app, event, asked.event, wishes)).await?;
    Ok((StatusCode::CREATED, Json(view(&event))))
}

async fn cancel(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let (event, wishes): (EventId, _) = (id(&event, "event")?, asked.wishes());
    let event = Box::pin(cancel_event(&app, event, asked.revision, wishes)).await?;
    Ok(Json(view(&event)))
}

async fn follow_up(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
) -> Result<StatusCode, Refusal> {
    follow_up_now(&app, id(&event, "event")?, BY).await?;
    Ok(StatusCode::ACCEPTED)
}
