//! The audit log (requirement A8).

use std::sync::Arc;

use app::audit::{AuditFilter, AuditPosition, audit};
use axum::Json;
use axum::extract::State;
use domain::audit::{AuditEntry, Author};
use domain::zone::wib;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::config::Deps;
use crate::error::Problem;
use crate::input::Asked;
use crate::page::{self, Page};
use crate::routes::resource;

/// How far back is looked if nobody says.
const USUAL: SignedDuration = SignedDuration::from_hours(30 * 24);

resource!(list);

/// Which entries.
#[derive(Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditAsked {
    /// Sejak tanggal ini, WIB; 30 hari terakhir bila tidak diisi.
    #[param(example = "2026-11-01")]
    from: Option<Date>,
    /// Sampai dengan tanggal ini, WIB.
    #[param(example = "2026-11-30")]
    until: Option<Date>,
    /// Siapa: id admin.
    author: Option<Uuid>,
    /// Apa, misalnya `numbers.change`; `numbers.` untuk semua yang menyangkut nomor.
    #[param(max_length = 60, example = "numbers.")]
    action: Option<String>,
    /// Terhadap apa: id.
    #[param(max_length = 100)]
    subject: Option<String>,
    /// Penanda halaman dari jawaban sebelumnya.
    #[serde(skip_serializing)]
    cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[serde(skip_serializing)]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u16>,
}

/// Who changed what. What was in the fields is not kept, except what a colleague may do
/// (`role=viewer`, `enabled=false`) and what was stopped or released (`stopped.broadcast`).
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    id: Uuid,
    at: Timestamp,
    /// The admin's id, or `system`.
    #[schema(example = "8c9f4f0e-6b0a-4c41-9b59-6a1f5f0f2f11")]
    author: String,
    #[schema(example = "numbers.change")]
    action: String,
    /// An id, or the name of what there is one of.
    subject: String,
    #[schema(example = json!(["label", "priority"]))]
    fields: Vec<String>,
}

impl From<AuditEntry> for Entry {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            author: entry.author.word(),
            action: entry.action,
            subject: entry.subject,
            fields: entry.fields,
        }
    }
}

/// Catatan siapa mengubah apa, yang terbaru dulu. Satu halaman boleh kosong walaupun masih ada
/// halaman berikutnya.
#[utoipa::path(
    get, path = "/api/admin/audit", tag = "audit", operation_id = "audit_list",
    params(AuditAsked),
    responses((status = 200, description = "Catatan.", body = Page<Entry>))
)]
async fn list(
    State(deps): State<Arc<Deps>>,
    Asked(asked): Asked<AuditAsked>,
) -> Result<Json<Page<Entry>>, Problem> {
    // The filters are a part of the cursor's proof.
    let filters = serde_json::to_string(&asked).map_err(|error| Problem::failed(&error))?;
    let list = format!("audit {filters}");
    let page = page::Asked::read(&list, asked.cursor.as_deref(), asked.limit)?;
    let filter = filter(&asked, deps.app.now())?;
    let begins: Option<AuditPosition> = page.position(&deps)?;
    let found = audit(&deps.app, &filter, begins, page.limit).await?;
    let items = found.entries.into_iter().map(Entry::from).collect();
    page.page(&deps, items, found.next).map(Json)
}

/// Longest action, characters.
const LONGEST_ACTION: usize = 60;
/// Longest subject, characters.
const LONGEST_SUBJECT: usize = 100;

fn filter(asked: &AuditAsked, now: Timestamp) -> Result<AuditFilter, Problem> {
    let is_longer = |text: &Option<String>, most: usize| {
        text.as_ref()
            .is_some_and(|text| text.chars().count() > most)
    };
    if is_longer(&asked.action, LONGEST_ACTION) || is_longer(&asked.subject, LONGEST_SUBJECT) {
        return Err(Problem::Unreadable(
            "invalid_query",
            "Saringan ini terlalu panjang.".to_owned(),
        ));
    }
    let begins = |day: Date| day.to_zoned(wib()).map(|day| day.timestamp());
    let odd = |_| {
        Problem::Unreadable(
            "invalid_query",
            "Tanggal ini tidak dapat dipakai.".to_owned(),
        )
    };
    let until = match asked.until {
        Some(day) => day
            .checked_add(1.day())
            .and_then(begins)
            .map_err(odd)?
            .min(now),
        None => now,
    };
    let from = match asked.from {
        Some(day) => begins(day).map_err(odd)?,
        None => until.checked_sub(USUAL).map_err(odd)?,
    };
    // What happens in this very millisecond is seen too.
    let until = until
        .checked_add(SignedDuration::from_millis(1))
        .map_err(odd)?;
    Ok(AuditFilter {
        from,
        until,
        author: asked
            .author
            .map(|id| Author::Admin(domain::ids::AdminId(id))),
        action: asked.action.clone(),
        subject: asked.subject.clone(),
    })
}
