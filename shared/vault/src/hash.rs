use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ports::PlainKey;

/// Whether two secrets are equal, in a time that does not tell where they differ.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// HMAC-SHA-256 as `<version>.<43 characters of base64url>`.
pub(crate) fn keyed(key: &PlainKey, version: u8, kind: u8, domain: &str, data: &[u8]) -> String {
    let octets = octets(key, kind, domain, data);
    format!("{version}.{}", URL_SAFE_NO_PAD.encode(octets))
}

/// HMAC-SHA-256. Kind and domain are length-prefixed, so that hashes made for different purposes can
/// never coincide.
pub(crate) fn octets(key: &PlainKey, kind: u8, domain: &str, data: &[u8]) -> [u8; 32] {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()));
    mac.update(&[kind]);
    mac.update(&(domain.len() as u64).to_be_bytes());
    mac.update(domain.as_bytes());
    mac.update(data);
    let mut octets = [0; 32];
    for (to, from) in octets.iter_mut().zip(mac.sign().as_ref()) {
        *to = *from;
    }
    octets
}
