use std::collections::BTreeMap;
use std::sync::Arc;

use app::App;
use app::backlog;
use app::campaign::{
    Waits, cancel_campaign, open_campaign, pause_campaign, preview, progress, release_staged,
    resume_campaign,
};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::audience::{Audience, AudienceInput};
use domain::campaign::{Campaign, CampaignKind, NewCampaign, Progress};
use domain::forecast::LoadForecast;
use domain::ids::{CampaignId, NumberId};
use domain::media::MediaName;
use domain::message::MessageType;
use domain::template::{Placeholder, TemplateName};
use domain::zone::wib;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BY, Refusal, body, id};

/// Campaigns that are listed.
const LISTED: usize = 100;

/// A broadcast as it is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    /// `broadcast/<name>`, or the name alone.
    template: String,
    audience: AudienceInput,
    vars: BTreeMap<Placeholder, String>,
    /// An uploaded file, as its upload was answered.
    media: Option<String>,
    /// `2026-11-29 19:30` in WIB, or a time with its offset; now if it is left out.
    at: Option<String>,
    staged: Option<u32>,
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/broadcasts", get(list).post(send))
        .route("/backlog", get(waiting))
        .route("/broadcasts/preview", post(look))
        .route("/broadcasts/{id}", get(status))
        .route("/broadcasts/{id}/{action}", post(steer))
}

impl Asked {
    fn read(self, app: &App) -> Result<NewCampaign, Refusal> {
        let unfit =
            |text: &str| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", text);
        let audience = Audience::parse(&self.audience);
        let audience = audience.map_err(|errors| Refusal::fields(&errors))?;
        let name = if self.template.contains('/') {
            self.template
        } else {
            format!("broadcast/{}", self.template)
        };
        let template = TemplateName::parse(&name).map_err(|error| unfit(error.message()))?;
        if let Some(name) = self.vars.keys().find(|name| !name.is_entered()) {
            let name = name.name();
            return Err(unfit(&format!("{{{name}}} tidak diisi di sini.")));
        }
        let media = self.media.as_deref().map(str::parse::<MediaName>);
        let media = media.transpose().map_err(|error| unfit(error.message()))?;
        let now = app.now();
        let not_before = match &self.at {
            None => now,
            Some(text) => moment(text).ok_or_else(|| unfit("at: no time"))?.max(now),
        };
        let expires_at = not_before.saturating_add(MessageType::Broadcast.useful_for());
        Ok(NewCampaign {
            id: CampaignId(Uuid::new_v4()),
            kind: CampaignKind::Broadcast,
            event: None,
            audience,
            template: Some(template),
            vars: self.vars,
            media,
            not_before,
            expires_at: expires_at.unwrap_or(Timestamp::MAX),
            staged: self.staged,
            created_by: BY.to_owned(),
            created_at: now,
        })
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let exact = text.trim().parse::<Timestamp>().ok();
    exact.or_else(|| {
        let civil: DateTime = text.trim().parse().ok()?;
        Some(civil.to_zoned(wib()).ok()?.timestamp())
    })
}

fn view(campaign: &Campaign, progress: Option<&Progress>) -> Value {
    let new = &campaign.new;
    let left_out = campaign.counts.left_out.iter();
    let left_out: BTreeMap<&str, u32> = left_out.map(|(why, n)| (why.as_str(), *n)).collect();
    let mut view = json!({
        "id": new.id,
        "kind": new.kind.as_str(),
        "status": campaign.status.word(),
        "template": new.template.as_ref().map(ToString::to_string),
        "audience": new.audience,
        "media": new.media,
        "not_before": new.not_before,
        "queued": campaign.counts.queued,
        "left_out": left_out,
    });
    if let Some(progress) = progress {
        let rows = progress.rows.iter();
        let rows: BTreeMap<String, u32> = rows
            .map(|((status, reason), count)| (format!("{status}/{reason}"), *count))
            .collect();
        view["rows"] = json!(rows);
        view["as_of"] = json!(progress.as_of);
    }
    view
}

async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let bounds = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    let all = app.store.campaigns_between(bounds.0, bounds.1, LISTED);
    let items: Vec<Value> = all.await?.iter().map(|one| view(one, None)).collect();
    Ok(Json(json!({ "items": items })))
}

async fn status(
    State(app): State<Arc<App>>,
    Path(campaign): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let (campaign, rows) = progress(&app, id(&campaign, "campaign")?).await?;
    let mut seen = view(&campaign, Some(&rows));
    let waiting = backlog::backlog(&app).await?;
    let mut own = waiting.foretold();
    let own = own.find(|(waits, _)| waits.campaign == Some(campaign.new.id));
    if let Some((waits, forecast)) = own {
        seen["forecast"] = forecast_view(waits, forecast);
    }
    Ok(Json(seen))
}

/// When what waits will be done, and by which numbers.
async fn waiting(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let waiting = backlog::backlog(&app).await?;
    let items: Vec<Value> = waiting
        .foretold()
        .map(|(waits, forecast)| forecast_view(waits, forecast))
        .collect();
    Ok(Json(json!({ "items": items, "done_at": waiting.done_at })))
}

fn forecast_view(waits: &Waits, forecast: &LoadForecast) -> Value {
    json!({
        "class": waits.load.class.as_str(),
        "campaign": waits.campaign,
        "waiting": waits.load.messages,
        "begins_at": forecast.begins_at,
        "done_at": forecast.done_at,
        "unsent": forecast.unsent,
        "by_number": by_number(&forecast.by_number),
    })
}

fn by_number(shares: &[(NumberId, u32)]) -> BTreeMap<String, u32> {
    let shares = shares.iter();
    shares
        .map(|(number, messages)| (number.to_string(), *messages))
        .collect()
}

async fn look(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let new = body::<Asked>(&bytes)?.read(&app)?;
    let seen = preview(&app, &new).await?;
    let left_out = seen.left_out.iter();
    let left_out: BTreeMap<&str, u32> = left_out.map(|(why, n)| (why.as_str(), *n)).collect();
    Ok(Json(json!({
        "recipients": seen.recipients,
        "left_out": left_out,
        "by_number": by_number(&seen.by_number),
        "begins_at": seen.begins_at,
        "done_at": seen.done_at,
        "unsent": seen.unsent,
    })))
}

async fn send(
    State(app): State<Arc<App>>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let new = body::<Asked>(&bytes)?.read(&app)?;
    open_campaign(&app, &new).await?;
    let (campaign, rows) = progress(&app, new.id).await?;
    Ok((StatusCode::CREATED, Json(view(&campaign, Some(&rows)))))
}

async fn steer(
    State(app): State<Arc<App>>,
    Path((campaign, action)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let campaign: CampaignId = id(&campaign, "campaign")?;
    match action.as_str() {
        "pause" => pause_campaign(&app, campaign, BY).await?,
        "resume" => resume_campaign(&app, campaign, BY).await?,
        "cancel" => cancel_campaign(&app, campaign, BY).await?,
        "release" => release_staged(&app, campaign, BY).await?,
        _ => return Err(Refusal::not_found("action")),
    }
    let (campaign, rows) = progress(&app, campaign).await?;
    Ok(Json(view(&campaign, Some(&rows))))
}
