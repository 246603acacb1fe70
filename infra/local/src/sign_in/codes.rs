//! Codes that a browser brings back from the sign-in page, once and soon.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AdminId;
use uuid::Uuid;
use vault::constant_time_eq;

/// How long a code is good.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);

/// What a code stands for.
pub(super) struct Granted {
    pub(super) user: AdminId,
    pub(super) redirect_uri: String,
    /// SHA-256 of what the browser keeps, base64url (PKCE, method S256).
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
}

#[derive(Default)]
pub(super) struct Codes(Mutex<HashMap<String, (Instant, Granted)>>);

impl Codes {
    pub(super) fn give(&self, granted: Granted) -> String {
        let code = Uuid::new_v4().to_string();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (since, _)| since.elapsed() < GOOD_FOR);
        all.insert(code.clone(), (Instant::now(), granted));
        code
    }

    /// What the code stands for, if whoever brings it began with it. A code is good for one try.
    pub(super) fn take(&self, code: &str, redirect_uri: &str, verifier: &str) -> Option<Granted> {
        let taken = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(code)
        };
        let (since, granted) = taken?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let fits = since.elapsed() < GOOD_FOR
            && granted.redirect_uri == redirect_uri
            && constant_time_eq(challenge.as_bytes(), granted.challenge.as_bytes());
        fits.then_some(granted)
    }
}
