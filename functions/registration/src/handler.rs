//! Which route a request is for, and whether it came through the edge.

use lambda_http::http::{HeaderMap, HeaderValue, Method, StatusCode};
use lambda_http::{Body, Request, Response};
use lambda_kit::ORIGIN_HEADER;

use crate::answer::problem;
use crate::config::Deps;
use crate::{landing, register};

/// Header in which the edge hands on the visitor's address; it overwrites what a visitor sends.
const ADDRESS_HEADER: &str = "x-viewer-address";

/// Answers the public routes of the landing page. Never fails: what goes wrong has an answer.
pub async fn handle(deps: &Deps, request: Request) -> Response<Body> {
    if let Some(origin) = &deps.origin {
        let given = request.headers().get(ORIGIN_HEADER);
        let given = given.map(HeaderValue::as_bytes);
        if !given.is_some_and(|value| origin.matches(value)) {
            return problem(
                StatusCode::FORBIDDEN,
                "Alamat ini tidak dapat dipakai langsung.",
            );
        }
    }
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/api/registrations") => {
            Box::pin(register::take(&deps.app, &request)).await
        }
        (&Method::GET, "/api/landing") => Box::pin(landing::show(&deps.app)).await,
        (&Method::GET, "/api/contact.vcf") => landing::card(&deps.app).await,
        (&Method::POST, "/api/visits") => landing::count(&deps.app, &request).await,
        _ => problem(StatusCode::NOT_FOUND, "Alamat ini tidak ada."),
    }
}

/// The visitor's network address, as the edge gives it.
pub(crate) fn address(headers: &HeaderMap) -> String {
    headers
        .get(ADDRESS_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("unknown")
        .to_owned()
}
