//! The security headers of the deployed site, read from the template that deploys them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../../web.yaml");

/// The template's headers could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the headers of infra/web.yaml cannot be read: {0}")]
pub(crate) struct HeadersError(String);

/// Every header that the response headers policy adds.
pub(crate) fn site_headers() -> Result<HeaderMap, HeadersError> {
    let template: Value =
        serde_saphyr::from_str(TEMPLATE).map_err(|error| HeadersError(error.to_string()))?;
    let policy = &template["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"];
    let security = &policy["SecurityHeadersConfig"];
    let mut pairs = vec![
        (
            "content-security-policy".to_owned(),
            text(&security["ContentSecurityPolicy"]["ContentSecurityPolicy"])?,
        ),
        ("x-content-type-options".to_owned(), "nosniff".to_owned()),
        (
            "x-frame-options".to_owned(),
            text(&security["FrameOptions"]["FrameOption"])?,
        ),
        (
            "referrer-policy".to_owned(),
            text(&security["ReferrerPolicy"]["ReferrerPolicy"])?,
        ),
        (
            "strict-transport-security".to_owned(),
            format!(
                "max-age={}; includeSubDomains; preload",
                security["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
            ),
        ),
    ];
    let custom = policy["CustomHeadersConfig"]["Items"].as_array();
    for item in custom.into_iter().flatten() {
        pairs.push((text(&item["Header"])?, text(&item["Value"])?));
    }
    pairs
        .into_iter()
        .map(|(name, value)| {
            let bad = |_| HeadersError(name.clone());
            let header = HeaderName::try_from(&name).map_err(|_| HeadersError(name.clone()))?;
            Ok((header, HeaderValue::from_str(&value).map_err(bad)?))
        })
        .collect()
}

fn text(value: &Value) -> Result<String, HeadersError> {
    let found = value.as_str().map(str::to_owned);
    found.ok_or_else(|| HeadersError(value.to_string()))
}
