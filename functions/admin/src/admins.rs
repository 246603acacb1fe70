//! Colleagues (requirement A8).

use std::sync::Arc;

use app::colleagues::{ColleagueChange, ColleagueError, change_colleague, invite, mark_of};
use app::ports::Colleague;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id, Seen, tagged};
use crate::once::{Failed, OnceHeader, once};
use crate::page::{self, Page};
use crate::routes::resource;

resource!(list, add, one, change);

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AdminRole {
    /// Looks, and sees numbers masked.
    Viewer,
    /// Works with participants and messages.
    Operator,
    /// Also numbers, settings and colleagues.
    Admin,
}

impl From<Role> for AdminRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Operator => Self::Operator,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<AdminRole> for Role {
    fn from(role: AdminRole) -> Self {
        match role {
            AdminRole::Viewer => Self::Viewer,
            AdminRole::Operator => Self::Operator,
            AdminRole::Admin => Self::Admin,
        }
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AdminsAsked {
    /// Penanda halaman dari jawaban sebelumnya.
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
struct Admin {
    id: Uuid,
    #[schema(example = "rekan@example.org")]
    email: String,
    /// null: in no group, and so without any right.
    role: Option<AdminRole>,
    /// Whether they may sign in.
    enabled: bool,
    /// Whether they were invited and have never signed in.
    invited: bool,
    since: Timestamp,
    /// Whether it is oneself.
    is_you: bool,
}

impl Admin {
    fn of(colleague: Colleague, actor: &Actor) -> Self {
        Self {
            id: colleague.id.0,
            email: colleague.email,
            role: colleague.role.map(AdminRole::from),
            enabled: colleague.enabled,
            invited: colleague.invited,
            since: colleague.since,
            is_you: colleague.id == actor.id(),
        }
    }
}

/// Rekan-rekan, menurut alamat e-mail.
#[utoipa::path(
    get, path = "/api/admin/admins", tag = "admins", operation_id = "admins_list",
    params(AdminsAsked),
    responses((status = 200, description = "Rekan-rekan.", body = Page<Admin>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<AdminsAsked>,
) -> Result<Json<Page<Admin>>, Problem> {
    let asked = page::Asked::read("admins", asked.cursor.as_deref(), asked.limit)?;
    // A position is a place and not an address: a cursor stands in addresses, which are logged.
    let begins: usize = asked.position(&deps)?.unwrap_or(0);
    let mut all = deps.directory.all().await?;
    all.sort_by(|a, b| (&a.email, a.id).cmp(&(&b.email, b.id)));
    let total = all.len();
    let items: Vec<Admin> = all
        .into_iter()
        .skip(begins)
        .take(asked.limit)
        .map(|colleague| Admin::of(colleague, &actor))
        .collect();
    let next = begins.saturating_add(items.len());
    let mut page = asked.page(&deps, items, (next < total).then_some(next))?;
    page.total = u64::try_from(total).ok();
    Ok(Json(page))
}

/// Somebody to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdmin {
    #[schema(max_length = 128, format = Email, example = "rekan@example.org")]
    email: String,
    role: AdminRole,
}

/// Mengundang rekan lewat e-mail. Yang sudah diundang dengan peran yang sama dan belum pernah masuk
/// diundang lagi.
#[utoipa::path(
    post, path = "/api/admin/admins", tag = "admins", operation_id = "admins_invite",
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 64, description = "Baru untuk setiap undangan baru; permintaan yang diulang dengan kunci yang sama tidak mengundang lagi.", example = "6f1f9a52")),
    request_body = NewAdmin,
    responses((status = 201, description = "Undangan dikirim.", body = Admin))
)]
async fn add(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    header: OnceHeader,
    body: Body<NewAdmin>,
) -> Result<Response, Problem> {
    let email = Email::parse(&body.value.email)
        .ok_or_else(|| Problem::field("email", "Isi alamat e-mail yang benar."))?;
    let role = body.value.role.into();
    let (app, directory) = (&deps.app, deps.directory.as_ref());
    let (email, act) = (&email, actor.act("admins.invite"));
    let id = once(&deps, &actor, act, &header, &body.bytes, |act| async move {
        match invite(app, directory, email, role, &act).await {
            Ok(id) => Ok(id.to_string()),
            Err(error) => Err(Failed::from(error, |error| match error {
                ColleagueError::Store(error) => Some(error),
                _ => None,
            })),
        }
    });
    let id = id.await?.parse().map_err(|_| Problem::broken())?;
    let invited = shown(&deps, &actor, id).await?;
    Ok((StatusCode::CREATED, invited).into_response())
}

/// Satu rekan.
#[utoipa::path(
    get, path = "/api/admin/admins/{id}", tag = "admins", operation_id = "admins_get",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Rekan.", body = Admin, headers(("ETag" = String))))
)]
async fn one(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<AdminId>,
) -> Result<Response, Problem> {
    shown(&deps, &actor, id).await
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdminPatch {
    role: Option<AdminRole>,
    /// Whether they may sign in.
    enabled: Option<bool>,
}

/// Mengubah peran rekan, atau menutup dan membuka aksesnya. Token yang sudah ada berlaku sampai habis,
/// paling lama 15 menit.
#[utoipa::path(
    patch, path = "/api/admin/admins/{id}", tag = "admins", operation_id = "admins_change",
    params(
        ("id" = Uuid, Path),
        ("If-Match" = String, Header, description = "ETag dari rekan yang dilihat.", example = "\"7\"")
    ),
    request_body = AdminPatch,
    responses((status = 200, description = "Rekan sesudah diubah.", body = Admin, headers(("ETag" = String))))
)]
async fn change(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<AdminId>,
    Seen(seen): Seen,
    body: Body<AdminPatch>,
) -> Result<Response, Problem> {
    let act = actor.act("admins.change");
    let change = ColleagueChange {
        role: body.value.role.map(Role::from),
        enabled: body.value.enabled,
    };
    let directory = deps.directory.as_ref();
    match change_colleague(&deps.app, directory, id, seen, change, &act).await {
        Ok(()) => shown(&deps, &actor, id).await,
        Err(ColleagueError::Overtaken(now)) => {
            let now = serde_json::to_value(Admin::of(*now, &actor));
            Err(Problem::Overtaken(
                now.map_err(|error| Problem::failed(&error))?,
            ))
        }
        Err(error) => Err(error.into()),
    }
}

async fn shown(deps: &Deps, actor: &Actor, id: AdminId) -> Result<Response, Problem> {
    let found = deps.directory.find(id).await?;
    let colleague = found.ok_or(Problem::NotFound("Rekan ini tidak ada."))?;
    let mark = mark_of(&colleague);
    Ok(tagged(mark, Admin::of(colleague, actor)))
}
