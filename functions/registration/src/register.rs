//! `POST /api/registrations`.

use std::collections::BTreeMap;

use app::register::{Answer, register};
use app::{App, Chain};
use domain::form::{FieldErrors, FieldValue, RegistrationForm};
use lambda_http::http::header::{LOCATION, RETRY_AFTER};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};
use serde_json::json;

use crate::answer::{answer, json_answer, problem};
use crate::handler::address;
use crate::page::page;
use crate::wire::{BodyError, Kind, code_from_cookie, fields, kind};

const TOO_MANY: &str =
    "Terlalu banyak pendaftaran dari jaringan ini. Silakan coba lagi beberapa menit lagi.";
const NOT_OPEN: &str = "Pendaftaran belum dibuka. Silakan coba lagi nanti.";
const BROKEN: &str =
    "Maaf, ada gangguan di sistem kami. Data Anda belum tersimpan, silakan coba lagi.";
const TOO_LONG: &str = "Data yang dikirim terlalu besar.";
const UNREADABLE: &str = "Data yang dikirim tidak dapat dibaca.";
const WRONG_TYPE: &str = "Kirim data sebagai formulir atau JSON.";

/// Takes a form, by script or without. Never fails: what goes wrong has an answer.
pub(crate) async fn take(app: &App, request: &Request) -> Response<Body> {
    let headers = request.headers();
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
    let outcome = Box::pin(register(app, form, &address, code_from_cookie(headers))).await;
    match outcome {
        Ok(Answer::Accepted {
            redirect_url,
            referral_link,
        }) => accepted(kind, &redirect_url, referral_link.as_deref()),
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

fn accepted(kind: Kind, redirect_url: &str, referral_link: Option<&str>) -> Response<Body> {
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
