//! The body of a request.

mod objects;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use domain::form::FieldErrors;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::Problem;
use objects::Strict;

/// Most characters of an unknown field's name in an error.
const NAME_CHARS: usize = 40;

/// A JSON body that was read as a `T`, which takes no unknown field.
pub(crate) struct Body<T> {
    /// What it says.
    pub(crate) value: T,
    /// Names of the fields that it has, in order.
    pub(crate) fields: Vec<String>,
    /// As it came.
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::NotJson);
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLong,
            _ => unreadable(),
        })?;
        let value = read(&bytes)?;
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&bytes).unwrap_or_default();
        let fields = object.into_iter().map(|(name, _)| name).collect();
        Ok(Self {
            value,
            fields,
            bytes,
        })
    }
}

fn unreadable() -> Problem {
    Problem::Unreadable(
        "invalid_json",
        "Isi permintaan bukan JSON yang dapat dibaca.".to_owned(),
    )
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let _: T = serde_path_to_error::deserialize(&mut json).map_err(refused)?;
    json.end().map_err(|_| unreadable())?;
    // Fields that stand twice were seen above; here nothing but an object is read as one.
    let whole = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    serde_path_to_error::deserialize(Strict(whole)).map_err(refused)
}

fn refused(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let error = error.into_inner();
    if error.classify() == Category::Data {
        unfit(&path, &error.to_string())
    } else {
        unreadable()
    }
}

/// What serde says of a field, for people. What stood in the field is left out.
fn unfit(path: &str, said: &str) -> Problem {
    let quoted = |start: &str| {
        let rest = said.strip_prefix(start)?;
        let name = rest.split('`').next()?;
        Some(name.chars().take(NAME_CHARS).collect::<String>())
    };
    let (field, text) = if let Some(name) = quoted("unknown field `") {
        (name, "Isian ini tidak dikenal.")
    } else if let Some(name) = quoted("missing field `") {
        (name, "Isian ini wajib diisi.")
    } else if let Some(name) = quoted("duplicate field `") {
        (name, "Isian ini tertulis dua kali.")
    } else if path == "." {
        ("body".to_owned(), "Isi permintaan harus berupa objek JSON.")
    } else {
        (
            path.chars().take(NAME_CHARS).collect(),
            "Isian ini tidak sesuai dengan jenis atau pilihan yang berlaku.",
        )
    };
    let mut errors = FieldErrors::default();
    errors.push(&field, text);
    Problem::Fields(errors)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        priority: u16,
        #[serde(default)]
        _inner: Vec<u8>,
        #[serde(default)]
        _more: Vec<Option<More>>,
    }

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct More {
        _name: Option<String>,
    }

    fn refusal(body: &str) -> String {
        match read::<Asked>(body.as_bytes()).unwrap_err() {
            Problem::Fields(errors) => {
                let (field, text) = errors.iter().next().unwrap();
                format!("{field}: {text}")
            }
            Problem::Unreadable(code, _) => code.to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_does_not_fit_is_named_and_never_repeated() {
        assert_eq!(read::<Asked>(br#"{"priority":3}"#).unwrap().priority, 3);
        for (body, said) in [
            (
                r#"{"priority":3,"phone":1}"#,
                "phone: Isian ini tidak dikenal.",
            ),
            ("{}", "priority: Isian ini wajib diisi."),
            (
                r#"{"priority":1,"priority":2}"#,
                "priority: Isian ini tertulis dua kali.",
            ),
            (
                r#"{"priority":"081562726272"}"#,
                "priority: Isian ini tidak sesuai dengan jenis atau pilihan yang berlaku.",
            ),
            (
                r#"{"priority":3,"_inner":[1,-1]}"#,
                "_inner[1]: Isian ini tidak sesuai dengan jenis atau pilihan yang berlaku.",
            ),
            (
                r#"{"priority":3,"_more":[{"_name":"a"},null,["a"]]}"#,
                "_more[2]: Isian ini tidak sesuai dengan jenis atau pilihan yang berlaku.",
            ),
            (
                r#"{"priority":3,"_more":[{"_nam":"a"}]}"#,
                "_nam: Isian ini tidak dikenal.",
            ),
            ("[3]", "body: Isi permintaan harus berupa objek JSON."),
            ("[3", "invalid_json"),
            ("7", "body: Isi permintaan harus berupa objek JSON."),
            ("", "invalid_json"),
            ("{", "invalid_json"),
            (r#"{"priority":3} x"#, "invalid_json"),
        ] {
            assert_eq!(refusal(body), said, "{body}");
        }
    }
}
