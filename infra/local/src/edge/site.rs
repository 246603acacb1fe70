//! The files of `web/` as they are deployed: the landing page's folder at the root, the shared
//! styles below `assets/styles/`.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

/// Built in; in a debug build read anew at each request, so that an edit shows at once.
#[derive(Embed)]
#[folder = "../../web/landing"]
struct Pages;

#[derive(Embed)]
#[folder = "../../web/styles"]
struct Styles;

/// How long browsers keep a file without asking; pages are asked for each time. The deployment
/// (`make site-%`) sets the same.
const FILES_KEPT: &str = "public, max-age=600, stale-while-revalidate=86400";
const PAGES_KEPT: &str = "no-cache";

/// A file of the site by its path, `index.html`, `assets/landing.js`.
pub(super) fn file(path: &str, headers: &HeaderMap) -> Response {
    let found = match path.strip_prefix("assets/styles/") {
        Some(style) => Styles::get(style),
        None => Pages::get(path),
    };
    match found {
        Some(file) => answer(path, file, headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // Weak: what is compressed on the way is another sequence of bytes.
    let etag = format!("W/\"{etag}\"");
    let is_known = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data))
    };
    let kept = if path.ends_with(".html") {
        PAGES_KEPT
    } else {
        FILES_KEPT
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
