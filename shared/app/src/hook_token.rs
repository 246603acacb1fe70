//! The secret in a number's webhook address (requirement I3): neither form of the gateway's call
//! says which of our numbers a message came to, and none is signed.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::NumberId;
use jiff::{SignedDuration, Timestamp};
use store::{HookHashes, OldHook, StoreError};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::act::Act;
use crate::context::App;

/// How long a token stays good once it is replaced: the address has to be changed by hand at the
/// gateway, which may still post to any that was given.
const OLD_STAYS: SignedDuration = SignedDuration::from_hours(24);
/// So many replaced ones are kept, far more than anybody makes in a day.
const MOST_OLD: usize = 50;
/// Bytes of the number's id in a token.
const ID_BYTES: usize = 16;
/// Random bytes in a token.
const SECRET_BYTES: usize = 32;
/// Others who issue a token for the same number at the same moment.
const TRIES: u32 = 5;
/// Messages are counted in windows of one minute.
const WINDOW_S: i64 = 60;

/// The secret part of a number's webhook address. Shown once; only its hash is stored.
pub struct HookToken(Zeroizing<String>);

impl HookToken {
    /// The token itself, 64 characters of base64url.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookToken(…)")
    }
}

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub enum HookTokenError {
    /// There is no such number.
    #[error("there is no such number")]
    Unknown,
    /// The system has no random bytes to give.
    #[error("no random bytes")]
    NoRandomness,
    /// Others keep issuing tokens for this number.
    #[error("others keep issuing tokens for this number")]
    Overtaken,
    /// The store did not answer.
    #[error("hook token")]
    Store(#[from] StoreError),
}

/// Issues a new token for a number. Each one stays good for 24 hours after it was replaced.
///
/// # Errors
/// [`HookTokenError`]; the present token stays then, unless the store's answer got lost.
pub async fn issue_hook_token(app: &App, number: NumberId) -> Result<HookToken, HookTokenError> {
    issue_hook_token_by(app, number, &Act::of_the_system()).await
}

/// The same as somebody's act.
///
/// # Errors
/// As [`issue_hook_token`].
pub async fn issue_hook_token_by(
    app: &App,
    number: NumberId,
    act: &Act,
) -> Result<HookToken, HookTokenError> {
    let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
    let (id, secret) = bytes.split_at_mut(ID_BYTES);
    id.copy_from_slice(number.0.as_bytes());
    aws_lc_rs::rand::fill(secret).map_err(|_| HookTokenError::NoRandomness)?;
    let token = HookToken(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)));
    for _ in 0..TRIES {
        let seen = app.store.hook_hashes(number).await?;
        let seen = seen.ok_or(HookTokenError::Unknown)?;
        let old = still_good(&seen, app.now());
        let hash = hash(&*bytes);
        let along = act.along(app, &number.to_string());
        let replaced = app.store.replace_hook(number, &seen, &hash, &old, &along);
        if replaced.await? {
            return Ok(token);
        }
    }
    Err(HookTokenError::Overtaken)
}

/// What is good besides a new token: the present one from now on for a while, and whatever was
/// replaced a short time ago.
fn still_good(seen: &HookHashes, now: Timestamp) -> Vec<OldHook> {
    let until = now.saturating_add(OLD_STAYS).unwrap_or(Timestamp::MAX);
    let present = seen.current.clone().map(|hash| OldHook { hash, until });
    let old = seen.old.iter().filter(|old| now < old.until).cloned();
    let mut all: Vec<OldHook> = old.chain(present).collect();
    all.drain(..all.len().saturating_sub(MOST_OLD));
    all
}

/// Whose address ended in this token at this moment; `None` for one that is none, was over or was
/// made up. Takes the same time for every wrong secret.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn number_of_hook(
    app: &App,
    token: &str,
    at: Timestamp,
) -> Result<Option<NumberId>, StoreError> {
    let Some((number, bytes)) = parse(token) else {
        return Ok(None);
    };
    let Some(hashes) = app.store.hook_hashes(number).await? else {
        return Ok(None);
    };
    let given = hash(&*bytes);
    let matches = |hash: &[u8]| verify_slices_are_equal(hash, &given).is_ok();
    let current = hashes.current.is_some_and(|hash| matches(&hash));
    // Each is compared, whichever matches.
    let old = hashes.old.iter();
    let old = old.filter(|old| matches(&old.hash) && at < old.until);
    let is_good = current | (old.count() > 0);
    Ok(is_good.then_some(number))
}

/// Counts a message that came through this number's address; false once more came this minute than
/// the setting allows.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn within_hook_limit(app: &App, number: NumberId) -> Result<bool, StoreError> {
    let limit = app.settings().await?.inbound_per_minute;
    let now = app.now();
    let start = now.as_second().div_euclid(WINDOW_S) * WINDOW_S;
    let window = Timestamp::from_second(start).unwrap_or(now);
    let key = format!("HOOK#{number}");
    app.store
        .count_within(&key, window, limit, 2 * WINDOW_S)
        .await
}

type Bytes = Zeroizing<[u8; ID_BYTES + SECRET_BYTES]>;

fn parse(token: &str) -> Option<(NumberId, Bytes)> {
    let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
    let length = URL_SAFE_NO_PAD.decode_slice(token, &mut *bytes).ok()?;
    let id: [u8; ID_BYTES] = bytes.get(..ID_BYTES)?.try_into().ok()?;
    (length == bytes.len()).then(|| (NumberId(Uuid::from_bytes(id)), bytes))
}

fn hash(token: &[u8]) -> Vec<u8> {
    digest(&SHA256, token).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;

    #[test]
    fn so_many_replaced_tokens_are_kept_and_none_that_is_over() {
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        let day = OLD_STAYS.as_secs();
        let old = |n: usize| OldHook {
            hash: vec![u8::try_from(n).unwrap()],
            until: at(day + i64::try_from(n).unwrap()),
        };
        let seen = |current: Option<usize>, count: usize| HookHashes {
            current: current.map(|n| old(n).hash),
            old: (0..count).map(old).collect(),
        };
        assert_eq!(still_good(&seen(None, 0), at(0)), []);
        assert_eq!(
            still_good(&seen(Some(2), 2), at(2)),
            [old(0), old(1), old(2)]
        );
        // The first one ends in this second.
        assert_eq!(still_good(&seen(None, 2), at(day)), [old(1)]);
        let full = still_good(&seen(Some(MOST_OLD), MOST_OLD), at(0));
        assert_eq!((full.len(), &full[0]), (MOST_OLD, &old(1)));
    }

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let whole = URL_SAFE_NO_PAD.encode([7; 48]);
        let (number, bytes) = parse(&whole).unwrap();
        assert_eq!(number.0.as_bytes(), &[7; 16]);
        assert_eq!(&*bytes, &[7; 48]);
        for bad in [
            String::new(),
            URL_SAFE_NO_PAD.encode([7; 47]),
            URL_SAFE_NO_PAD.encode([7; 49]),
            format!("{whole}="),
            whole.replacen('B', "+", 1),
            "x".repeat(70_000),
        ] {
            assert!(parse(&bad).is_none(), "{} characters", bad.len());
        }
        let token = HookToken(Zeroizing::new(whole.clone()));
        assert!(!format!("{token:?}").contains(&whole));
        assert_eq!(token.reveal(), whole);
    }
}
