use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use domain::outcome::Outcome;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, Url};
use serde::Serialize;

use crate::api_key::ApiKey;
use crate::classify::classify;
use crate::port::{Gateway, KeyCheck, Reply, SendRequest};
use crate::retry_after;
use crate::roots::ROOTS;

/// DripSender's own address.
pub const DEFAULT_BASE_URL: &str = "https://api.dripsender.id";

/// How long one request may take in all, reply included. DripSender documents no limit; a
/// sender's lease of 60 s must outlast it with room to spare.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// More than any known answer; what is longer is not read.
const MAX_BODY: usize = 64 * 1024;

/// Why a client could not be made. Names the setting, not its value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an absolute address, or one with credentials, query or fragment.
    #[error("the gateway address is not a plain absolute URL")]
    BadUrl,
    /// The key would travel in clear.
    #[error("the gateway address must be https (http is allowed for loopback addresses only)")]
    NotHttps,
    /// No request could be made in no time.
    #[error("the gateway timeout must be longer than zero")]
    ZeroTimeout,
    /// TLS could not be set up, for instance without root certificates.
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
}

/// Client of `POST {base}/send` and `GET {base}/lists/`. One per process; it serves every number.
#[derive(Debug, Clone)]
pub struct DripSender {
    client: Client,
    send_url: Url,
    lists_url: Url,
}

#[derive(Serialize)]
struct Body<'a> {
    api_key: &'a str,
    phone: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_url: Option<&'a str>,
}

impl DripSender {
    /// A client for `base_url` (normally [`DEFAULT_BASE_URL`]), giving each request `timeout`
    /// (normally [`DEFAULT_TIMEOUT`]).
    ///
    /// # Errors
    /// [`ConfigError`]; anything but https is refused unless the host is a loopback address.
    pub fn new(base_url: &str, timeout: Duration) -> Result<Self, ConfigError> {
        let send_url = url_of(base_url, &["send"])?;
        let lists_url = url_of(base_url, &["lists", ""])?;
        if timeout.is_zero() {
            return Err(ConfigError::ZeroTimeout);
        }
        let builder = Client::builder()
            .http1_only()
            // A redirect would carry the key to an address nobody entered.
            .redirect(Policy::none())
            // A repeated request is a doubled message: repeating is for the engine to decide.
            .retry(reqwest::retry::never())
            // A proxy named in the environment would see keys and texts, and its own failures
            // could not be told from the gateway's.
            .no_proxy()
            // Requests are seconds apart, so that a kept connection is often a dead one, and
            // writing to a dead one leaves open whether the request arrived.
            .pool_max_idle_per_host(0)
            // Shorter than the whole, so that a failure to connect always shows as one.
            .connect_timeout(CONNECT_TIMEOUT.min(timeout / 2))
            .timeout(timeout);
        let builder = if send_url.scheme() == "https" {
            builder.https_only(true).tls_certs_only(roots()?)
        } else {
            builder.tls_certs_only([])
        };
        Ok(Self {
            client: builder.build().map_err(ConfigError::Client)?,
            send_url,
            lists_url,
        })
    }
}

#[async_trait]
impl Gateway for DripSender {
    async fn send(&self, request: &SendRequest<'_>) -> Reply {
        let body = Body {
            api_key: request.api_key.expose(),
            phone: request.phone_digits,
            text: request.text,
            media_url: request.media_url,
        };
        let sent = self.client.post(self.send_url.clone()).json(&body).send();
        match sent.await {
            Ok(response) => judge(response).await,
            Err(error) => Reply {
                outcome: without_answer(&error),
                odd_body: false,
            },
        }
    }

    async fn check_key(&self, api_key: &ApiKey) -> KeyCheck {
        let Ok(mut key) = HeaderValue::from_str(api_key.expose()) else {
            return KeyCheck::Refused;
        };
        key.set_sensitive(true);
        let asked = self
            .client
            .get(self.lists_url.clone())
            .header("api-key", key);
        match asked.send().await.map(|answer| answer.status().as_u16()) {
            Ok(200..=299) => KeyCheck::Valid,
            Ok(401 | 403 | 404) => KeyCheck::Refused,
            Ok(_) | Err(_) => KeyCheck::NoAnswer,
        }
    }
}

