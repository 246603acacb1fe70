use std::sync::Arc;

use app::settings::{SaveTemplateError, save_template};
use app::{App, Chain};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::template::{TemplateName, VariantErrors, Vars, preview};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, body};

/// A text, by its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    name: String,
    variants: Vec<String>,
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/templates", get(list).put(save))
        .route("/templates/preview", post(look))
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

/// Each variant as it would read with the placeholders' own names in place of values, and what
/// deserves a second look.
async fn look(bytes: Bytes) -> Result<Json<Value>, Refusal> {
    let asked: Asked = body(&bytes)?;
    let name = named(&asked.name)?;
    let checked = name.check(&asked.variants);
    let templates = checked.map_err(|errors| unfit(told(&name, &errors)))?;
    let vars = name.placeholders().iter().fold(Vars::new(), |vars, one| {
        vars.with(*one, format!("<{}>", one.name()))
    });
    let items: Vec<Value> = templates
        .iter()
        .map(|template| {
            let seen = preview(&name, template, &vars);
            let warnings = seen.warnings.iter().map(|warning| warning.message());
            json!({ "text": seen.text, "warnings": warnings.collect::<Vec<_>>() })
        })
        .collect();
    Ok(Json(json!({ "items": items })))
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
