//! What CloudFront and API Gateway do: paths, cookies, headers, compression, v2 events.

mod api;
mod headers;
mod links;
mod media;
mod site;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use tower_http::compression::CompressionLayer;

pub(crate) use headers::{SiteHeader, site_headers};
use links::Place;
pub(crate) use media::uploads;

use std::sync::Arc;

use crate::functions::Functions;
use crate::gate::Gate;
use crate::media::LocalMedia;
use crate::sign_in::SignIn;

/// What the routes need.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) functions: Functions,
    pub(crate) gate: Gate,
    pub(crate) sign_in: SignIn,
    pub(crate) media: Arc<LocalMedia>,
}

/// All public routes. `headers` go along with every answer.
pub(crate) fn router(edge: Edge, headers: Vec<SiteHeader>) -> Router {
    let files = media::files(Arc::clone(&edge.media));
    Router::new()
        .route("/api/admin/{*proxy}", any(api::admin))
        .route("/api/registrations", post(api::registration))
        .route("/api/landing", get(api::registration))
        .route("/api/contact.vcf", get(api::registration))
        .route("/api/visits", post(api::registration))
        .route("/hooks/dripsender/{token}", post(api::hook))
        .route("/api/events/{file}", get(api::calendar))
        .route("/j/{token}", get(api::join))
        .fallback(page)
        .with_state(edge)
        .merge(files)
        .layer(map_response(move |mut response: Response| {
            for header in &headers {
                header.add_to(response.headers_mut());
            }
            async move { response }
        }))
        .layer(CompressionLayer::new())
}

pub(crate) async fn css(text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

/// A page or a file. The landing page keeps the code of the link it was opened by.
async fn page(State(_): State<Edge>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return not_found();
    }
    match links::place(uri.path(), uri.query()) {
        Place::Landing(code) => landing(code, &headers),
        Place::Poster => site::file("poster.html", &headers),
        Place::File(path) => site::file(&path, &headers),
        Place::Nowhere => not_found(),
    }
}

fn landing(code: Option<String>, headers: &HeaderMap) -> Response {
    let mut response = site::file("index.html", headers);
    if let Some(cookie) = code.and_then(|code| HeaderValue::from_str(&links::cookie(&code)).ok()) {
        let headers = response.headers_mut();
        headers.insert(SET_COOKIE, cookie);
        // An address that may show a number has no place in a search engine.
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    response
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Html(NOT_FOUND)).into_response()
}

/// The deployed function's words.
const NOT_FOUND: &str = "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Tidak ditemukan</title>\
<p>Halaman ini tidak ada. <a href=\"/\">Ke halaman utama</a></p></html>\n";