fn roots() -> Result<Vec<Certificate>, ConfigError> {
    ROOTS
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<_, _>>()
        .map_err(ConfigError::Client)
}

async fn judge(response: Response) -> Reply {
    let status = response.status().as_u16();
    let retry_after_s = retry_after(response.headers());
    // The other statuses decide by themselves: a slow body must not hold them up.
    let body = match status {
        200..=299 | 500 => read_body(response).await,
        _ => None,
    };
    let outcome = classify(status, retry_after_s, body.as_deref());
    Reply {
        outcome,
        odd_body: outcome == Outcome::Accepted
            && body.is_none_or(|body| body.trim_ascii() != b"OK"),
    }
}

/// The whole body, or `None` if it is too long, breaks off, or the time runs out.
async fn read_body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_BODY {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    // Dates count from the gateway's own clock, if it tells.
    let now = text(DATE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or_else(SystemTime::now);
    retry_after::seconds(text(RETRY_AFTER)?, now)
}

/// No status arrived. Only what provably happened before the request was written is
/// [`Outcome::NotSent`]: with connections never reused, an error of the connecting step (DNS,
/// TCP, TLS) means that nothing was.
fn without_answer(error: &reqwest::Error) -> Outcome {
    let (outcome, cause) = if error.is_builder() {
        (Outcome::NotSent, "build")
    } else if error.is_dns() {
        (Outcome::NotSent, "dns")
    } else if error.is_connect() {
        (Outcome::NotSent, "connect")
    } else if error.is_timeout() {
        (Outcome::Unconfirmed { status: None }, "timeout")
    } else {
        (Outcome::Unconfirmed { status: None }, "broken")
    };
    // The error's own text may quote addresses and parts of the answer.
    tracing::warn!(
        cause,
        outcome = outcome.label(),
        "no answer from the gateway"
    );
    outcome
}

fn url_of(base_url: &str, path: &[&str]) -> Result<Url, ConfigError> {
    let mut url = Url::parse(base_url).map_err(|_| ConfigError::BadUrl)?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url
        .host_str()
        .filter(|_| plain)
        .ok_or(ConfigError::BadUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        _ => return Err(ConfigError::NotHttps),
    }
    url.path_segments_mut()
        .map_err(|()| ConfigError::BadUrl)?
        .pop_if_empty()
        .extend(path);
    Ok(url)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (base, expected) in [
            (DEFAULT_BASE_URL, "https://api.dripsender.id/send"),
            ("https://x.id/", "https://x.id/send"),
            ("https://x.id/v1", "https://x.id/v1/send"),
            ("https://x.id/v1/", "https://x.id/v1/send"),
            ("http://localhost:3000", "http://localhost:3000/send"),
            ("http://127.0.0.1:1/sim", "http://127.0.0.1:1/sim/send"),
            ("http://[::1]:1", "http://[::1]:1/send"),
        ] {
            assert_eq!(url_of(base, &["send"]).unwrap().as_str(), expected);
        }
        let lists = url_of("https://x.id/v1", &["lists", ""]).unwrap();
        assert_eq!(lists.as_str(), "https://x.id/v1/lists/");
        for base in [
            "http://api.dripsender.id",
            "http://10.0.0.1",
            "http://localhost.evil.id",
            "http://127.0.0.1.evil.id",
            "ftp://localhost",
        ] {
            assert!(
                matches!(url_of(base, &["send"]), Err(ConfigError::NotHttps)),
                "{base}"
            );
        }
        for base in [
            "",
            "api.dripsender.id",
            "https://",
            "https://u:p@x.id",
            "https://x.id/?a=1",
            "https://x.id/#a",
        ] {
            assert!(
                matches!(url_of(base, &["send"]), Err(ConfigError::BadUrl)),
                "{base}"
            );
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let zero = DripSender::new(DEFAULT_BASE_URL, Duration::ZERO);
        assert!(matches!(zero, Err(ConfigError::ZeroTimeout)));
        let clear = DripSender::new("http://x.id", DEFAULT_TIMEOUT).unwrap_err();
        assert!(matches!(clear, ConfigError::NotHttps));
        assert!(!format!("{clear} {clear:?}").contains("x.id"));
    }
}
