//! Referral links in all their forms (requirement L1).

/// The code is kept for 30 days, the last link wins.
const KEEP_S: u32 = 30 * 24 * 60 * 60;
/// No code is longer; a longer one is not kept.
const LONGEST_CODE: usize = 64;

/// Whether the path is the landing page's, and the code in it: `Some(None)` = without a code.
pub(super) fn code(path: &str, query: Option<&str>) -> Option<Option<String>> {
    let raw = if path == "/" || path.is_empty() {
        query.and_then(|query| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == "ref")
                .map(|(_, value)| value.into_owned())
        })
    } else {
        // Some apps encode the equals sign when they pass an address on.
        let rest = ["/ref=", "/ref/", "/ref%3D", "/ref%3d"]
            .iter()
            .find_map(|start| path.strip_prefix(start))?;
        Some(decode(rest.trim_end_matches('/')))
    };
    Some(raw.filter(|code| !code.trim().is_empty() && code.len() <= LONGEST_CODE))
}

/// Percent-decoding of a path: a `+` stands for itself, since a number may begin with one.
fn decode(raw: &str) -> String {
    percent_encoding::percent_decode_str(raw)
        .decode_utf8_lossy()
        .into_owned()
}

/// The first-party cookie that carries the code to the form.
pub(super) fn cookie(code: &str) -> String {
    let value = percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC);
    format!("ref={value}; Path=/; Max-Age={KEEP_S}; SameSite=Lax; HttpOnly")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, query: Option<&str>) -> Option<String> {
        code(path, query).flatten()
    }

    #[test]
    fn every_form_of_a_link_gives_its_code() {
        let expected = Some("081562726272".to_owned());
        assert_eq!(found("/ref=081562726272", None), expected);
        assert_eq!(found("/ref/081562726272", None), expected);
        assert_eq!(found("/ref%3D081562726272", None), expected);
        assert_eq!(found("/ref/081562726272/", None), expected);
        assert_eq!(found("/", Some("ref=081562726272")), expected);
        assert_eq!(found("/", Some("utm=x&ref=081562726272")), expected);
        assert_eq!(
            found("/ref=%2B62%20815-6272-6272", None).as_deref(),
            Some("+62 815-6272-6272")
        );
        assert_eq!(
            found("/ref=+6281562726272", None).as_deref(),
            Some("+6281562726272")
        );
    }

    #[test]
    fn the_page_without_a_code_and_pages_that_are_none() {
        assert_eq!(code("/", None), Some(None));
        assert_eq!(code("/ref=", None), Some(None));
        assert_eq!(code(&format!("/ref={}", "1".repeat(65)), None), Some(None));
        assert_eq!(code("/other", None), None);
        assert_eq!(code("/reference", None), None);
    }

    #[test]
    fn the_cookie_holds_any_code_safely() {
        let cookie = cookie("+62 815;x=1\r\n");
        assert!(cookie.starts_with("ref=%2B62%20815%3Bx%3D1%0D%0A; "));
    }
}
