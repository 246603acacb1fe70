//! Reads what a visitor sent into named fields, without judging them yet.

use std::collections::BTreeMap;

use domain::form::FieldValue;
use domain::referral_code::ReferralCode;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{CONTENT_TYPE, COOKIE};
use serde_json::Value;

/// Nobody types more into five fields; what is longer is not a registration.
pub(crate) const LONGEST_BODY: usize = 16 * 1024;

/// The cookie in which the edge keeps the code of a link (requirement L4).
const REF_COOKIE: &str = "ref";

/// How the visitor's browser speaks, and so how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A script: JSON in, JSON out.
    Json,
    /// A form: page out.
    Form,
}

/// The body was not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// Longer than [`LONGEST_BODY`].
    TooLong,
    /// Not UTF-8, not JSON, or not an object.
    Unreadable,
}

/// Which of the two content types; `None` for any other.
pub(crate) fn kind(headers: &HeaderMap) -> Option<Kind> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Some(Kind::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Some(Kind::Form)
    } else {
        None
    }
}

/// The fields of a body. Of a field that stands twice the last counts.
pub(crate) fn fields(kind: Kind, body: &[u8]) -> Result<BTreeMap<String, FieldValue>, BodyError> {
    if body.len() > LONGEST_BODY {
        return Err(BodyError::TooLong);
    }
    match kind {
        Kind::Json if body.is_empty() => Ok(BTreeMap::new()),
        Kind::Json => match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(object
                .into_iter()
                .filter_map(|(name, value)| Some((name, field(value)?)))
                .collect()),
            Ok(_) | Err(_) => Err(BodyError::Unreadable),
        },
        Kind::Form => {
            if std::str::from_utf8(body).is_err() {
                return Err(BodyError::Unreadable);
            }
            Ok(form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), FieldValue::Text(value.into_owned())))
                .collect())
        }
    }
}

/// `null` is a field that was left out.
fn field(value: Value) -> Option<FieldValue> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(FieldValue::Text(text)),
        Value::Bool(flag) => Some(FieldValue::Bool(flag)),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(FieldValue::Other),
    }
}

/// The code that the edge kept when the visitor opened a link.
pub(crate) fn code_from_cookie(headers: &HeaderMap) -> Option<ReferralCode> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(cookie::Cookie::split_parse_encoded)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == REF_COOKIE)
        .find_map(|cookie| ReferralCode::parse(cookie.value()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_body_that_is_none_is_refused_whatever_it_is() {
        for body in ["[]", "\"x\"", "{", "null", "7", "\u{feff}{}"] {
            assert_eq!(
                fields(Kind::Json, body.as_bytes()),
                Err(BodyError::Unreadable),
                "{body}"
            );
        }
        assert_eq!(
            fields(Kind::Json, &[0xff, 0xfe]),
            Err(BodyError::Unreadable)
        );
        assert_eq!(
            fields(Kind::Form, &[0xff, 0xfe]),
            Err(BodyError::Unreadable)
        );
        assert_eq!(
            fields(Kind::Json, &vec![b' '; LONGEST_BODY + 1]),
            Err(BodyError::TooLong)
        );
        assert!(fields(Kind::Json, b"").unwrap().is_empty());
    }

    #[test]
    fn the_content_type_may_carry_a_charset_and_must_be_one_of_two() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            kind(&headers)
        };
        assert_eq!(with("Application/JSON; charset=utf-8"), Some(Kind::Json));
        assert_eq!(with("application/x-www-form-urlencoded"), Some(Kind::Form));
        assert_eq!(with("text/plain"), None);
        assert_eq!(kind(&HeaderMap::new()), None);
    }

    #[test]
    fn the_code_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; ref=0812-0000-0001; b=2".parse().unwrap());
        assert!(matches!(
            code_from_cookie(&headers),
            Some(ReferralCode::Phone(_))
        ));
        headers.insert(COOKIE, "ref=%2B62%20812-0000-0001".parse().unwrap());
        assert!(matches!(
            code_from_cookie(&headers),
            Some(ReferralCode::Phone(_))
        ));
        headers.insert(COOKIE, "ref=??".parse().unwrap());
        assert!(code_from_cookie(&headers).is_none());
    }
}
