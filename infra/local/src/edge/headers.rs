//! The security headers of the deployed site, read from the template that deploys them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../../web.yaml");

/// The template's headers could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the headers of infra/web.yaml cannot be read: {0}")]
pub(crate) struct HeadersError(String);

/// A header that the response headers policy adds.
#[derive(Clone)]
pub(crate) struct SiteHeader {
    name: HeaderName,
    value: HeaderValue,
    /// In place of one that the answer has already.
    overrides: bool,
}

impl SiteHeader {
    /// Adds it to an answer.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        if self.overrides || !headers.contains_key(&self.name) {
            headers.insert(&self.name, self.value.clone());
        }
    }
}

/// Every header that the response headers policy adds.
pub(crate) fn site_headers() -> Result<Vec<SiteHeader>, HeadersError> {
    let template: Value =
        serde_saphyr::from_str(TEMPLATE).map_err(|error| HeadersError(error.to_string()))?;
    let policy = &template["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"];
    let security = &policy["SecurityHeadersConfig"];
    let age = &security["StrictTransportSecurity"]["AccessControlMaxAgeSec"];
    let named = [
        (
            "content-security-policy",
            "ContentSecurityPolicy",
            text(&security["ContentSecurityPolicy"]["ContentSecurityPolicy"])?,
        ),
        (
            "x-content-type-options",
            "ContentTypeOptions",
            "nosniff".to_owned(),
        ),
        (
            "x-frame-options",
            "FrameOptions",
            text(&security["FrameOptions"]["FrameOption"])?,
        ),
        (
            "referrer-policy",
            "ReferrerPolicy",
            text(&security["ReferrerPolicy"]["ReferrerPolicy"])?,
        ),
        (
            "strict-transport-security",
            "StrictTransportSecurity",
            format!("max-age={age}; includeSubDomains; preload"),
        ),
    ];
    let mut headers = Vec::new();
    for (name, setting, value) in named {
        headers.push(header(name, &value, &security[setting])?);
    }
    let custom = policy["CustomHeadersConfig"]["Items"].as_array();
    for item in custom.into_iter().flatten() {
        headers.push(header(
            &text(&item["Header"])?,
            &text(&item["Value"])?,
            item,
        )?);
    }
    Ok(headers)
}

fn header(name: &str, value: &str, setting: &Value) -> Result<SiteHeader, HeadersError> {
    let bad = || HeadersError(name.to_owned());
    Ok(SiteHeader {
        name: HeaderName::try_from(name).map_err(|_| bad())?,
        value: HeaderValue::from_str(value).map_err(|_| bad())?,
        overrides: setting["Override"].as_bool().ok_or_else(bad)?,
    })
}

fn text(value: &Value) -> Result<String, HeadersError> {
    let found = value.as_str().map(str::to_owned);
    found.ok_or_else(|| HeadersError(value.to_string()))
}
