//! Who invites most, and whom they invited (requirement A2).

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::counting::Period;
use domain::ids::ParticipantId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Profile, RankPlace};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::actor::Actor;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id};
use crate::page;
use crate::routes::resource;
use crate::shown::{ShownPhone, Sight};

resource!(list, one);

/// Which board.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReferrersAsked {
    /// `all`, satu tahun `2026`, atau satu bulan `2026-11`; menurut waktu pendaftaran undangan, WIB.
    #[param(default = "all", example = "2026-11")]
    period: Option<String>,
    /// Penanda halaman dari jawaban sebelumnya.
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// Which page of those who were invited.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InvitedAsked {
    /// Penanda halaman dari jawaban sebelumnya.
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// Somebody's name, city and number; all null once they were erased, or if what is stored of them
/// cannot be read.
#[derive(Debug, Serialize, ToSchema)]
struct Who {
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    city: Option<String>,
    #[schema(required = true)]
    phone: Option<ShownPhone>,
}

impl Who {
    fn of(profile: Option<&Profile>, sight: Sight) -> Self {
        let person = profile.map(|profile| &profile.participant);
        Self {
            name: person.map(|person| person.name.as_str().to_owned()),
            city: person.map(|person| person.city.as_str().to_owned()),
            phone: person.map(|person| sight.phone(person.phone)),
        }
    }
}

/// A referrer on a board.
#[derive(Debug, Serialize, ToSchema)]
struct Referrer {
    id: Uuid,
    #[serde(flatten)]
    who: Who,
    /// Berapa orang yang mendaftar lewat tautannya pada masa itu.
    total: u64,
}

/// A page of a board, the highest first.
#[derive(Debug, Serialize, ToSchema)]
struct Referrers {
    items: Vec<Referrer>,
    /// Where the next page begins; null on the last.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// Semua perubahan sampai waktu ini sudah dihitung; bila lama, sejak itu tidak ada yang berubah. Null bila
    /// belum pernah dihitung.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
}

/// Somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
struct Invited {
    /// Urutan di antara undangannya: 1, 2, 3 …
    sequence: u64,
    /// Null bila datanya sudah dihapus.
    #[schema(required = true)]
    id: Option<Uuid>,
    #[serde(flatten)]
    who: Who,
    #[schema(value_type = String, format = DateTime)]
    registered_at: Timestamp,
    /// `belum_join` atau `sudah_join`; null bila datanya sudah dihapus atau tidak terbaca.
    #[schema(required = true)]
    status: Option<&'static str>,
}

/// A referrer with a page of those whom they invited.
#[derive(Debug, Serialize, ToSchema)]
struct ReferrerFile {
    id: Uuid,
    #[serde(flatten)]
    who: Who,
    /// Selama ini.
    total: u64,
    /// Tahun ini.
    total_year: u64,
    /// Bulan ini.
    total_month: u64,
    /// Menurut urutan.
    items: Vec<Invited>,
    /// Where the next page begins; null on the last.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// Semua perubahan sampai waktu ini sudah dihitung; bila lama, sejak itu tidak ada yang berubah. Null bila
    /// belum pernah dihitung.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
}

/// Pengundang, yang terbanyak dulu: selama ini, satu tahun, atau satu bulan.
#[utoipa::path(
    get, path = "/api/admin/referrers", tag = "referrers", operation_id = "referrers_list",
    params(ReferrersAsked),
    responses((status = 200, description = "Pengundang.", body = Referrers))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<ReferrersAsked>,
) -> Result<Json<Referrers>, Problem> {
    let period = asked.period.as_deref().unwrap_or("all").trim();
    let period: Period = period.parse().map_err(|_| {
        Problem::field(
            "period",
            "Tulis all, satu tahun seperti 2026, atau satu bulan seperti 2026-11.",
        )
    })?;
    let list = format!("referrers {}", period.code());
    let page = page::Asked::read(&list, asked.cursor.as_deref(), asked.limit)?;
    let below: Option<i64> = page.position(&deps)?;
    let store = &deps.app.store;
    let lines = store.top_referrers(period, below.map(RankPlace), page.limit);
    let lines = lines.await?;
    let next = lines.next.map(|place| place.0);
    let ids: Vec<ParticipantId> = lines.items.iter().map(|line| line.of).collect();
    let people = named(&deps, &ids).await?;
    let items = lines.items.iter().map(|line| Referrer {
        id: line.of.0,
        who: Who::of(people.get(&line.of), actor.sight()),
        total: line.total,
    });
    let shown = page.page(&deps, items.collect(), next)?;
    Ok(Json(Referrers {
        items: shown.items,
        next_cursor: shown.next_cursor,
        as_of: store.counted_as_of().await?,
    }))
}

/// Satu pengundang dan undangannya, menurut urutan.
#[utoipa::path(
    get, path = "/api/admin/referrers/{id}", tag = "referrers", operation_id = "referrers_get",
    params(("id" = Uuid, Path), InvitedAsked),
    responses((status = 200, description = "Pengundang.", body = ReferrerFile))
)]
async fn one(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
    Asked(asked): Asked<InvitedAsked>,
) -> Result<Json<ReferrerFile>, Problem> {
    let list = format!("referrers {id}");
    let page = page::Asked::read(&list, asked.cursor.as_deref(), asked.limit)?;
    let behind: Option<u64> = page.position(&deps)?;
    let store = &deps.app.store;
    // Their own item may be the one that cannot be read: whom they invited is known all the same.
    let profile = store.profiles(&[id]).await?.pop();
    let periods = Period::all_of(deps.app.now());
    let totals = store.invited_by(id, &periods).await?;
    let [total, total_year, total_month] = totals.try_into().unwrap_or_default();
    if profile.is_none() && total == 0 {
        return Err(Problem::NotFound("Peserta ini tidak ada."));
    }
    let places = store.invited_places(id, behind.unwrap_or(0), page.limit);
    let places = places.await?;
    let next = places.next;
    let sight = actor.sight();
    let items = places.items.iter().map(|one| Invited {
        sequence: one.place,
        id: one.id.map(|id| id.0),
        who: Who::of(one.person.as_ref(), sight),
        registered_at: one.registered_at,
        status: one.person.as_ref().map(|person| person.status.as_str()),
    });
    let shown = page.page(&deps, items.collect(), next)?;
    Ok(Json(ReferrerFile {
        id: id.0,
        who: Who::of(profile.as_ref(), sight),
        total,
        total_year,
        total_month,
        items: shown.items,
        next_cursor: shown.next_cursor,
        as_of: store.counted_as_of().await?,
    }))
}

/// Who they are, by one read; at most 100.
pub(crate) async fn named(
    deps: &Deps,
    ids: &[ParticipantId],
) -> Result<HashMap<ParticipantId, Profile>, Problem> {
    let people = deps.app.store.profiles(ids).await?.into_iter();
    Ok(people.map(|one| (one.participant.id, one)).collect())
}
