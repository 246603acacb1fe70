//! Which route a request is for, and whether it came through the edge.

use lambda_http::http::{HeaderValue, Method, StatusCode};
use lambda_http::{Body, Request, Response};
use lambda_kit::ORIGIN_HEADER;

use crate::answer::page;
use crate::config::Deps;
use crate::{calendar, join, page};

/// Answers links and calendar files. Never fails: what goes wrong has an answer.
pub async fn handle(deps: &Deps, request: Request) -> Response<Body> {
    if let Some(origin) = &deps.origin {
        let given = request.headers().get(ORIGIN_HEADER);
        let given = given.map(HeaderValue::as_bytes);
        if !given.is_some_and(|value| origin.matches(value)) {
            return page(StatusCode::FORBIDDEN, page::not_for_you());
        }
    }
    let path = request.uri().path();
    match request.method() {
        &Method::GET | &Method::HEAD => {
            if let Some(token) = path.strip_prefix("/j/") {
                return Box::pin(join::open(&deps.app, token, &request)).await;
            }
            if let Some(file) = path.strip_prefix("/api/events/") {
                return Box::pin(calendar::file(&deps.app, file, request.headers())).await;
            }
            page(StatusCode::NOT_FOUND, page::nothing_here())
        }
        _ => page(StatusCode::NOT_FOUND, page::nothing_here()),
    }
}
