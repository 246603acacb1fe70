//! Everything that can be answered in place of what was asked: one mapping to status, code and text.

use app::Chain;
use app::colleagues::ColleagueError;
use app::numbers::{LABEL_LENGTH, NumberError};
use app::ports::DirectoryError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::form::FieldErrors;
use serde::Serialize;
use serde_json::{Map, Value};
use store::StoreError;
use utoipa::ToSchema;

/// What was not done, and why.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The token says nobody.
    SignIn,
    /// Somebody, but without the role for it.
    Forbidden,
    /// Their role allows the operation, but not what it would do here; the text says what.
    NotAllowed(&'static str),
    /// The request came past the edge.
    NotThroughTheEdge,
    /// There is no such thing; the text says what.
    NotFound(&'static str),
    /// There is something, but not for this method.
    NoSuchMethod,
    /// The request cannot be read: code and text.
    Unreadable(&'static str, String),
    /// The body is no JSON.
    NotJson,
    /// The body is too long.
    TooLong,
    /// Fields that do not fit, each with its text.
    Fields(FieldErrors),
    /// It does not go together with how things stand: code and text.
    Conflict(&'static str, &'static str),
    /// Somebody else was first: how it stands now.
    Overtaken(Value),
    /// Others were faster again and again.
    Busy,
    /// A header that is missing says what was seen: code and text.
    NeedsHeader(&'static str, &'static str),
    /// The fault is ours; it is logged.
    Broken,
}

impl Problem {
    /// A fault of ours that was logged.
    pub(crate) fn broken() -> Self {
        Self::Broken
    }

    /// A fault of ours; logs it.
    pub(crate) fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %Chain(error), "an admin's request failed");
        Self::Broken
    }

    /// One field that does not fit.
    pub(crate) fn field(name: &str, text: &str) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(name, text);
        Self::Fields(errors)
    }

    fn parts(
        self,
    ) -> (
        StatusCode,
        &'static str,
        String,
        Option<FieldErrors>,
        Option<Value>,
    ) {
        let plain = |status, code, text: &str| (status, code, text.to_owned(), None, None);
        match self {
            Self::SignIn => plain(
                StatusCode::UNAUTHORIZED,
                "sign_in",
                "Masuk dahulu, lalu coba lagi.",
            ),
            Self::Forbidden => plain(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Peran Anda tidak mengizinkan ini.",
            ),
            Self::NotAllowed(text) => plain(StatusCode::FORBIDDEN, "forbidden", text),
            Self::NotThroughTheEdge => plain(
                StatusCode::FORBIDDEN,
                "not_through_the_edge",
                "Alamat ini tidak dapat dipakai langsung.",
            ),
            Self::NotFound(text) => plain(StatusCode::NOT_FOUND, "not_found", text),
            Self::NoSuchMethod => plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Alamat ini tidak menerima perintah itu.",
            ),
            Self::Unreadable(code, text) => plain(StatusCode::BAD_REQUEST, code, &text),
            Self::NotJson => plain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "Kirim isi permintaan sebagai JSON (Content-Type: application/json).",
            ),
            Self::TooLong => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_long",
                "Isi permintaan terlalu panjang.",
            ),
            Self::Fields(errors) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_fields",
                "Ada isian yang belum benar.".to_owned(),
                Some(errors),
                None,
            ),
            Self::Conflict(code, text) => plain(StatusCode::CONFLICT, code, text),
            Self::Overtaken(now) => (
                StatusCode::CONFLICT,
                "overtaken",
                "Data ini baru saja diubah orang lain. Periksa lagi, lalu ulangi.".to_owned(),
                None,
                Some(now),
            ),
            Self::Busy => plain(
                StatusCode::TOO_MANY_REQUESTS,
                "busy",
                "Banyak perubahan terjadi bersamaan. Coba lagi sebentar lagi.",
            ),
            Self::NeedsHeader("precondition_required", text) => plain(
                StatusCode::PRECONDITION_REQUIRED,
                "precondition_required",
                text,
            ),
            Self::NeedsHeader(code, text) => plain(StatusCode::BAD_REQUEST, code, text),
            Self::Broken => plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                "Maaf, ada gangguan di sistem kami. Coba lagi sebentar lagi.",
            ),
        }
    }
}

