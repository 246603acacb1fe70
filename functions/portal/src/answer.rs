//! Answers that every route gives the same way.

use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use maud::Markup;

/// An answer that nobody keeps, and whose address no other site learns: it may hold a token.
pub(crate) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        set(&mut response, name, HeaderValue::from_static(value));
    }
    response
}

/// A page that no search engine lists.
pub(crate) fn page(status: StatusCode, page: Markup) -> Response<Body> {
    let mut response = answer(status, "text/html; charset=utf-8", page.into_string());
    let noindex = HeaderValue::from_static("noindex");
    set(
        &mut response,
        HeaderName::from_static("x-robots-tag"),
        noindex,
    );
    response
}

pub(crate) fn set(response: &mut Response<Body>, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}
