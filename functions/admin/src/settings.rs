//! Settings and kill switches (requirements A9, S9).

mod hours;
mod wire;

use std::sync::Arc;

use app::settings::{ChangeSettingsError, change_settings, save_control_by};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::settings::Control;
use store::Everything;

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Seen, tagged};
use crate::routes::resource;
use wire::{Settings, SettingsPatch, Switches};

resource!(all, change, switch);

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

/// Menghentikan atau melanjutkan pengiriman, semuanya atau menurut jenis. Tanpa If-Match: berhenti
/// tidak pernah ditolak karena orang lain baru saja mengubah sesuatu.
#[utoipa::path(
    put, path = "/api/admin/settings/switches", tag = "settings", operation_id = "settings_switch",
    request_body = Switches,
    responses((status = 200, description = "Keadaan tombol sekarang.", body = Switches))
)]
async fn switch(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    body: Body<Switches>,
) -> Result<Json<Switches>, Problem> {
    let mut switches = body.value;
    switches.stopped.sort_unstable();
    switches.stopped.dedup();
    let control = Control {
        all_stopped: switches.all_stopped,
        stopped: switches
            .stopped
            .iter()
            .map(|class| (*class).into())
            .collect(),
        ..Control::default()
    };
    let act = actor.act("settings.switch").on(body.fields);
    save_control_by(&deps.app, &control, &act).await?;
    Ok(Json(switches))
}

fn shown(all: Everything, actor: &Actor) -> Response {
    let revision = all.revision;
    tagged(revision, Settings::of(all, actor.sight()))
}