/// An answer in place of what was asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorAnswer {
    error: ErrorText,
    /// How it stands now, if somebody else was first.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Value>,
}

/// What was not done, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorText {
    /// For programs.
    #[schema(example = "invalid_fields")]
    code: String,
    /// For people, in Indonesian.
    #[schema(example = "Ada isian yang belum benar.")]
    message: String,
    /// A text for each field that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    fields: Option<Map<String, Value>>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, message, fields, current) = self.parts();
        let fields = fields.map(|errors| {
            let pairs = errors.iter();
            pairs
                .map(|(field, text)| (field.to_owned(), text.into()))
                .collect()
        });
        let error = ErrorText {
            code: code.to_owned(),
            message,
            fields,
        };
        (status, Json(ErrorAnswer { error, current })).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contended { .. } => Self::Busy,
            other => Self::failed(&other),
        }
    }
}

impl From<ColleagueError> for Problem {
    fn from(error: ColleagueError) -> Self {
        match error {
            ColleagueError::Unknown => Self::NotFound("Rekan ini tidak ada."),
            ColleagueError::Present => {
                Self::Conflict("present", "Alamat e-mail ini sudah dipakai seorang rekan.")
            }
            ColleagueError::OtherRole => Self::Conflict(
                "invited_in_other_role",
                "Rekan ini sudah diundang dengan peran lain. Ubah perannya dahulu, lalu undang lagi.",
            ),
            ColleagueError::NoLongerAdmin => Self::Forbidden,
            ColleagueError::Oneself => Self::Conflict(
                "own_account",
                "Akun sendiri tidak dapat diubah. Minta rekan lain melakukannya.",
            ),
            ColleagueError::Store(error) => error.into(),
            ColleagueError::Directory(error) => error.into(),
            other @ ColleagueError::Overtaken(_) => Self::failed(&other),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Address => Self::field(
                "email",
                "Alamat e-mail ini tidak diterima. Periksa penulisannya.",
            ),
            DirectoryError::Undelivered => Self::Conflict(
                "mail_undelivered",
                "E-mail undangan tidak dapat dikirim. Periksa alamatnya, lalu undang lagi.",
            ),
            DirectoryError::Busy { .. } => {
                tracing::warn!(error = %Chain(&error), "an admin is asked to wait");
                Self::Busy
            }
            DirectoryError::Failed { .. } => Self::failed(&error),
        }
    }
}

impl From<NumberError> for Problem {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Label => Self::field(
                "label",
                &format!("Isi nama 1 sampai {LABEL_LENGTH} huruf, tanpa nomor telepon."),
            ),
            NumberError::Key => Self::field(
                "api_key",
                "Salin kunci dari DripSender apa adanya, tanpa spasi.",
            ),
            NumberError::Priority => Self::field("priority", "Prioritas dimulai dari 1."),
            NumberError::InUseSince => Self::field(
                "in_use_since",
                "Isi kapan nomor mulai dipakai; bukan waktu yang akan datang.",
            ),
            NumberError::Present => Self::Conflict(
                "phone_present",
                "Nomor WhatsApp ini sudah ada di daftar nomor pengirim.",
            ),
            NumberError::Unknown => Self::NotFound("Nomor ini tidak ada."),
            NumberError::Store(error) => error.into(),
            other @ (NumberError::IdTaken | NumberError::Overtaken(_)) => Self::failed(&other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_directory_refuses_is_no_fault_of_ours() {
        let answered = |error: DirectoryError| {
            let (status, code, _, fields, _) = Problem::from(ColleagueError::from(error)).parts();
            let fields = fields.unwrap_or_default();
            let fields: Vec<String> = fields.iter().map(|(name, _)| name.to_owned()).collect();
            (status.as_u16(), code, fields.join(" "))
        };
        let nothing = String::new;
        assert_eq!(
            answered(DirectoryError::Address),
            (422, "invalid_fields", "email".to_owned())
        );
        assert_eq!(
            answered(DirectoryError::Undelivered),
            (409, "mail_undelivered", nothing())
        );
        let busy = DirectoryError::Busy { what: "invitation" };
        assert_eq!(answered(busy), (429, "busy", nothing()));
        let broken = DirectoryError::Failed {
            what: "invitation",
            source: "it burns".into(),
        };
        assert_eq!(answered(broken), (500, "failed", nothing()));
    }
}
