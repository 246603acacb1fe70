//! The log of messages, and one that is tried again (requirements A4, S5).

mod wire;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use app::log::message_log;
use app::retry::retry_message;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::{MessageId, ParticipantId};
use domain::log::{Mark, Refusal, Retried};
use domain::message::{Failure, State as MessageState};
use store::{Logged, Profile};

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id};
use crate::page::{self, Page};
use crate::routes::resource;
use wire::{Notification, NotificationsAsked, RetryWord};

resource!(list, one, retry);

const NONE: Problem = Problem::NotFound("Pesan ini tidak ada.");

/// Log pesan, yang terbaru dulu; yang masih menunggu, menurut antrean. Satu halaman bisa lebih pendek,
/// bahkan kosong, selama masih ada next_cursor.
#[utoipa::path(
    get, path = "/api/admin/notifications", tag = "notifications", operation_id = "notifications_list",
    params(NotificationsAsked),
    responses((status = 200, description = "Pesan-pesan.", body = Page<Notification>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<NotificationsAsked>,
) -> Result<Json<Page<Notification>>, Problem> {
    let filter = asked.filter()?;
    let list = format!("notifications {}", filter.question());
    let asked = page::Asked::read(&list, asked.cursor.as_deref(), asked.limit)?;
    let after: Option<Mark> = asked.position(&deps)?;
    let found = message_log(&deps.app, &filter, after, asked.limit).await?;
    let items = shown(&deps, &actor, found.messages).await?;
    asked.page(&deps, items, found.next).map(Json)
}

/// Satu pesan.
#[utoipa::path(
    get, path = "/api/admin/notifications/{id}", tag = "notifications", operation_id = "notifications_get",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Pesan.", body = Notification))
)]
async fn one(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<MessageId>,
) -> Result<Json<Notification>, Problem> {
    found(&deps, &actor, id).await.map(Json)
}

/// Mencoba lagi satu pesan yang gagal. Pesan yang mungkin sudah sampai, kedaluwarsa, terhenti karena
/// STOP, atau berasal dari sebelum pemulihan hanya dicoba lagi dengan `knowingly: true`.
#[utoipa::path(
    post, path = "/api/admin/notifications/{id}/retry", tag = "notifications", operation_id = "notifications_retry",
    params(("id" = Uuid, Path)),
    request_body = RetryWord,
    responses((status = 202, description = "Pesan menunggu lagi.", body = Notification))
)]
async fn retry(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<MessageId>,
    body: Body<RetryWord>,
) -> Result<Response, Problem> {
    let act = actor.act("notifications.retry").on(body.fields);
    let knowingly = body.value.knowingly;
    let retried = Box::pin(retry_message(&deps.app, id, knowingly, &act)).await?;
    match retried.ok_or(NONE)? {
        Retried::Done(_) => {
            let message = found(&deps, &actor, id).await?;
            Ok((StatusCode::ACCEPTED, Json(message)).into_response())
        }
        Retried::Refused(refusal) => Err(refused(refusal)),
        Retried::Changed => {
            let now = found(&deps, &actor, id).await?;
            let now = serde_json::to_value(now).map_err(|error| Problem::failed(&error))?;
            Err(Problem::Overtaken(now))
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    let (code, text) = match refusal {
        Refusal::NotFailed => (
            "not_failed",
            "Pesan ini tidak gagal: sudah terkirim atau masih menunggu.",
        ),
        Refusal::Knowingly(failure) => return Problem::Conflict("knowingly", knowingly(failure)),
        Refusal::Stopped => (
            "stopped",
            "Penerima meminta berhenti. Aktifkan dulu nomornya jika ia memintanya.",
        ),
        Refusal::Withdrawn => (
            "withdrawn",
            "Pesan ini sudah dibatalkan, atau penerimanya sudah tidak terdaftar.",
        ),
        Refusal::Over => ("over", "Waktu pesan ini sudah lewat."),
    };
    Problem::Conflict(code, text)
}

/// What somebody must know who has it sent all the same.
fn knowingly(failure: Failure) -> &'static str {
    match failure {
        Failure::Unconfirmed => {
            "Pesan ini mungkin sudah sampai. Kirim lagi hanya jika Anda yakin belum; tandai knowingly."
        }
        Failure::Suppressed => {
            "Pesan ini dihentikan karena penerima meminta berhenti. Tandai knowingly untuk mengirimnya."
        }
        Failure::Restored => {
            "Pesan ini dari sebelum pemulihan data dan mungkin sudah sampai. Tandai knowingly untuk mengirimnya."
        }
        _ => "Pesan ini sudah kedaluwarsa. Tandai knowingly untuk tetap mengirimnya.",
    }
}

async fn found(deps: &Deps, actor: &Actor, id: MessageId) -> Result<Notification, Problem> {
    let rows = deps.app.store.logged(&[id]).await?;
    let shown = shown(deps, actor, rows).await?;
    shown.into_iter().next().ok_or(NONE)
}

/// Messages with whom they go to, by one read more.
async fn shown(
    deps: &Deps,
    actor: &Actor,
    rows: Vec<Logged>,
) -> Result<Vec<Notification>, Problem> {
    let ids: BTreeSet<ParticipantId> = rows.iter().map(|row| row.participant_id).collect();
    let ids: Vec<ParticipantId> = ids.into_iter().collect();
    let people = deps.app.store.profiles(&ids).await?;
    let people: HashMap<ParticipantId, Profile> = people
        .into_iter()
        .map(|one| (one.participant.id, one))
        .collect();
    let sight = actor.sight();
    let shown = rows.into_iter().map(|row| {
        let recipient = people.get(&row.participant_id);
        Notification::of(row, recipient.map(|one| &one.participant), sight)
    });
    Ok(shown.collect())
}

impl Notification {
    /// Whether a retry would need somebody's word; for screens.
    fn needs_word(state: MessageState) -> bool {
        matches!(
            state,
            MessageState::Failed(
                Failure::Unconfirmed | Failure::Suppressed | Failure::Expired | Failure::Restored
            )
        )
    }
}
