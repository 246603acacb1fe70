//! Addresses that stand in messages and answers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::phone::Phone;

/// Everything but the unreserved characters of RFC 3986 and the comma, which the brief's
/// example leaves as it is (`Halo%20Admin,%20saya…`).
const TEXT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',');

/// `https://wa.me/6281…?text=Halo%20Admin,%20…`: opens a chat with `admin`, the text typed in
/// (requirement L5).
#[must_use]
pub fn wa_me_url(admin: Phone, text: &str) -> String {
    format!(
        "https://wa.me/{}?text={}",
        admin.digits(),
        utf8_percent_encode(text, TEXT)
    )
}

/// `https://www.webdonasi.com/ref=081562726272`: the personal link for buttons and answers of the
/// API (requirement L9). `site_host` is a host name without scheme or slash, `code` a participant's
/// own (see [`crate::referral_code::CodeStyle`]).
#[must_use]
pub fn referral_url(site_host: &str, code: &str) -> String {
    format!("https://{site_host}/ref={code}")
}

/// `https://www.webdonasi.com/j/…`: the personal way to an event (requirement E3). `token` as
/// [`crate::join::JoinToken::encode`] writes it.
#[must_use]
pub fn join_url(site_host: &str, token: &str) -> String {
    format!("https://{site_host}/j/{token}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use super::{referral_url, wa_me_url};
    use crate::phone::Phone;

    #[test]
    fn the_chat_link_is_encoded_as_in_the_brief() {
        let admin = Phone::parse("081234567890").unwrap();
        assert_eq!(
            wa_me_url(admin, "Halo Admin, saya sudah daftar..."),
            "https://wa.me/6281234567890?text=Halo%20Admin,%20saya%20sudah%20daftar..."
        );
        assert_eq!(
            wa_me_url(admin, "a&b=c#d+e%f?\n“é”👋"),
            "https://wa.me/6281234567890?text=a%26b%3Dc%23d%2Be%25f%3F%0A%E2%80%9C%C3%A9%E2%80%9D%F0%9F%91%8B"
        );
    }

    #[test]
    fn the_personal_link_shows_the_number_as_people_write_it() {
        let phone = Phone::parse("+6281562726272").unwrap();
        assert_eq!(
            referral_url("www.webdonasi.com", &phone.link_form()),
            "https://www.webdonasi.com/ref=081562726272"
        );
    }
}
