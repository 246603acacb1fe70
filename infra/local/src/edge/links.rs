//! Addresses of pages, and referral links in all their forms (requirement L1): what the function of
//! infra/web.yaml does at CloudFront.

/// The code is kept for 30 days, the last link wins.
const KEEP_S: u32 = 30 * 24 * 60 * 60;
/// No code is longer; a longer one is not kept. UTF-16 units, as the deployed function counts.
const LONGEST_CODE: usize = 64;
/// Files that stand beside the landing page.
const FILES: [&str; 3] = ["robots.txt", "sitemap.xml", "favicon.ico"];

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The landing page, and the code of the link it was opened by.
    Landing(Option<String>),
    /// The poster with somebody's code.
    Poster,
    /// A file, by its path in the site.
    File(String),
    /// Nothing.
    Nowhere,
}

/// What stands at this path with this query.
pub(super) fn place(path: &str, query: Option<&str>) -> Place {
    if path.is_empty() || path == "/" || path == "/index.html" {
        return Place::Landing(query.and_then(from_query));
    }
    // Some apps encode the equals sign when they pass an address on.
    let link = ["/ref=", "/ref/", "/ref%3D", "/ref%3d"]
        .iter()
        .find_map(|start| path.strip_prefix(start));
    if let Some(rest) = link {
        return Place::Landing(checked(rest.trim_end_matches('/')));
    }
    let file = path.trim_start_matches('/');
    if path == "/poster" {
        Place::Poster
    } else if path.starts_with("/assets/") || FILES.contains(&file) {
        Place::File(file.to_owned())
    } else {
        Place::Nowhere
    }
}

fn from_query(query: &str) -> Option<String> {
    let raw = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("ref="))?;
    checked(&raw.replace('+', " "))
}

/// The code, if it can be decoded and kept. In a path a `+` stands for itself, since a number may
/// begin with one.
fn checked(raw: &str) -> Option<String> {
    let encoded = raw.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    let code = percent_encoding::percent_decode_str(raw)
        .decode_utf8()
        .ok()?;
    let fits = code.encode_utf16().count() <= LONGEST_CODE;
    (encoded && fits && !code.trim().is_empty()).then(|| code.into_owned())
}

/// The first-party cookie that carries the code to the form. Without `Secure`, unlike the deployed
/// one: this machine has no certificate.
pub(super) fn cookie(code: &str) -> String {
    let value = percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC);
    format!("ref={value}; Path=/; Max-Age={KEEP_S}; SameSite=Lax; HttpOnly")
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

    #[derive(serde::Deserialize)]
    struct Case {
        uri: String,
        query: String,
        page: String,
        code: Option<String>,
    }

    #[test]
    fn every_address_leads_where_the_deployed_function_leads() {
        let cases = include_str!("../../../edge/cases.json");
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        assert!(cases.len() > 40);
        for case in cases {
            let expected = match case.page.as_str() {
                "landing" => Place::Landing(case.code),
                "poster" => Place::Poster,
                "file" => Place::File(case.uri.trim_start_matches('/').to_owned()),
                "none" => Place::Nowhere,
                other => panic!("{other} is no page"),
            };
            let query = (!case.query.is_empty()).then_some(case.query.as_str());
            assert_eq!(
                place(&case.uri, query),
                expected,
                "{}?{}",
                case.uri,
                case.query
            );
        }
    }

    #[test]
    fn the_cookie_holds_any_code_safely() {
        let cookie = cookie("+62 815;x=1\r\n");
        assert!(cookie.starts_with("ref=%2B62%20815%3Bx%3D1%0D%0A; "));
    }
}
