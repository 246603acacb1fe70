//! Who must not be written to, and who asks for messages again (requirement A5).

use std::sync::Arc;

use app::suppression::{Lifted, SuppressionError, lift_stop_by, stop_number_by};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::participant::Participant;
use domain::phone::Phone;
use domain::suppression::Standing;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Suppressed;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id};
use crate::page::{self, Page};
use crate::participants::lines::StopLine;
use crate::routes::resource;
use crate::shown::{ShownPhone, Sight};

resource!(list, stop, search, lift);

const NOT_STOPPED: Problem = Problem::NotFound("Nomor ini tidak sedang berhenti.");

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Stand {
    /// It must not be written to.
    #[default]
    Stopped,
    /// It must not, and has registered again since: it asks for messages.
    Asked,
    /// A stop was lifted.
    Lifted,
}

impl Stand {
    /// None for a number that never stood anywhere.
    fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Free => None,
            Standing::Stopped => Some(Self::Stopped),
            Standing::Asked => Some(Self::Asked),
            Standing::Lifted => Some(Self::Lifted),
        }
    }
}

impl From<Stand> for Standing {
    fn from(state: Stand) -> Self {
        match state {
            Stand::Stopped => Self::Stopped,
            Stand::Asked => Self::Asked,
            Stand::Lifted => Self::Lifted,
        }
    }
}

/// Which numbers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SuppressionsAsked {
    /// stopped: berhenti; asked: minta diaktifkan lagi; lifted: sudah diaktifkan lagi.
    #[serde(default)]
    #[param(inline)]
    state: Stand,
    /// Penanda halaman dari jawaban sebelumnya.
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// A number that stands somewhere.
#[derive(Debug, Serialize, ToSchema)]
struct Suppression {
    /// What the number is known by: nobody can read it from this.
    #[schema(example = "1.0Yt…")]
    id: String,
    state: Stand,
    since: Timestamp,
    /// Who moved it there: `participant`, or an admin's id.
    #[schema(example = "participant")]
    by: String,
    /// Why, if an admin did.
    reason: Option<String>,
    /// Who is registered with it, if anybody is.
    participant: Option<Person>,
}

/// Who is registered with a number.
#[derive(Debug, Serialize, ToSchema)]
struct Person {
    id: Uuid,
    #[schema(example = "Budi Santoso")]
    name: String,
    #[schema(example = "Bogor")]
    city: String,
    phone: ShownPhone,
}

impl Suppression {
    fn of(one: Suppressed, state: Stand, holder: Option<Participant>, sight: Sight) -> Self {
        Self {
            id: one.phone_index,
            state,
            since: one.suppression.changed_at,
            by: one.by,
            reason: one.reason,
            participant: holder.map(|holder| Person {
                id: holder.id.0,
                name: holder.name.as_str().to_owned(),
                city: holder.city.as_str().to_owned(),
                phone: sight.phone(holder.phone),
            }),
        }
    }
}

/// A number that stands somewhere, and how it came there.
#[derive(Debug, Serialize, ToSchema)]
struct SuppressionFile {
    #[serde(flatten)]
    suppression: Suppression,
    /// The earliest first.
    history: Vec<StopLine>,
}

/// Where a number stands, also one that nobody has registered; none if it never stopped.
async fn known(
    deps: &Deps,
    actor: &Actor,
    index: &str,
) -> Result<Option<SuppressionFile>, Problem> {
    let store = &deps.app.store;
    let (stands, history) = store.moves_of(index).await?;
    let stands = stands.and_then(|one| Some((Stand::of(one.suppression.standing)?, one)));
    let Some((state, one)) = stands else {
        return Ok(None);
    };
    let holder = store.holders(&[index]).await?.pop().flatten();
    Ok(Some(SuppressionFile {
        suppression: Suppression::of(one, state, holder, actor.sight()),
        history: history.into_iter().map(StopLine::of).collect(),
    }))
}

#[derive(Debug, Serialize, Deserialize)]
struct Position {
    since: Timestamp,
    id: String,
}

