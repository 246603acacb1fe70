//! What came in and waits for an admin (requirements A4, I2).

use std::sync::Arc;

use app::Act;
use app::inbox::{InboxItem, Resolution, Resolved, inbox, resolve_inbox_by};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::inbox::InboxId;
use domain::phone::Phone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id};
use crate::page::{self, Page};
use crate::routes::resource;
use crate::shown::Sight;

resource!(list, resolve, dismiss);

const NONE: Problem = Problem::NotFound("Pesan ini tidak ada, atau sudah diselesaikan.");

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboundAsked {
    /// Penanda halaman dari jawaban sebelumnya.
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// Something that waits.
#[derive(Debug, Serialize, ToSchema)]
struct Waiting {
    #[schema(example = "1.abc")]
    id: String,
    /// stop_unresolved, wrong_number_unresolved, unreadable
    #[schema(example = "stop_unresolved")]
    kind: &'static str,
    /// To which of our numbers it came.
    via: Uuid,
    received_at: Timestamp,
    /// What came; null if it cannot be decrypted, and for viewers, since it may hold a number.
    content: Option<String>,
}

impl Waiting {
    fn of(item: &InboxItem, sight: Sight) -> Self {
        let content = item.content.as_ref().filter(|_| sight.in_full());
        Self {
            id: item.id.as_str().to_owned(),
            kind: item.kind.as_str(),
            via: item.via.0,
            received_at: item.received_at,
            content: content.map(|content| content.reveal().to_owned()),
        }
    }
}

/// Pesan masuk yang belum dapat dicocokkan, yang terlama dulu.
#[utoipa::path(
    get, path = "/api/admin/inbound", tag = "inbound", operation_id = "inbound_list",
    params(InboundAsked),
    responses((status = 200, description = "Pesan yang menunggu.", body = Page<Waiting>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<InboundAsked>,
) -> Result<Json<Page<Waiting>>, Problem> {
    let asked = page::Asked::read("inbound", asked.cursor.as_deref(), asked.limit)?;
    let begins: Option<String> = asked.position(&deps)?;
    let found = inbox(&deps.app, begins.as_deref(), asked.limit).await?;
    let items = found.items.iter();
    let items = items.map(|item| Waiting::of(item, actor.sight())).collect();
    asked.page(&deps, items, found.next).map(Json)
}

/// What is to be done for whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resolve {
    request: Request,
    /// The number that it came from, in any writing.
    #[schema(example = "0812-1000-0001")]
    phone: String,
}

/// What somebody asked for.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Request {
    /// They get no more messages.
    Stop,
    /// The number is not its participant's: it is stopped, and the participant erased, for admins alone.
    WrongNumber,
}

/// Melaksanakan yang diminta pengirimnya: berhenti, atau salah nomor. Salah nomor menghapus data
/// peserta yang memakai nomor itu, dan itu hanya untuk admin.
#[utoipa::path(
    post, path = "/api/admin/inbound/{id}/resolve", tag = "inbound", operation_id = "inbound_resolve",
    params(("id" = String, Path)),
    request_body = Resolve,
    responses((status = 204, description = "Sudah dilaksanakan."))
)]
async fn resolve(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<InboxPath>,
    body: Body<Resolve>,
) -> Result<StatusCode, Problem> {
    let phone = Phone::parse(&body.value.phone);
    let phone = phone.map_err(|error| Problem::field("phone", error.message()))?;
    let may_erase = actor.role().erases();
    let (resolution, action) = match body.value.request {
        Request::Stop => (Resolution::Stop { phone }, "inbound.stop"),
        Request::WrongNumber => (
            Resolution::WrongNumber { phone, may_erase },
            "inbound.wrong_number",
        ),
    };
    let act = actor.act(action).on(body.fields);
    settle(&deps, &id, resolution, &act).await
}

/// Menutup pesan tanpa tindakan.
#[utoipa::path(
    post, path = "/api/admin/inbound/{id}/dismiss", tag = "inbound", operation_id = "inbound_dismiss",
    params(("id" = String, Path)),
    responses((status = 204, description = "Sudah ditutup."))
)]
async fn dismiss(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<InboxPath>,
) -> Result<StatusCode, Problem> {
    let act = actor.act("inbound.dismiss");
    settle(&deps, &id, Resolution::Dismiss, &act).await
}

async fn settle(
    deps: &Deps,
    InboxPath(id): &InboxPath,
    resolution: Resolution,
    act: &Act,
) -> Result<StatusCode, Problem> {
    match Box::pin(resolve_inbox_by(&deps.app, id, resolution, act)).await? {
        Resolved::Done => Ok(StatusCode::NO_CONTENT),
        Resolved::NotOpen => Err(NONE),
        Resolved::MayNotErase => Err(Problem::NotAllowed(
            "Nomor ini terdaftar, dan salah nomor menghapus pesertanya: itu hanya untuk admin. Pilih \
             berhenti, atau minta seorang admin.",
        )),
    }
}

struct InboxPath(InboxId);

impl std::str::FromStr for InboxPath {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        InboxId::parse(text).map(Self).ok_or(())
    }
}
