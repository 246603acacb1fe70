//! Settings and kill switches (requirements A9, S9).

mod hours;
mod wire;

use std::sync::Arc;

use app::settings::{ChangeSettingsError, change_settings};
use app::switches::{ThrowError, throw_switches};
use axum::extract::State;
use axum::response::Response;
use store::{Everything, SeenSwitches};

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Seen, SeenIfSaid, tagged};
use crate::routes::resource;
use wire::{Settings, SettingsPatch, Switches, SwitchesNow};

resource!(all, change, switches, switch);

/// Semua pengaturan.
#[utoipa::path(
    get, path = "/api/admin/settings", tag = "settings", operation_id = "settings_get",
    responses((status = 200, description = "Pengaturan.", body = Settings, headers(("ETag" = String))))
)]
async fn all(State(deps): State<Arc<Deps>>, actor: Actor) -> Result<Response, Problem> {
    let all = deps.app.store.everything_set().await?;
    Ok(shown(all, &actor))
}

/// Mengubah pengaturan. Berlaku dalam hitungan detik, juga untuk pesan yang menunggu.
#[utoipa::path(
    patch, path = "/api/admin/settings", tag = "settings", operation_id = "settings_change",
    params(("If-Match" = String, Header, description = "ETag dari pengaturan yang dilihat.", example = "\"0\"")),
    request_body = SettingsPatch,
    responses((status = 200, description = "Pengaturan sesudah diubah.", body = Settings, headers(("ETag" = String))))
)]
async fn change(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Seen(revision): Seen,
    body: Body<SettingsPatch>,
) -> Result<Response, Problem> {
    let act = actor.act("settings.change").on(body.fields);
    let edit = body.value.edit()?;
    match Box::pin(change_settings(&deps.app, revision, edit, &act)).await {
        Ok(()) => all(State(deps), actor).await,
        Err(ChangeSettingsError::Fields(errors)) => Err(Problem::Fields(errors)),
        Err(ChangeSettingsError::Overtaken(now)) => {
            let now = serde_json::to_value(Settings::of(*now, actor.sight()));
            Err(Problem::Overtaken(
                now.map_err(|error| Problem::failed(&error))?,
            ))
        }
        Err(ChangeSettingsError::Store(error)) => Err(error.into()),
    }
}

/// Tombol henti sekarang, dengan ETag untuk melanjutkan pengiriman.
#[utoipa::path(
    get, path = "/api/admin/settings/switches", tag = "settings", operation_id = "settings_switches",
    responses((status = 200, description = "Keadaan tombol.", body = SwitchesNow, headers(("ETag" = String))))
)]
async fn switches(State(deps): State<Arc<Deps>>) -> Result<Response, Problem> {
    Ok(thrown(deps.app.store.switches().await?))
}

/// Menghentikan atau melanjutkan pengiriman, semuanya atau menurut jenis. Berhenti tidak pernah
/// ditolak; yang melanjutkan sesuatu perlu If-Match dengan ETag tombol yang dilihat.
#[utoipa::path(
    put, path = "/api/admin/settings/switches", tag = "settings", operation_id = "settings_switch",
    params(("If-Match" = Option<String>, Header, description = "ETag dari tombol yang dilihat; wajib bila ada yang dilanjutkan.", example = "\"0\"")),
    request_body = Switches,
    responses((status = 200, description = "Keadaan tombol sekarang.", body = SwitchesNow, headers(("ETag" = String))))
)]
async fn switch(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    SeenIfSaid(seen): SeenIfSaid,
    body: Body<Switches>,
) -> Result<Response, Problem> {
    let wanted = body.value.into();
    match throw_switches(&deps.app, &wanted, seen, actor.author()).await {
        Ok(now) => Ok(thrown(now)),
        Err(ThrowError::Unseen) => Err(Problem::NeedsHeader(
            "precondition_required",
            "Untuk melanjutkan pengiriman, kirim ETag tombol yang Anda lihat sebagai If-Match.",
        )),
        Err(ThrowError::Overtaken(now)) => {
            let now = serde_json::to_value(SwitchesNow::from(now));
            Err(Problem::Overtaken(
                now.map_err(|error| Problem::failed(&error))?,
            ))
        }
        Err(ThrowError::Store(error)) => Err(error.into()),
    }
}

fn thrown(now: SeenSwitches) -> Response {
    tagged(now.revision, SwitchesNow::from(now))
}

fn shown(all: Everything, actor: &Actor) -> Response {
    let revision = all.revision;
    tagged(revision, Settings::of(all, actor.sight()))
}
