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

/// `www.webdonasi.com/ref=081562726272`: the personal link as messages show it (requirement L9).
/// `site_host` is a host name without scheme or slash.
#[must_use]
pub fn referral_link(site_host: &str, phone: &Phone) -> String {
    format!("{site_host}/ref={}", phone.link_form())
}

/// [`referral_link`] with `https://`, for buttons and answers of the API.
#[must_use]
pub fn referral_url(site_host: &str, phone: &Phone) -> String {
    format!("https://{}", referral_link(site_host, phone))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use super::{referral_link, referral_url, wa_me_url};
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
            referral_link("www.webdonasi.com", &phone),
            "www.webdonasi.com/ref=081562726272"
        );
        assert_eq!(
            referral_url("www.webdonasi.com", &phone),
            "https://www.webdonasi.com/ref=081562726272"
        );
    }
}
