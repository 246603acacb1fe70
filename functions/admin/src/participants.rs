//! Participants: lists, search, one of them, corrections, messages, stops, erasure (requirements A1,
//! A5, C3).

pub(crate) mod acts;
pub(crate) mod lines;
mod wire;

use std::sync::Arc;

use app::people::{
    EditError, ListError, ListPage, edit_participant, find_by_number, list_participants,
    unknown_cities,
};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::ids::ParticipantId;
use domain::people::{Edit, Filter, ListQuery, Mark, Wanted};
use store::{PersonFile, Profile, StoreError};

use crate::actor::Actor;
use crate::body::Body;
use crate::config::Deps;
use crate::error::Problem;
use crate::input::{Asked, Id, Seen, tagged};
use crate::page::{self, Page};
use crate::routes::resource;
use wire::{
    CitiesAsked, Participant, ParticipantFile, ParticipantPatch, ParticipantsAsked, Search,
    UnknownCity,
};

resource!(list, search, cities, one, change);

const NONE: Problem = Problem::NotFound("Peserta ini tidak ada.");
const ERASED: Problem = Problem::NotFound("Data peserta ini sudah dihapus.");

/// Daftar peserta, yang terbaru dulu; undangan satu pengundang dari urutan terakhir. Satu halaman dapat
/// lebih pendek dari `limit`, bahkan kosong, selama `next_cursor` masih ada.
#[utoipa::path(
    get, path = "/api/admin/participants", tag = "participants", operation_id = "participants_list",
    params(ParticipantsAsked),
    responses(
        (status = 200, description = "Peserta.", body = Page<Participant>),
        (status = 422, description = "Ada saringan yang belum benar.", body = crate::error::ErrorAnswer)
    )
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Asked(asked): Asked<ParticipantsAsked>,
) -> Result<Json<Page<Participant>>, Problem> {
    let filter = Filter::parse(&asked.input()).map_err(Problem::Fields)?;
    some(&deps, &actor, filter, asked.cursor.as_deref(), asked.limit).await
}

/// Mencari peserta: nomor dalam tulisan apa pun (operator dan admin), atau kata-kata nama (semua kata
/// harus cocok, ditulis utuh). Nomor tidak pernah ditulis di alamat.
#[utoipa::path(
    post, path = "/api/admin/participants/search", tag = "participants", operation_id = "participants_search",
    request_body = Search,
    responses((status = 200, description = "Yang ditemukan.", body = Page<Participant>))
)]
async fn search(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    body: Body<Search>,
) -> Result<Json<Page<Participant>>, Problem> {
    let asked = body.value;
    let name = match Wanted::parse(&asked.q).map_err(Problem::Fields)? {
        Wanted::Name(name) => name,
        // Search by search, whoever may ask for numbers learns one that is masked.
        Wanted::Number(_) if !actor.role().sees_numbers() => {
            return Err(Problem::NotAllowed(
                "Mencari dengan nomor hanya untuk operator dan admin. Cari dengan nama.",
            ));
        }
        Wanted::Number(phone) => {
            // One page at most: no cursor leads into it.
            let list = "participants by number";
            let page = page::Asked::read(list, asked.cursor.as_deref(), asked.limit)?;
            page.position::<Mark>(&deps)?;
            let found = find_by_number(&deps.app, &phone).await?;
            let items = found.into_iter();
            return Ok(Json(Page {
                items: items
                    .map(|one| Participant::of(one, actor.sight()))
                    .collect(),
                next_cursor: None,
                total: None,
            }));
        }
    };
    let filter = Filter::named(&name).map_err(Problem::Fields)?;
    some(&deps, &actor, filter, asked.cursor.as_deref(), asked.limit).await
}

async fn some(
    deps: &Deps,
    actor: &Actor,
    filter: Filter,
    cursor: Option<&str>,
    limit: Option<u16>,
) -> Result<Json<Page<Participant>>, Problem> {
    let list = format!("participants|{}", filter.question());
    let asked = page::Asked::read(&list, cursor, limit)?;
    let after: Option<Mark> = asked.position(deps)?;
    let query = ListQuery {
        filter,
        limit: asked.limit,
        after,
    };
    let ListPage { people, next } = Box::pin(list_participants(&deps.app, &query)).await?;
    let sight = actor.sight();
    let items = people.into_iter();
    let items = items.map(|one| Participant::of(one, sight)).collect();
    asked.page(deps, items, next).map(Json)
}

