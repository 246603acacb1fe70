//! Sending numbers (requirement A6).

mod wire;

use std::sync::Arc;

use app::hook_token::{HookTokenError, issue_hook_token_by};
use app::numbers::{NumberEntry, NumberError, add_number_by, change_number, test_number};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::ids::NumberId;
use domain::phone::{Phone, PhoneError};
use gateway::KeyCheck;
use store::{GatewayKey, KnownNumber, StoreError};

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id, Seen, tagged};
use crate::once::{Failed, OnceHeader, once};
use crate::page::{self, Page};
use crate::routes::resource;
use wire::{NewNumber, Number, NumberPatch, NumberTest, NumbersAsked, Position, Webhook, id_of};

resource!(list, add, one, change, test, webhook);

const NONE: Problem = Problem::NotFound("Nomor ini tidak ada.");

/// Daftar nomor pengirim, prioritas tertinggi dulu.
#[utoipa::path(
    get, path = "/api/admin/numbers", tag = "numbers", operation_id = "numbers_list",
    params(NumbersAsked),
    responses((status = 200, description = "Nomor-nomor.", body = Page<Number>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<NumbersAsked>,
) -> Result<Json<Page<Number>>, Problem> {
    let asked = page::Asked::read("numbers", asked.cursor.as_deref(), asked.limit)?;
    let begins: Option<Position> = asked.position(&deps)?;
    let behind = begins.map(|at| at.behind);
    let store = &deps.app.store;
    let known = store.known_numbers(behind.as_deref(), asked.limit).await?;
    let ids: Vec<NumberId> = known.items.iter().map(|known| known.number.id).collect();
    let paces = store.paces(&ids).await?;
    let now = deps.app.now();
    let items = known.items.into_iter().map(|known| {
        let pace = paces.get(&known.number.id);
        Number::of(known, pace, actor.sight(), now)
    });
    let next = known.next.map(|behind| Position { behind });
    asked.page(&deps, items.collect(), next).map(Json)
}

/// Menambah nomor pengirim.
#[utoipa::path(
    post, path = "/api/admin/numbers", tag = "numbers", operation_id = "numbers_add",
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 64, description = "Baru untuk setiap nomor baru; permintaan yang diulang dengan kunci yang sama tidak menambah nomor lagi.", example = "6f1f9a52")),
    request_body = NewNumber,
    responses((status = 201, description = "Nomor sudah ditambahkan.", body = Number))
)]
async fn add(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    header: OnceHeader,
    body: Body<NewNumber>,
) -> Result<Response, Problem> {
    let new = body.value;
    let phone = Phone::parse(&new.phone)
        .map_err(|error: PhoneError| Problem::field("phone", error.message()))?;
    let entry = NumberEntry {
        limits: new.limits()?,
        label: new.label,
        phone,
        api_key: GatewayKey(new.api_key.0),
        priority: new.priority,
        in_use_since: new.in_use_since,
    };
    let act = actor.act("numbers.add").on(body.fields);
    let app = &deps.app;
    let id = once(&deps, &actor, act, &header, &body.bytes, |act| async move {
        match add_number_by(app, entry, &act).await {
            Ok(id) => Ok(id.to_string()),
            Err(error) => Err(Failed::from(error, |error| match error {
                NumberError::Store(error) => Some(error),
                _ => None,
            })),
        }
    });
    let number = shown(&deps, &actor, id_of(&Box::pin(id).await?)?).await?;
    Ok((StatusCode::CREATED, number).into_response())
}

/// Satu nomor pengirim.
#[utoipa::path(
    get, path = "/api/admin/numbers/{id}", tag = "numbers", operation_id = "numbers_get",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Nomor.", body = Number, headers(("ETag" = String))))
)]
async fn one(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<NumberId>,
) -> Result<Response, Problem> {
    shown(&deps, &actor, id).await
}

