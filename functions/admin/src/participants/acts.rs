//! What is done to a participant besides corrections.

use std::sync::Arc;

use app::erase::{Erased, erase_by};
use app::people::{Resent, resend_message};
use app::suppression::{Lifted, Stopped, SuppressionError, lift_stop_of, stop_number_of};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::ParticipantId;
use domain::people::Resend;
use store::StoreError;

use super::wire::{ParticipantFile, Queued, ResendAsked, Resubscribe, Unsubscribe};
use super::{file, gone, known};
use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::Id;
use crate::once::{Failed, OnceHeader, once};
use crate::routes::resource;

resource!(erase, resend, unsubscribe, resubscribe);

const REASON: &str = "Tulis alasan 1 sampai 200 huruf, tanpa nomor telepon.";

/// Mengirim lagi sambutan atau tautan pribadi. Tidak untuk peserta yang berhenti.
#[utoipa::path(
    post, path = "/api/admin/participants/{id}/resend", tag = "participants", operation_id = "participants_resend",
    params(
        ("id" = Uuid, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 64, description = "Baru untuk setiap pengiriman; permintaan yang diulang dengan kunci yang sama tidak mengirim lagi.", example = "6f1f9a52")
    ),
    request_body = ResendAsked,
    responses((status = 202, description = "Pesan sudah antre.", body = Queued))
)]
pub(super) async fn resend(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
    header: OnceHeader,
    body: Body<ResendAsked>,
) -> Result<Response, Problem> {
    let what = Resend::parse(&body.value.message);
    let what = what.ok_or_else(|| Problem::field("message", "Pilih welcome atau link."))?;
    let act = actor.act("participants.resend").on(body.fields);
    // The same words about somebody else are another request.
    let whole = [id.0.as_bytes().as_slice(), &body.bytes].concat();
    let (here, key) = (&*deps, header.key());
    let message = once(&deps, &actor, act, &header, &whole, |act| async move {
        match resend_message(&here.app, id, what, key, &act).await {
            Ok(Resent::Queued(message)) => Ok(message.to_string()),
            Ok(Resent::NotFound) => match gone(here, id).await {
                Ok(problem) | Err(problem) => Err(Failed::Other(problem)),
            },
            Ok(Resent::Stopped) => Err(Failed::Other(Problem::Conflict(
                "unsubscribed",
                "Peserta ini berhenti berlangganan. Aktifkan dahulu, dengan alasannya.",
            ))),
            Err(error) => Err(Failed::from(error, |error: &StoreError| Some(error))),
        }
    });
    let message_id = Box::pin(message).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { message_id })).into_response())
}

/// Menghentikan semua pesan kepada peserta ini, dengan alasan.
#[utoipa::path(
    post, path = "/api/admin/participants/{id}/unsubscribe", tag = "participants", operation_id = "participants_unsubscribe",
    params(("id" = Uuid, Path)),
    request_body = Unsubscribe,
    responses((status = 200, description = "Peserta sesudahnya.", body = ParticipantFile, headers(("ETag" = String))))
)]
pub(super) async fn unsubscribe(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
    body: Body<Unsubscribe>,
) -> Result<Response, Problem> {
    let act = actor.act("participants.unsubscribe").on(body.fields);
    let stopped = stop_number_of(&deps.app, id, &body.value.reason, &act);
    match Box::pin(stopped).await.map_err(refused)? {
        Stopped::Now | Stopped::Already => file(&deps, &actor, id).await,
        Stopped::NotThere => Err(gone(&deps, id).await?),
    }
}

/// Mengaktifkan lagi peserta yang berhenti, dengan alasan. `since` adalah `suppression.since` yang dilihat:
/// permintaan berhenti yang datang sesudahnya tetap berlaku.
#[utoipa::path(
    post, path = "/api/admin/participants/{id}/resubscribe", tag = "participants", operation_id = "participants_resubscribe",
    params(("id" = Uuid, Path)),
    request_body = Resubscribe,
    responses((status = 200, description = "Peserta sesudahnya.", body = ParticipantFile, headers(("ETag" = String))))
)]
pub(super) async fn resubscribe(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
    body: Body<Resubscribe>,
) -> Result<Response, Problem> {
    let act = actor.act("participants.resubscribe").on(body.fields);
    let Resubscribe { reason, since } = body.value;
    let lifted = lift_stop_of(&deps.app, id, since, &reason, &act);
    match Box::pin(lifted).await.map_err(refused)? {
        Lifted::Done | Lifted::NotStopped => file(&deps, &actor, id).await,
        Lifted::NotThere => Err(gone(&deps, id).await?),
        Lifted::Changed => {
            let (profile, now) = known(&deps, id).await?;
            let now = ParticipantFile::of(profile, now, actor.sight());
            let now = serde_json::to_value(now).map_err(|error| Problem::failed(&error))?;
            Err(Problem::Overtaken(now))
        }
    }
}

/// Menghapus data peserta untuk selamanya. Urutannya di antara undangan, bukti persetujuan, dan
/// permintaan berhenti tetap ada tanpa data pribadi.
#[utoipa::path(
    delete, path = "/api/admin/participants/{id}", tag = "participants", operation_id = "participants_erase",
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Sudah dihapus."))
)]
pub(super) async fn erase(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
) -> Result<StatusCode, Problem> {
    let act = actor.act("participants.erase");
    match erase_by(&deps.app, id, &act).await? {
        Erased::Now => Ok(StatusCode::NO_CONTENT),
        Erased::NotThere => Err(gone(&deps, id).await?),
    }
}

fn refused(error: SuppressionError) -> Problem {
    match error {
        SuppressionError::Reason => Problem::field("reason", REASON),
        SuppressionError::Store(error) => error.into(),
    }
}
