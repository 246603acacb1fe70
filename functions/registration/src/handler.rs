use std::collections::BTreeMap;

use app::Chain;
use app::register::{Answer, register};
use domain::form::{FieldErrors, FieldValue, RegistrationForm};
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};
use serde_json::json;

use crate::config::Deps;
use crate::page::page;
use crate::wire::{BodyError, Kind, code_from_cookie, fields, kind};

/// Header in which CloudFront proves itself.
const ORIGIN_HEADER: &str = "x-origin-secret";
/// Header in which the edge hands on the visitor's address; it overwrites what a visitor sends.
const ADDRESS_HEADER: &str = "x-viewer-address";

const TOO_MANY: &str =
    "Terlalu banyak pendaftaran dari jaringan ini. Silakan coba lagi beberapa menit lagi.";
const NOT_OPEN: &str = "Pendaftaran belum dibuka. Silakan coba lagi nanti.";
const BROKEN: &str =
    "Maaf, ada gangguan di sistem kami. Data Anda belum tersimpan, silakan coba lagi.";
const TOO_LONG: &str = "Data yang dikirim terlalu besar.";
const UNREADABLE: &str = "Data yang dikirim tidak dapat dibaca.";
const WRONG_TYPE: &str = "Kirim data sebagai formulir atau JSON.";

/// Answers `POST /api/registrations`. Never fails: what goes wrong has an answer.
pub async fn handle(deps: &Deps, request: Request) -> Response<Body> {
    let headers = request.headers();
    if let Some(origin) = &deps.origin {
        let given = headers.get(ORIGIN_HEADER).map(HeaderValue::as_bytes);
        if !given.is_some_and(|value| origin.matches(value)) {
            return problem(
                StatusCode::FORBIDDEN,
                "Alamat ini tidak dapat dipakai langsung.",
            );
        }
    }
    let Some(kind) = kind(headers) else {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, WRONG_TYPE);
    };
    let values = match fields(kind, request.body()) {
        Ok(values) => values,
        Err(error) => {
            let (status, text) = match error {
                BodyError::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, TOO_LONG),
                BodyError::Unreadable => (StatusCode::BAD_REQUEST, UNREADABLE),
            };
            return notice(kind, &BTreeMap::new(), status, text);
        }
    };
    let form = match RegistrationForm::parse(&values) {
        Ok(form) => form,
        Err(errors) => return refused(kind, &values, &errors),
    };
    let address = address(headers);
    let answer = Box::pin(register(
        &deps.app,
        form,
        &address,
        code_from_cookie(headers),
    ))
    .await;
    match answer {
        Ok(Answer::Accepted {
            redirect_url,
            referral_link,
        }) => accepted(kind, &redirect_url, &referral_link),
        Ok(Answer::TooMany) => {
            let mut response = notice(kind, &values, StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("600"));
            response
        }
        Ok(Answer::NotOpen) => notice(kind, &values, StatusCode::SERVICE_UNAVAILABLE, NOT_OPEN),
        Err(error) => {
            tracing::error!(
                error = %Chain(&error),
                "registration failed"
            );
            notice(kind, &values, StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
        }
    }
}

fn address(headers: &HeaderMap) -> String {
    headers
        .get(ADDRESS_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("unknown")
        .to_owned()
}

fn accepted(kind: Kind, redirect_url: &str, referral_link: &str) -> Response<Body> {
    match (kind, HeaderValue::from_str(redirect_url)) {
        (Kind::Form, Ok(location)) => {
            let mut response = answer(
                StatusCode::SEE_OTHER,
                "text/plain; charset=utf-8",
                String::new(),
            );
            response.headers_mut().insert(LOCATION, location);
            response
        }
        (Kind::Json | Kind::Form, _) => json_answer(
            StatusCode::CREATED,
            &json!({"redirect_url": redirect_url, "referral_link": referral_link}),
        ),
    }
}

/// 422: what is wrong, beside its field.
fn refused(
    kind: Kind,
    values: &BTreeMap<String, FieldValue>,
    errors: &FieldErrors,
) -> Response<Body> {
    match kind {
        Kind::Json => {
            let errors: serde_json::Map<_, _> = errors
                .iter()
                .map(|(field, text)| (field.to_owned(), text.into()))
                .collect();
            json_answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({"errors": errors}))
        }
        Kind::Form => filled_page(StatusCode::UNPROCESSABLE_ENTITY, values, errors, None),
    }
}

/// Something that concerns no single field, in the visitor's own format.
fn notice(
    kind: Kind,
    values: &BTreeMap<String, FieldValue>,
    status: StatusCode,
    text: &str,
) -> Response<Body> {
    match kind {
        Kind::Json => problem(status, text),
        Kind::Form => filled_page(status, values, &FieldErrors::default(), Some(text)),
    }
}

fn filled_page(
    status: StatusCode,
    values: &BTreeMap<String, FieldValue>,
    errors: &FieldErrors,
    text: Option<&str>,
) -> Response<Body> {
    match page(values, errors, text) {
        Ok(html) => answer(status, "text/html; charset=utf-8", html),
        Err(error) => {
            tracing::error!(
                error = %Chain(&error),
                "the page could not be filled in"
            );
            problem(status, text.unwrap_or(UNREADABLE))
        }
    }
}

fn problem(status: StatusCode, text: &str) -> Response<Body> {
    json_answer(status, &json!({"errors": {"form": text}}))
}

fn json_answer(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    answer(status, "application/json", value.to_string())
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