/// Nomor yang berhenti menerima pesan, yang terbaru dulu.
#[utoipa::path(
    get, path = "/api/admin/suppressions", tag = "suppressions", operation_id = "suppressions_list",
    params(SuppressionsAsked),
    responses((status = 200, description = "Nomor-nomor.", body = Page<Suppression>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<SuppressionsAsked>,
) -> Result<Json<Page<Suppression>>, Problem> {
    let state = asked.state;
    let standing = Standing::from(state);
    let list = format!("suppressions {}", standing.as_str());
    let asked = page::Asked::read(&list, asked.cursor.as_deref(), asked.limit)?;
    let begins: Option<Position> = asked.position(&deps)?;
    let behind = begins.as_ref().map(|at| (at.since, at.id.as_str()));
    let limit = u16::try_from(asked.limit).unwrap_or(page::MOST);
    let store = &deps.app.store;
    let (found, has_more) = store.suppressed_page(standing, behind, limit).await?;
    let next = found.last().filter(|_| has_more).map(|last| Position {
        since: last.suppression.changed_at,
        id: last.phone_index.clone(),
    });
    let indexes: Vec<&str> = found.iter().map(|one| one.phone_index.as_str()).collect();
    let holders = store.holders(&indexes).await?;
    let items = found.into_iter().zip(holders);
    let items = items.map(|(one, holder)| Suppression::of(one, state, holder, actor.sight()));
    asked.page(&deps, items.collect(), next).map(Json)
}

/// Which number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedNumber {
    /// In any writing.
    #[schema(example = "0812-1000-0001")]
    phone: String,
}

/// Mencari satu nomor, juga yang tidak terdaftar, dengan seluruh riwayatnya. Kosong bila nomor itu tidak
/// pernah berhenti.
#[utoipa::path(
    post, path = "/api/admin/suppressions/search", tag = "suppressions", operation_id = "suppressions_search",
    request_body = WantedNumber,
    responses((status = 200, description = "Nomor itu, atau tidak ada.", body = Page<SuppressionFile>))
)]
async fn search(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    body: Body<WantedNumber>,
) -> Result<Json<Page<SuppressionFile>>, Problem> {
    let index = deps.app.store.phone_index(&phone(&body.value.phone)?)?;
    Ok(Json(Page {
        items: known(&deps, &actor, &index).await?.into_iter().collect(),
        next_cursor: None,
        total: None,
    }))
}

fn phone(text: &str) -> Result<Phone, Problem> {
    Phone::parse(text).map_err(|error| Problem::field("phone", error.message()))
}

/// Whom nothing is sent to any more, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StopNumber {
    /// In any writing, registered or not.
    #[schema(example = "0812-1000-0001")]
    phone: String,
    /// One line without a phone number.
    #[schema(min_length = 1, max_length = 200, example = "Diminta lewat telepon")]
    reason: String,
}

/// Menghentikan semua pesan ke satu nomor, juga yang tidak terdaftar. Nomor yang sudah berhenti tetap
/// seperti semula.
#[utoipa::path(
    post, path = "/api/admin/suppressions", tag = "suppressions", operation_id = "suppressions_stop",
    request_body = StopNumber,
    responses((status = 200, description = "Nomor itu sesudahnya.", body = SuppressionFile))
)]
async fn stop(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    body: Body<StopNumber>,
) -> Result<Json<SuppressionFile>, Problem> {
    let index = deps.app.store.phone_index(&phone(&body.value.phone)?)?;
    let act = actor.act("suppressions.stop").on(body.fields);
    let stopped = stop_number_by(&deps.app, &index, &body.value.reason, &act);
    Box::pin(stopped).await.map_err(refused)?;
    let now = known(&deps, &actor, &index).await?;
    now.map(Json).ok_or_else(Problem::broken)
}

/// Why a stop is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lift {
    /// `since` of what was seen: a stop that came later stays.
    since: Timestamp,
    /// One line without a phone number.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Minta aktif lagi lewat telepon"
    )]
    reason: String,
}

/// Mengaktifkan lagi nomor yang berhenti. Pesan lama tidak dikirim; hanya yang baru.
#[utoipa::path(
    post, path = "/api/admin/suppressions/{id}/lift", tag = "suppressions", operation_id = "suppressions_lift",
    params(("id" = String, Path)),
    request_body = Lift,
    responses((status = 204, description = "Nomor menerima pesan lagi."))
)]
async fn lift(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(index): Id<String>,
    body: Body<Lift>,
) -> Result<StatusCode, Problem> {
    let act = actor.act("suppressions.lift").on(["reason"]);
    let Lift { since, reason } = body.value;
    let lifted = lift_stop_by(&deps.app, &index, since, &reason, &act);
    match Box::pin(lifted).await.map_err(refused)? {
        Lifted::Done => Ok(StatusCode::NO_CONTENT),
        Lifted::NotStopped | Lifted::NotThere => Err(NOT_STOPPED),
        Lifted::Changed => {
            let now = known(&deps, &actor, &index).await?.ok_or(NOT_STOPPED)?;
            let now = serde_json::to_value(now).map_err(|error| Problem::failed(&error))?;
            Err(Problem::Overtaken(now))
        }
    }
}

fn refused(error: SuppressionError) -> Problem {
    match error {
        SuppressionError::Reason => Problem::field(
            "reason",
            "Isi alasan 1 sampai 200 huruf, tanpa nomor telepon.",
        ),
        SuppressionError::Store(error) => error.into(),
    }
}
