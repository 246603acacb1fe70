//! Calls that make something are carried out once under their `Idempotency-Key`, however often they
//! come: a repeated one is answered with what the first one made.

use app::Act;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::{Seen, StoreError};

use crate::actor::Actor;
use crate::config::Deps;
use crate::error::Problem;

/// Longest key, characters.
pub(crate) const LONGEST: usize = 64;

/// What a caller names a request by.
pub(crate) struct OnceHeader(String);

impl OnceHeader {
    /// The name.
    pub(crate) fn key(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OnceHeader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = parts.headers.get("idempotency-key") else {
            return Err(Problem::NeedsHeader(
                "idempotency_key_required",
                "Kirim Idempotency-Key yang baru untuk setiap permintaan baru.",
            ));
        };
        let key = key.to_str().ok();
        let fits = |key: &&str| {
            (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
        };
        match key.filter(fits) {
            Some(key) => Ok(Self(key.to_owned())),
            None => Err(Problem::Unreadable(
                "invalid_idempotency_key",
                format!("Idempotency-Key harus 1 sampai {LONGEST} huruf atau angka tanpa spasi."),
            )),
        }
    }
}

/// Carries out what makes a subject, unless this request did so before. `make` is handed the act
/// with its mark, which it writes in one transaction with the subject. Answers the subject's id.
pub(crate) async fn once<F>(
    deps: &Deps,
    actor: &Actor,
    act: Act,
    OnceHeader(key): &OnceHeader,
    body: &[u8],
    make: impl FnOnce(Act) -> F,
) -> Result<String, Problem>
where
    F: Future<Output = Result<String, Failed>>,
{
    let store = &deps.app.store;
    let request = store.once_key(act.action(), &actor.id().to_string(), key, body)?;
    if let Some(subject) = before(store.seen_request(&request).await?)? {
        return Ok(subject);
    }
    match make(act.once(request.clone())).await {
        Ok(subject) => Ok(subject),
        // The same request at the same time was first.
        Err(Failed::Repeated) => {
            let subject = before(store.seen_request(&request).await?)?;
            subject.ok_or_else(Problem::broken)
        }
        Err(Failed::Other(problem)) => Err(problem),
    }
}

fn before(seen: Seen) -> Result<Option<String>, Problem> {
    match seen {
        Seen::New => Ok(None),
        Seen::Done(subject) => Ok(Some(subject)),
        Seen::OtherBody => Err(Problem::Conflict(
            "idempotency_key_reused",
            "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
        )),
    }
}

/// Why nothing was made.
pub(crate) enum Failed {
    /// It was made before.
    Repeated,
    /// Anything else.
    Other(Problem),
}

impl Failed {
    /// Reads a use case's error.
    pub(crate) fn from<E: Into<Problem>>(
        error: E,
        store: impl Fn(&E) -> Option<&StoreError>,
    ) -> Self {
        match store(&error) {
            Some(StoreError::Repeated { .. }) => Self::Repeated,
            _ => Self::Other(error.into()),
        }
    }
}
