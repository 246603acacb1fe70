//! From an HTTP answer to an [`Outcome`].

use domain::outcome::Outcome;
use serde_json::Value;

/// Wordings of a 500 that say the request got nowhere: the number's instance is down.
const NOT_TAKEN: [&str; 3] = ["refused", "disconnected", "not connected"];

/// Wordings of a 500 that leave open how far the request got, whatever else stands there.
const UNDECIDED: [&str; 5] = [
    "timeout",
    "timed out",
    "timedout",
    "econnreset",
    "socket hang up",
];

/// Judges an answer. `retry_after_s` is the readable part of `Retry-After`, in seconds; `body` is
/// `None` if it could not be read whole, and matters with status 500 only.
///
/// The documented answers decide by their meaning. Undocumented 4xx are refusals by the HTTP
/// standard, so the message was not taken; the exceptions are those a front proxy may give after
/// handing the request on. Everything else may have been accepted, and sending twice is worse
/// than asking a person.
#[must_use]
pub fn classify(status: u16, retry_after_s: Option<u32>, body: Option<&[u8]>) -> Outcome {
    let unconfirmed = Outcome::Unconfirmed {
        status: Some(status),
    };
    match status {
        200..=299 => Outcome::Accepted,
        300..=399 => Outcome::Redirected { status },
        401 | 403 | 404 => Outcome::KeyInvalid { status },
        // 413, 415 and 422 speak of the content as well: no other number would fare better.
        400 | 413 | 415 | 422 => Outcome::BadRecipient,
        429 => Outcome::RateLimited { retry_after_s },
        // Request timeout, conflict (perhaps with itself), client closed request.
        408 | 409 | 499 => unconfirmed,
        402..=498 => Outcome::NotAccepted,
        500 if body.is_some_and(says_not_taken) => Outcome::NotAccepted,
        _ => unconfirmed,
    }
}

/// Whether a 500 is the documented `{"error": …}` or speaks of a refused or missing connection.
fn says_not_taken(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_lowercase();
    if UNDECIDED.iter().any(|wording| text.contains(wording)) {
        return false;
    }
    has_error(body) || NOT_TAKEN.iter().any(|wording| text.contains(wording))
}

fn has_error(body: &[u8]) -> bool {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => match fields.get("error") {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Outcome {
        classify(status, None, Some(body.as_bytes()))
    }

    #[test]
    fn documented_answers() {
        assert_eq!(of(200, "OK"), Outcome::Accepted);
        assert_eq!(of(400, r#"{"error":"x"}"#), Outcome::BadRecipient);
        assert_eq!(of(404, "no"), Outcome::KeyInvalid { status: 404 });
        assert_eq!(of(500, r#"{"error":"x"}"#), Outcome::NotAccepted);
    }

    #[test]
    fn every_2xx_is_accepted_whatever_the_body() {
        for status in 200..300 {
            assert_eq!(of(status, r#"{"error":"x"}"#), Outcome::Accepted);
            assert_eq!(classify(status, None, None), Outcome::Accepted);
        }
    }

    #[test]
    fn every_3xx_is_a_redirect() {
        for status in 300..400 {
            assert_eq!(of(status, ""), Outcome::Redirected { status });
        }
    }

    #[test]
    fn a_500_counts_as_not_accepted_only_if_it_says_so() {
        for body in [
            r#"{"error":"device is disconnected"}"#,
            r#" {"error":{"code":7}} "#,
            r#"{"message":"connect ECONNREFUSED 10.0.0.7:3000"}"#,
            "Error: connect ECONNREFUSED 127.0.0.1:8081",
            "<html><h1>Connection refused</h1></html>",
            "session not connected",
        ] {
            assert_eq!(of(500, body), Outcome::NotAccepted, "{body}");
        }
        for body in [
            "",
            "Internal Server Error",
            "OK",
            r#"{"error":null}"#,
            r#"{"error":""}"#,
            r#"{"error":false}"#,
            r#"["error"]"#,
            r#"{"message":"error"}"#,
            // Broken off in the middle: nobody knows what stood there.
            r#"{"error":"x"#,
            // The request may well have reached the number.
            r#"{"error":"Request timed out"}"#,
            r#"{"error":"read ECONNRESET"}"#,
            r#"{"error":"socket hang up"}"#,
            "upstream timeout, connection refused on retry",
        ] {
            let expected = Outcome::Unconfirmed { status: Some(500) };
            assert_eq!(of(500, body), expected, "{body}");
        }
        let unreadable = Outcome::Unconfirmed { status: Some(500) };
        assert_eq!(classify(500, None, None), unreadable);
        assert_eq!(classify(500, None, Some(b"\xff\xfe")), unreadable);
    }

    #[test]
    fn other_5xx_and_strange_codes_are_unconfirmed_whatever_they_say() {
        for status in (501..1000).chain(100..200).chain([408, 409, 499]) {
            let expected = Outcome::Unconfirmed {
                status: Some(status),
            };
            assert_eq!(of(status, r#"{"error":"ECONNREFUSED"}"#), expected);
        }
    }

    #[test]
    fn refusals_by_status() {
        for status in [401, 403, 404] {
            assert_eq!(of(status, ""), Outcome::KeyInvalid { status });
        }
        for status in [400, 413, 415, 422] {
            assert_eq!(of(status, ""), Outcome::BadRecipient);
        }
        for status in [402, 405, 410, 418, 451] {
            assert_eq!(of(status, ""), Outcome::NotAccepted);
        }
        for retry_after_s in [None, Some(0), Some(30)] {
            let outcome = classify(429, retry_after_s, None);
            assert_eq!(outcome, Outcome::RateLimited { retry_after_s });
        }
    }
}
