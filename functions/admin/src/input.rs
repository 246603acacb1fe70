//! What else a request brings: ids in paths, questions, and the revision that was seen.

use std::str::FromStr;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Problem;

/// The `{id}` of a path. What is no id is the id of nothing.
pub(crate) struct Id<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        const NOTHING: Problem = Problem::NotFound("Data dengan id ini tidak ada.");
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| NOTHING)?;
        text.parse().map(Self).map_err(|_| NOTHING)
    }
}

/// The question of an address, read as a `T`, which takes no unknown name.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked.map(|Query(asked)| Self(asked)).map_err(|_| {
            Problem::Unreadable(
                "invalid_query",
                "Ada saringan di alamat yang tidak dikenal atau tidak sesuai.".to_owned(),
            )
        })
    }
}

/// The revision that somebody saw, as `If-Match` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen(pub(crate) u64);

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        seen(&parts.headers).map(Self)
    }
}

/// The same where it need not be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenIfSaid(pub(crate) Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for SeenIfSaid {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let is_said = parts.headers.contains_key(IF_MATCH);
        let seen = is_said.then(|| seen(&parts.headers)).transpose()?;
        Ok(Self(seen))
    }
}

fn seen(headers: &HeaderMap) -> Result<u64, Problem> {
    let Some(tag) = headers.get(IF_MATCH) else {
        return Err(Problem::NeedsHeader(
            "precondition_required",
            "Kirim ETag data yang Anda lihat sebagai If-Match.",
        ));
    };
    let tag = tag.to_str().ok();
    // CloudFront makes a tag weak when it compresses.
    let tag = tag.map(|tag| tag.strip_prefix("W/").unwrap_or(tag));
    let revision = tag
        .and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'))
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok());
    revision.ok_or_else(|| {
        Problem::Unreadable(
            "invalid_if_match",
            "If-Match harus berisi ETag dari jawaban kami.".to_owned(),
        )
    })
}

/// An answer with its revision as `ETag`.
pub(crate) fn tagged<T: Serialize>(revision: u64, value: T) -> Response {
    let mut response = Json(value).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(tag: &str) -> Result<u64, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, tag.parse().unwrap());
        seen(&headers)
    }

    #[test]
    fn a_revision_is_read_from_its_tag_alone() {
        assert_eq!(read("\"7\"").unwrap(), 7);
        assert_eq!(read("W/\"7\"").unwrap(), 7);
        for bad in [
            "7",
            "*",
            "\"\"",
            "\"7\", \"8\"",
            "\"+7\"",
            "\"99999999999999999999\"",
        ] {
            let refused = read(bad).unwrap_err();
            assert!(
                matches!(refused, Problem::Unreadable("invalid_if_match", _)),
                "{bad}"
            );
        }
        let missing = seen(&HeaderMap::new()).unwrap_err();
        assert!(matches!(
            missing,
            Problem::NeedsHeader("precondition_required", _)
        ));
    }
}