/// Mengubah nomor: nama, prioritas, batas, kunci, jeda, dipakai lagi.
#[utoipa::path(
    patch, path = "/api/admin/numbers/{id}", tag = "numbers", operation_id = "numbers_change",
    params(
        ("id" = Uuid, Path),
        ("If-Match" = String, Header, description = "ETag dari nomor yang dilihat.", example = "\"0\"")
    ),
    request_body = NumberPatch,
    responses((status = 200, description = "Nomor sesudah diubah.", body = Number, headers(("ETag" = String))))
)]
async fn change(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<NumberId>,
    Seen(revision): Seen,
    body: Body<NumberPatch>,
) -> Result<Response, Problem> {
    let before = deps.app.store.known_number(id).await?.ok_or(NONE)?;
    if u64::from(before.revision) != revision {
        return overtaken(&deps, &actor, before).await;
    }
    let edit = body.value.over(before.number.limits)?;
    let act = actor.act("numbers.change").on(body.fields);
    match change_number(&deps.app, id, before.revision, edit, &act).await {
        Ok(()) => shown(&deps, &actor, id).await,
        Err(NumberError::Overtaken(now)) => overtaken(&deps, &actor, *now).await,
        Err(error) => Err(error.into()),
    }
}

/// Menguji kunci nomor di DripSender. Tidak mengirim pesan kepada siapa pun.
#[utoipa::path(
    post, path = "/api/admin/numbers/{id}/test", tag = "numbers", operation_id = "numbers_test",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Jawaban DripSender.", body = NumberTest))
)]
async fn test(
    State(deps): State<Arc<Deps>>,
    Id(id): Id<NumberId>,
) -> Result<Json<NumberTest>, Problem> {
    let gateway = deps.gateway.as_deref().ok_or(Problem::Conflict(
        "gateway_off",
        "Sambungan ke DripSender dimatikan di lingkungan ini.",
    ))?;
    let answer = test_number(&deps.app, gateway, id).await?;
    let message = match answer {
        KeyCheck::Valid => "DripSender mengenal kunci ini. Tidak ada pesan yang dikirim.",
        KeyCheck::Refused => "DripSender menolak kunci ini. Periksa kunci nomor ini.",
        KeyCheck::NoAnswer => "DripSender tidak menjawab dengan jelas. Coba lagi nanti.",
    };
    Ok(Json(NumberTest {
        answer: answer.label(),
        message,
    }))
}

/// Membuat alamat webhook baru untuk nomor ini; hanya ditampilkan sekali. Alamat yang diganti masih
/// berlaku 24 jam, jadi permintaan ini boleh diulang.
#[utoipa::path(
    post, path = "/api/admin/numbers/{id}/webhook", tag = "numbers", operation_id = "numbers_webhook",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Alamat baru.", body = Webhook))
)]
async fn webhook(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<NumberId>,
) -> Result<Json<Webhook>, Problem> {
    let act = actor.act("numbers.webhook");
    let token = match issue_hook_token_by(&deps.app, id, &act).await {
        Ok(token) => token,
        Err(HookTokenError::Unknown) => return Err(NONE),
        Err(HookTokenError::Overtaken) => {
            return Err(Problem::from(StoreError::Contended { what: "hook token" }));
        }
        Err(HookTokenError::Store(error)) => return Err(error.into()),
        Err(error @ HookTokenError::NoRandomness) => return Err(Problem::failed(&error)),
    };
    let begins = match &deps.hooks_at {
        Some(address) => address.clone(),
        None => {
            let steering = deps.app.store.steering().await?;
            format!("https://{}", steering.settings.site_host)
        }
    };
    Ok(Json(Webhook {
        url: format!("{begins}/hooks/dripsender/{}", token.reveal()),
    }))
}

async fn view(deps: &Deps, actor: &Actor, known: KnownNumber) -> Result<Number, Problem> {
    let paces = deps.app.store.paces(&[known.number.id]).await?;
    let pace = paces.get(&known.number.id);
    Ok(Number::of(known, pace, actor.sight(), deps.app.now()))
}

async fn shown(deps: &Deps, actor: &Actor, id: NumberId) -> Result<Response, Problem> {
    let known = deps.app.store.known_number(id).await?.ok_or(NONE)?;
    let revision = u64::from(known.revision);
    Ok(tagged(revision, view(deps, actor, known).await?))
}

async fn overtaken(deps: &Deps, actor: &Actor, now: KnownNumber) -> Result<Response, Problem> {
    let now = view(deps, actor, now).await?;
    let now = serde_json::to_value(now).map_err(|error| Problem::failed(&error))?;
    Err(Problem::Overtaken(now))
}
