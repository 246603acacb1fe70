//! Files that were published, as CloudFront serves them, and where they are sent.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use domain::media::{MOST_BYTES, MediaName};

use crate::media::{LocalMedia, NoTicket, UPLOADS};

/// Nothing at an address ever changes. `publish` of the deployed store says the same.
const KEPT: &str = "public, max-age=31536000, immutable";

/// Where everybody fetches files.
pub(super) fn files(media: Arc<LocalMedia>) -> Router {
    Router::new()
        .route("/media/{name}", get(file))
        .with_state(media)
}

/// Where they are sent: another host than the site's in the cloud.
pub(crate) fn uploads(media: Arc<LocalMedia>) -> Router {
    let receive = put(receive).layer(DefaultBodyLimit::max(MOST_BYTES));
    Router::new()
        .route(&format!("{UPLOADS}/{{id}}"), receive)
        .with_state(media)
}

async fn file(State(media): State<Arc<LocalMedia>>, Path(name): Path<String>) -> Response {
    let Ok(name) = name.parse::<MediaName>() else {
        return super::not_found();
    };
    match media.published(name) {
        Ok(Some(file)) => {
            let mut response = file.into_response();
            let content_type = HeaderValue::from_static(name.kind.content_type());
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, content_type);
            headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
            response
        }
        Ok(None) => super::not_found(),
        Err(error) => {
            tracing::error!(%error, "a file cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn receive(
    State(media): State<Arc<LocalMedia>>,
    Path(id): Path<String>,
    file: Bytes,
) -> StatusCode {
    let Ok(id) = id.parse() else {
        return StatusCode::FORBIDDEN;
    };
    match media.receive(id, &file) {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(NoTicket::Unknown | NoTicket::OtherLength)) => StatusCode::FORBIDDEN,
        Err(error) => {
            tracing::error!(%error, "a file cannot be kept");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
