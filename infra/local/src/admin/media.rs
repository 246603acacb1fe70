use std::sync::Arc;

use app::App;
use app::media::{UploadError, begin_upload, take_upload};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, body, id};
use crate::media::LocalMedia;

/// A file that is about to be sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    bytes: usize,
}

type Deps = (Arc<App>, Arc<LocalMedia>);

pub(super) fn routes(app: Arc<App>, media: Arc<LocalMedia>) -> Router {
    Router::new()
        .route("/media", post(begin))
        .route("/media/{upload}", post(take))
        .with_state((app, media))
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Unfit(why) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_file",
                why.message(),
            ),
            UploadError::Nothing => Self::not_found("upload"),
            UploadError::Store(error) => Self::failed(&error),
        }
    }
}

async fn begin(
    State((app, media)): State<Deps>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asked: Asked = body(&bytes)?;
    let (upload, ticket) = begin_upload(&app, &*media, asked.bytes).await?;
    let headers: serde_json::Map<String, Value> = ticket
        .headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let answer = json!({ "upload": upload, "url": ticket.url, "headers": headers });
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn take(
    State((_, media)): State<Deps>,
    Path(upload): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let name = take_upload(&*media, id(&upload, "upload")?).await?;
    Ok(Json(
        json!({ "media": name, "type": name.kind.content_type() }),
    ))
}
