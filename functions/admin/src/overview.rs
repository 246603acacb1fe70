//! How things stand, at a glance (requirement A7).

use std::sync::Arc;

use app::backlog::reminders_at_risk;
use axum::Json;
use axum::extract::State;
use domain::counting::Period;
use domain::zone::wib_day;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::config::Deps;
use crate::error::Problem;
use crate::input::Asked;
use crate::referrers::named;
use crate::routes::resource;

/// Days that are shown if nobody says.
const USUAL_DAYS: u16 = 30;
const MOST_DAYS: u16 = 92;
/// Lines of a list on the overview.
const TOP: usize = 10;
/// Beyond so many, the rest is not counted.
const MOST_PROBLEMS: usize = 100;

resource!(overview);

/// Over which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OverviewAsked {
    /// Sekian hari terakhir, hari ini termasuk, WIB.
    #[param(minimum = 1, maximum = 92, default = 30)]
    days: Option<u16>,
}

/// How things stand.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    /// Semua perubahan sampai waktu ini sudah dihitung; bila lama, sejak itu tidak ada yang berubah. Null bila
    /// belum pernah dihitung.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    people: People,
    funnel: Funnel,
    /// Setiap hari, yang paling lama dulu.
    days: Vec<Day>,
    cities: Vec<CityTotal>,
    referrers: Vec<ReferrerTotal>,
    events: Vec<NextEvent>,
    problems: Problems,
}

/// Participants as they are now.
#[derive(Debug, Serialize, ToSchema)]
struct People {
    total: u64,
    sudah_join: u64,
    belum_join: u64,
    subscribed: u64,
    unsubscribed: u64,
}

/// How far people came on the days shown. Who has joined is counted of all participants: the day of
/// it is not known.
#[derive(Debug, Serialize, ToSchema)]
struct Funnel {
    visits: u64,
    started: u64,
    registered: u64,
    chats_opened: u64,
    shared: u64,
    joined: u64,
}

/// A day in WIB.
#[derive(Debug, Serialize, ToSchema)]
struct Day {
    #[schema(value_type = String, format = Date)]
    day: Date,
    registered: u64,
    /// Pesan yang diputuskan hari itu, menurut keadaannya sekarang.
    queued: u64,
    sent: u64,
    failed: u64,
}

/// Participants of a city.
#[derive(Debug, Serialize, ToSchema)]
struct CityTotal {
    #[schema(example = "bogor")]
    city_key: String,
    total: u64,
}

/// Somebody who has invited many, of all time.
#[derive(Debug, Serialize, ToSchema)]
struct ReferrerTotal {
    id: Uuid,
    /// Null bila datanya sudah dihapus.
    #[schema(required = true)]
    name: Option<String>,
    total: u64,
}

/// A planned event.
#[derive(Debug, Serialize, ToSchema)]
struct NextEvent {
    id: Uuid,
    title: String,
    #[schema(value_type = String, format = DateTime)]
    start_time: Timestamp,
}

/// What waits for a person.
#[derive(Debug, Serialize, ToSchema)]
struct Problems {
    /// Nomor pengirim yang keluar sendiri.
    numbers_out: u64,
    /// Pengingat acara yang menurut perkiraan tidak terkirim pada waktunya.
    reminders_at_risk: u32,
    /// Pesan masuk yang belum jelas dari siapa; paling banyak 100 dihitung.
    inbox_open: u64,
    /// Pesan yang mungkin sudah sampai; paling banyak 100 dihitung.
    unconfirmed: u64,
}

/// Ikhtisar: pendaftaran per hari, corong, kota dan pengundang teratas, pesan, acara, dan masalah.
#[utoipa::path(
    get, path = "/api/admin/overview", tag = "overview", operation_id = "overview_get",
    params(OverviewAsked),
    responses((status = 200, description = "Ikhtisar.", body = Overview))
)]
async fn overview(
    State(deps): State<Arc<Deps>>,
    Asked(asked): Asked<OverviewAsked>,
) -> Result<Json<Overview>, Problem> {
    let count = asked.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&count) {
        let text = format!("days harus 1 sampai {MOST_DAYS}.");
        return Err(Problem::Unreadable("invalid_days", text));
    }
    let (store, now) = (&deps.app.store, deps.app.now());
    let today = wib_day(now);
    let first = today.saturating_sub((i64::from(count) - 1).days());
    let dates: Vec<Date> = first
        .series(1.day())
        .take_while(|day| *day <= today)
        .collect();

    let registered = store.registrations_by_day(first, today).await?;
    let messages = store.messages_by_day(first, today).await?;
    let steps = store.visits(&dates).await?;
    let people = store.people_totals().await?;
    let referrers = store.top_referrers(Period::All, None, TOP).await?.items;
    let ids: Vec<_> = referrers.iter().map(|line| line.of).collect();
    let names = named(&deps, &ids).await?;
    let numbers = store.roster().await?;
    let step = |name: &str| steps.get(name).copied().unwrap_or_default();
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Json(Overview {
        as_of: store.counted_as_of().await?,
        people: People {
            total: people.joined + people.not_joined,
            sudah_join: people.joined,
            belum_join: people.not_joined,
            subscribed: people.subscribed,
            unsubscribed: people.unsubscribed,
        },
        funnel: Funnel {
            visits: step("visit"),
            started: step("start"),
            registered: registered.values().sum(),
            chats_opened: step("chat"),
            shared: step("share"),
            joined: people.joined,
        },
        days: dates
            .into_iter()
            .map(|day| {
                let [queued, sent, failed] = messages.get(&day).copied().unwrap_or_default();
                Day {
                    day,
                    registered: registered.get(&day).copied().unwrap_or_default(),
                    queued,
                    sent,
                    failed,
                }
            })
            .collect(),
        cities: store
            .top_cities(None, TOP)
            .await?
            .items
            .into_iter()
            .map(|line| CityTotal {
                city_key: line.of,
                total: line.total,
            })
            .collect(),
        referrers: referrers
            .iter()
            .map(|line| ReferrerTotal {
                id: line.of.0,
                name: names
                    .get(&line.of)
                    .map(|one| one.participant.name.as_str().to_owned()),
                total: line.total,
            })
            .collect(),
        events: store
            .next_events(now)
            .await?
            .into_iter()
            .map(|event| NextEvent {
                id: event.id.0,
                title: event.title,
                start_time: event.start_time,
            })
            .collect(),
        problems: Problems {
            numbers_out: size(numbers.iter().filter(|number| !number.is_active).count()),
            reminders_at_risk: Box::pin(reminders_at_risk(&deps.app)).await?,
            inbox_open: size(store.open_inbox(MOST_PROBLEMS).await?),
            unconfirmed: size(store.unconfirmed(MOST_PROBLEMS).await?),
        },
    }))
}
