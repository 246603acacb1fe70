use std::collections::BTreeMap;
use std::sync::Arc;

use app::draft::{Draft, DraftError, TestOrder, preview_for, send_test};
use app::settings::{SaveTemplateError, save_template};
use app::{App, Chain};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::ids::ParticipantId;
use domain::media::MediaName;
use domain::phone::Phone;
use domain::template::{Placeholder, TemplateName, VariantErrors, Vars, preview};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BY, Refusal, body};

/// A text by its name, and what is to be done with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    name: String,
    variants: Vec<String>,
    vars: BTreeMap<Placeholder, String>,
    /// For whom it is shown: a participant's id or number.
    participant: Option<String>,
    /// Without numbers.
    masked: bool,
    /// Where a test goes.
    to: String,
    /// Which variant goes there, counted from 1.
    variant: Option<usize>,
    /// An uploaded file that goes along.
    media: Option<String>,
}

impl Asked {
    /// Without variants those that are active.
    fn draft(&self, name: TemplateName) -> Draft {
        Draft {
            name,
            variants: (!self.variants.is_empty()).then(|| self.variants.clone()),
            vars: self.vars.clone(),
        }
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/templates", get(list).put(save))
        .route("/templates/preview", post(look))
        .route("/templates/test", post(test))
}

async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let mut items = Vec::new();
    for name in TemplateName::all_shipped() {
        let saved = app.store.template(&name.to_string()).await?;
        let (version, variants) = match saved {
            Some(saved) => (saved.version, saved.variants),
            None => (
                0,
                name.shipped_text().map(str::to_owned).into_iter().collect(),
            ),
        };
        let allowed = name.placeholders().iter();
        items.push(json!({
            "name": name.to_string(),
            "version": version,
            "variants": variants,
            "placeholders": allowed.map(|one| one.name()).collect::<Vec<_>>(),
        }));
    }
    Ok(Json(json!({ "items": items })))
}

async fn save(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let name = named(&asked.name)?;
    let version = save_template(&app, &asked.name, asked.variants).await;
    let version = version.map_err(|error| match error {
        SaveTemplateError::Texts(errors) => unfit(told(&name, &errors)),
        other => unfit(Chain(&other).to_string()),
    })?;
    Ok(Json(json!({ "name": asked.name, "version": version })))
}

/// Each variant as it reads for a participant; without one with the placeholders' own names in place
/// of values. And what deserves a second look.
async fn look(State(app): State<Arc<App>>, bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let name = named(&asked.name)?;
    let shown = match &asked.participant {
        Some(who) => {
            let who = participant(&app, who).await?;
            let shown = preview_for(&app, &asked.draft(name.clone()), who, asked.masked).await;
            shown.map_err(|error| refused(&name, &error))?
        }
        None => {
            let checked = name.check(&asked.variants);
            let templates = checked.map_err(|errors| unfit(told(&name, &errors)))?;
            let vars = name.placeholders().iter().fold(Vars::new(), |vars, one| {
                vars.with(*one, format!("<{}>", one.name()))
            });
            let shown = templates.iter().map(|one| preview(&name, one, &vars));
            shown.collect()
        }
    };
    let items: Vec<Value> = shown
        .iter()
        .map(|seen| {
            let warnings = seen.warnings.iter().map(|warning| warning.message());
            json!({ "text": seen.text, "warnings": warnings.collect::<Vec<_>>() })
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}

/// Sends a variant to a number of the team.
async fn test(
    State(app): State<Arc<App>>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asked: Asked = body(&bytes)?;
    let name = named(&asked.name)?;
    if let Some(entered) = asked.vars.keys().find(|one| !one.is_entered()) {
        return Err(unfit(format!(
            "{{{}}} tidak diisi di sini.",
            entered.name()
        )));
    }
    let to = Phone::parse(&asked.to).map_err(|error| unfit(error.message().to_owned()))?;
    let media = asked.media.as_deref().map(str::parse::<MediaName>);
    let media = media
        .transpose()
        .map_err(|error| unfit(error.message().to_owned()))?;
    let key = Uuid::new_v4().to_string();
    let order = TestOrder {
        variant: asked.variant.unwrap_or(1),
        to,
        media,
        key: &key,
        by: BY,
    };
    let row = send_test(&app, &asked.draft(name.clone()), order).await;
    let row = row.map_err(|error| refused(&name, &error))?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "message": row }))))
}

/// A participant by id or by number.
async fn participant(app: &App, who: &str) -> Result<ParticipantId, Refusal> {
    if let Ok(id) = who.parse() {
        return Ok(id);
    }
    let phone = Phone::parse(who).map_err(|error| unfit(error.message().to_owned()))?;
    let index = app.store.phone_index(&phone)?;
    let holder = app.store.holder_of(&index).await?;
    holder.ok_or_else(|| Refusal::not_found("participant"))
}

fn refused(name: &TemplateName, error: &DraftError) -> Refusal {
    match error.message(name) {
        Some(text) => unfit(text),
        None => Refusal::failed(error),
    }
}

fn unfit(text: String) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_template", text)
}

fn named(name: &str) -> Result<TemplateName, Refusal> {
    TemplateName::parse(name).map_err(|error| unfit(error.message().to_owned()))
}

/// Each wrong variant with its place.
fn told(name: &TemplateName, errors: &VariantErrors) -> String {
    let texts: Vec<String> = errors
        .messages(name)
        .map(|(variant, text)| format!("{variant}: {text}"))
        .collect();
    texts.join("\n")
}