/// Kota peserta yang tidak ada di daftar resmi, untuk disatukan lewat koreksi. Dihitung sesaat
/// sebelumnya.
#[utoipa::path(
    get, path = "/api/admin/participants/cities", tag = "participants", operation_id = "participants_cities",
    params(CitiesAsked),
    responses((status = 200, description = "Kota yang tidak dikenal.", body = Page<UnknownCity>))
)]
async fn cities(
    State(deps): State<Arc<Deps>>,
    Asked(asked): Asked<CitiesAsked>,
) -> Result<Json<Page<UnknownCity>>, Problem> {
    let asked = page::Asked::read("participants/cities", asked.cursor.as_deref(), asked.limit)?;
    let after: Option<String> = asked.position(&deps)?;
    let found = unknown_cities(&deps.app, after, asked.limit).await?;
    let items = found.cities.into_iter().map(UnknownCity::of).collect();
    asked.page(&deps, items, found.next).map(Json)
}

/// Satu peserta: data, pengundang, yang diundang, persetujuan, riwayat berhenti, dan pesan-pesannya.
#[utoipa::path(
    get, path = "/api/admin/participants/{id}", tag = "participants", operation_id = "participants_get",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "Peserta.", body = ParticipantFile, headers(("ETag" = String))))
)]
async fn one(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
) -> Result<Response, Problem> {
    file(&deps, &actor, id).await
}

/// Mengoreksi peserta: sapaan, nama, kota, profesi, status, nomor, dan pengundang bila belum ada. Nomor
/// yang berhenti tetap berhenti; pengundang yang tercatat tidak dapat diganti.
#[utoipa::path(
    patch, path = "/api/admin/participants/{id}", tag = "participants", operation_id = "participants_change",
    params(
        ("id" = Uuid, Path),
        ("If-Match" = String, Header, description = "ETag dari peserta yang dilihat.", example = "\"0\"")
    ),
    request_body = ParticipantPatch,
    responses((status = 200, description = "Peserta sesudah dikoreksi.", body = ParticipantFile, headers(("ETag" = String))))
)]
async fn change(
    State(deps): State<Arc<Deps>>,
    actor: Actor,
    Id(id): Id<ParticipantId>,
    Seen(revision): Seen,
    body: Body<ParticipantPatch>,
) -> Result<Response, Problem> {
    let edit = Edit::parse(&body.value.form()).map_err(Problem::Fields)?;
    let act = actor.act("participants.change").on(body.fields);
    let edited = Box::pin(edit_participant(&deps.app, id, revision, &edit, &act));
    match edited.await {
        Ok(_) => file(&deps, &actor, id).await,
        Err(EditError::NotFound) => Err(gone(&deps, id).await?),
        Err(EditError::Overtaken(_)) => {
            let now = known(&deps, id).await?;
            let now = ParticipantFile::of(now.0, now.1, actor.sight());
            let now = serde_json::to_value(now).map_err(|error| Problem::failed(&error))?;
            Err(Problem::Overtaken(now))
        }
        Err(EditError::Fields(errors)) => Err(Problem::Fields(errors)),
        Err(EditError::Store(error)) => Err(error.into()),
    }
}

/// Somebody who is there, with everything about them.
async fn known(deps: &Deps, id: ParticipantId) -> Result<(Profile, PersonFile), Problem> {
    let file = Box::pin(deps.app.store.person_file(id)).await?;
    let mut file = file.ok_or(NONE)?;
    let profile = file.profile.take().ok_or(ERASED)?;
    Ok((profile, file))
}

async fn file(deps: &Deps, actor: &Actor, id: ParticipantId) -> Result<Response, Problem> {
    let (profile, file) = known(deps, id).await?;
    let revision = profile.revision;
    let file = ParticipantFile::of(profile, file, actor.sight());
    Ok(tagged(revision, file))
}

/// Why somebody is not there.
async fn gone(deps: &Deps, id: ParticipantId) -> Result<Problem, Problem> {
    let file = Box::pin(deps.app.store.person_file(id)).await?;
    Ok(file.map_or(NONE, |_| ERASED))
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Fields(errors) => Self::Fields(errors),
            ListError::Store(error) => StoreError::into(error),
        }
    }
}
