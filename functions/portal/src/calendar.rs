//! `GET /api/events/{id}.ics`: the same for everybody.

use app::join::calendar_file;
use app::{App, Chain};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::EventId;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ETAG, IF_NONE_MATCH};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use lambda_http::{Body, Response};

use crate::answer::{answer, page, set};
use crate::page;

/// An event that is moved is announced by message; so long a calendar may be behind.
const KEPT: &str = "public, max-age=300";
const CALENDAR: &str = "text/calendar; charset=utf-8";
/// Octets of the hash that stand in the tag.
const TAG_BYTES: usize = 12;

/// The file; `file` is the last part of the path.
pub(crate) async fn file(app: &App, file: &str, headers: &HeaderMap) -> Response<Body> {
    // One writing for each event, so that one cached copy.
    let id: Option<EventId> = file.strip_suffix(".ics").and_then(|id| id.parse().ok());
    let id = id.filter(|id| file == format!("{id}.ics"));
    let text = match id {
        Some(id) => calendar_file(app, id).await,
        None => Ok(None),
    };
    match text {
        Ok(Some(text)) => known(text, headers.get(IF_NONE_MATCH)),
        Ok(None) => page(StatusCode::NOT_FOUND, page::no_event()),
        Err(error) => {
            tracing::error!(error = %Chain(&error), "a calendar file could not be answered");
            page(StatusCode::INTERNAL_SERVER_ERROR, page::broken())
        }
    }
}

fn known(text: String, seen: Option<&HeaderValue>) -> Response<Body> {
    let hash = digest(&SHA256, text.as_bytes());
    let hash = hash.as_ref().get(..TAG_BYTES).unwrap_or_default();
    // Weak: what is compressed on the way is another sequence of octets.
    let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(hash));
    let is_seen = seen
        .and_then(|all| all.to_str().ok())
        .is_some_and(|all| all.split(',').any(|one| one.trim() == tag));
    let mut response = if is_seen {
        answer(StatusCode::NOT_MODIFIED, CALENDAR, String::new())
    } else {
        answer(StatusCode::OK, CALENDAR, text)
    };
    set(&mut response, CACHE_CONTROL, HeaderValue::from_static(KEPT));
    let name = HeaderValue::from_static("attachment; filename=\"socialpreneur.ics\"");
    set(&mut response, CONTENT_DISPOSITION, name);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set(&mut response, ETAG, tag);
    }
    response
}
