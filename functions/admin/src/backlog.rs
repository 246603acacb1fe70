//! What waits, and when it will be done (requirements A4, S11).

use std::sync::Arc;

use app::backlog::{BacklogPart, backlog};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::config::Deps;
use crate::error::Problem;
use crate::routes::resource;

resource!(waiting);

/// Everything that waits.
#[derive(Debug, Serialize, ToSchema)]
struct Backlog {
    /// When it was counted.
    as_of: Timestamp,
    /// By class and campaign, the most urgent class first.
    parts: Vec<Part>,
    /// Requests that are out.
    sending: u32,
    /// Alerts that wait for their place among the invited.
    waiting_sequence: u32,
    /// Messages that wait for the number their recipient has chatted with.
    own_number: u32,
    /// Welcomes above the day's ceiling.
    above_ceiling: u32,
    /// When the last of all that can go will have gone; null if not all will, or nothing waits.
    done_at: Option<Timestamp>,
}

/// Messages of one kind.
#[derive(Debug, Serialize, ToSchema)]
struct Part {
    /// reminder, welcome, referrer_alert, follow_up, broadcast
    #[schema(example = "broadcast")]
    class: &'static str,
    campaign_id: Option<Uuid>,
    /// paused, failures, overdue: somebody has to let it go on.
    hold: Option<&'static str>,
    waiting: u32,
    /// Null while only a person can let them go.
    forecast: Option<Forecast>,
}

/// What will become of them.
#[derive(Debug, Serialize, ToSchema)]
struct Forecast {
    begins_at: Option<Timestamp>,
    /// When the last of them leaves, if all do.
    done_at: Option<Timestamp>,
    /// How many will have gone in time.
    sent: u32,
    /// How many will not.
    unsent: u32,
    by_number: Vec<ByNumber>,
}

/// What one number sends of them.
#[derive(Debug, Serialize, ToSchema)]
struct ByNumber {
    number_id: Uuid,
    messages: u32,
}

impl Part {
    fn of(part: BacklogPart) -> Self {
        let waits = part.waits;
        Self {
            class: waits.load.class.as_str(),
            campaign_id: waits.campaign.map(|id| id.0),
            hold: waits.hold.map(domain::campaign::Hold::as_str),
            waiting: waits.load.messages,
            forecast: part.forecast.map(|seen| Forecast {
                begins_at: seen.begins_at,
                done_at: seen.done_at,
                sent: seen.sent,
                unsent: seen.unsent,
                by_number: seen
                    .by_number
                    .into_iter()
                    .map(|(number, messages)| ByNumber {
                        number_id: number.0,
                        messages,
                    })
                    .collect(),
            }),
        }
    }
}

/// Pesan yang menunggu, dan kapan selesai menurut nomor, batas, dan jam kirim.
#[utoipa::path(
    get, path = "/api/admin/backlog", tag = "notifications", operation_id = "backlog_get",
    responses((status = 200, description = "Antrean dan perkiraan.", body = Backlog))
)]
async fn waiting(State(deps): State<Arc<Deps>>) -> Result<Json<Backlog>, Problem> {
    let seen = Box::pin(backlog(&deps.app)).await?;
    Ok(Json(Backlog {
        as_of: seen.as_of,
        parts: seen.parts.into_iter().map(Part::of).collect(),
        sending: seen.sending,
        waiting_sequence: seen.waiting_sequence,
        own_number: seen.own_number,
        above_ceiling: seen.above_ceiling,
        done_at: seen.done_at,
    }))
}
