//! What CloudFront and API Gateway do: paths, cookies, headers, v2 events.

mod api;
mod links;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};

use crate::functions::Functions;
use crate::gate::Gate;

const LANDING: &str = include_str!("../../../../web/landing/index.html");
const LANDING_CSS: &str = include_str!("../../../../web/landing/landing.css");
const TOKENS_CSS: &str = include_str!("../../../../web/styles/tokens.css");

/// What the routes need.
#[derive(Clone)]
pub(crate) struct Edge {
    pub(crate) functions: Functions,
    pub(crate) gate: Gate,
}

/// All public routes.
pub(crate) fn router(edge: Edge) -> Router {
    Router::new()
        .route("/api/registrations", post(api::registrations))
        .route("/assets/landing.css", get(|| css(LANDING_CSS)))
        .route("/assets/styles/tokens.css", get(|| css(TOKENS_CSS)))
        .fallback(landing)
        .with_state(edge)
}

pub(crate) async fn css(text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

/// `/`, `/ref=<code>`, `/ref/<code>`, `/?ref=<code>`: the landing page, which keeps the code.
async fn landing(State(_): State<Edge>, method: axum::http::Method, uri: Uri) -> Response {
    let is_read = method == axum::http::Method::GET || method == axum::http::Method::HEAD;
    let Some(code) = links::code(uri.path(), uri.query()).filter(|_| is_read) else {
        return (StatusCode::NOT_FOUND, Html(NOT_FOUND)).into_response();
    };
    let mut response = Html(LANDING).into_response();
    let headers = response.headers_mut();
    // Each link sets its own cookie, so the page must not be kept for another.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Some(cookie) = code.and_then(|code| HeaderValue::from_str(&links::cookie(&code)).ok()) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

const NOT_FOUND: &str = "<!doctype html><html lang=\"id\"><meta charset=\"utf-8\"><title>Tidak ditemukan</title>\
<p>Halaman ini tidak ada. <a href=\"/\">Ke halaman utama</a></p></html>";
