use std::sync::Arc;
use std::time::{Duration, SystemTime};

use app::ports::{Clock, MediaStore, MediaStoreError, Ticket};
use async_trait::async_trait;
use aws_sdk_sqs::config::{Credentials, Region};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningParams,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use domain::ids::MediaId;
use domain::media::{FOLDER, MOST_BYTES, MediaName};
use reqwest::{Client, Method, Response, StatusCode};
use url::Url;

/// How long a ticket is good.
const GOOD_FOR: Duration = Duration::from_secs(15 * 60);
/// How long one of our own requests may be on its way.
const OWN: Duration = Duration::from_secs(60);
/// What was sent and not looked at yet; `infra/web.yaml` forgets it after a day.
const INCOMING: &str = "incoming";
/// What a file is until it was looked at.
const UNKNOWN: (&str, &str) = ("content-type", "application/octet-stream");
/// Nothing at an address ever changes.
const KEPT: &str = "public, max-age=31536000, immutable";

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// A bucket of S3. Its three calls are signed addresses (AWS Signature Version 4): whoever holds one
/// may make this request and no other. S3's own client would be the largest of them all.
pub struct S3Media {
    http: Client,
    bucket: Url,
    region: Region,
    identity: Identity,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
#[error("S3 answered {0}")]
struct Refused(StatusCode);

/// A request that is about to be signed.
struct Signing<'a> {
    method: &'a str,
    headers: &'a [(&'a str, &'a str)],
    valid: Duration,
}

impl S3Media {
    /// Files in the bucket at this address, `https://<name>.s3.<region>.amazonaws.com`. The
    /// credentials need `s3:PutObject` and `s3:GetObject` for `incoming/*`, `s3:PutObject` for
    /// `media/*`, and `s3:ListBucket`, without which S3 calls forbidden what is not there.
    #[must_use]
    pub fn new(
        http: Client,
        bucket: Url,
        region: Region,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http,
            bucket,
            region,
            identity: credentials.into(),
            clock,
        }
    }

    /// The address of an object.
    fn object(&self, folder: &str, name: &str) -> Result<Url, Failed> {
        let mut url = self.bucket.clone();
        url.path_segments_mut()
            .map_err(|()| "the bucket's address has no path")?
            .pop_if_empty()
            .extend([folder, name]);
        Ok(url)
    }

    /// The address with the right to make this request of it.
    fn signed(&self, mut url: Url, request: &Signing<'_>) -> Result<Url, Failed> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(request.valid);
        // S3 takes paths as they are.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(self.region.as_ref())
            .name("s3")
            .time(SystemTime::from(self.clock.now()))
            .settings(settings)
            .build()?
            .into();
        let signable = SignableRequest::new(
            request.method,
            url.as_str(),
            request.headers.iter().copied(),
            SignableBody::UnsignedPayload,
        )?;
        let (signed, _) = sign(signable, &params)?.into_parts();
        let pairs = signed.params().iter();
        url.query_pairs_mut().extend_pairs(pairs);
        Ok(url)
    }

    /// Where a file of so many bytes may be sent.
    fn ticket_for(&self, id: MediaId, bytes: usize) -> Result<Ticket, Failed> {
        let length = bytes.to_string();
        let request = Signing {
            method: "PUT",
            // Whoever sends the file says how long it is; another length has another signature.
            headers: &[("content-length", &length), UNKNOWN],
            valid: GOOD_FOR,
        };
        let url = self.signed(self.object(INCOMING, &id.to_string())?, &request)?;
        Ok(Ticket {
            url: url.into(),
            headers: vec![(UNKNOWN.0, UNKNOWN.1.to_owned())],
        })
    }

    async fn read(&self, id: MediaId) -> Result<Option<Vec<u8>>, Failed> {
        let request = Signing {
            method: "GET",
            headers: &[],
            valid: OWN,
        };
        let url = self.signed(self.object(INCOMING, &id.to_string())?, &request)?;
        let mut answer = self.http.get(url).send().await.map_err(without_address)?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        fine(&answer)?;
        let mut file = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(without_address)? {
            file.extend_from_slice(&chunk);
            // Too large already, which whoever looks at it will say.
            if file.len() > MOST_BYTES {
                break;
            }
        }
        Ok(Some(file))
    }

    async fn write(&self, name: MediaName, file: Vec<u8>) -> Result<(), Failed> {
        let content_type = name.kind.content_type();
        let headers = [("cache-control", KEPT), ("content-type", content_type)];
        let request = Signing {
            method: "PUT",
            headers: &headers,
            valid: OWN,
        };
        let url = self.signed(self.object(FOLDER, &name.to_string())?, &request)?;
        let put = self.http.request(Method::PUT, url).body(file);
        let put = headers
            .iter()
            .fold(put, |put, (name, value)| put.header(*name, *value));
        let answer = put.send().await.map_err(without_address)?;
        fine(&answer)
    }
}

fn fine(answer: &Response) -> Result<(), Failed> {
    let status = answer.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(Refused(status).into())
    }
}

/// The address holds the right to use it.
fn without_address(error: reqwest::Error) -> Failed {
    error.without_url().into()
}

fn failed(what: &'static str) -> impl Fn(Failed) -> MediaStoreError {
    move |source| MediaStoreError { what, source }
}

#[async_trait]
impl MediaStore for S3Media {
    async fn ticket(&self, id: MediaId, bytes: usize) -> Result<Ticket, MediaStoreError> {
        self.ticket_for(id, bytes).map_err(failed("ticket"))
    }

    async fn uploaded(&self, id: MediaId) -> Result<Option<Vec<u8>>, MediaStoreError> {
        self.read(id).await.map_err(failed("uploaded"))
    }

    async fn publish(&self, name: MediaName, file: Vec<u8>) -> Result<(), MediaStoreError> {
        self.write(name, file).await.map_err(failed("publish"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    struct Then(Timestamp);

    impl Clock for Then {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    fn examples(token: Option<&str>) -> S3Media {
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            token.map(str::to_owned),
            None,
            "example",
        );
        S3Media::new(
            Client::new(),
            "https://examplebucket.s3.amazonaws.com".parse().unwrap(),
            Region::new("us-east-1"),
            credentials,
            Arc::new(Then("2013-05-24T00:00:00Z".parse().unwrap())),
        )
    }

    fn value<'a>(url: &'a Url, name: &str) -> std::borrow::Cow<'a, str> {
        url.query_pairs().find(|(own, _)| own == name).unwrap().1
    }

    #[test]
    fn the_signature_is_that_of_the_example_in_amazons_manual() {
        let s3 = examples(None);
        let request = Signing {
            method: "GET",
            headers: &[],
            valid: Duration::from_secs(86_400),
        };
        let url = "https://examplebucket.s3.amazonaws.com/test.txt";
        let url = s3.signed(url.parse().unwrap(), &request).unwrap();
        assert_eq!(
            value(&url, "X-Amz-Signature"),
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    #[test]
    fn a_ticket_is_for_one_object_one_length_and_a_quarter_of_an_hour() {
        let s3 = examples(Some("a+session/token=="));
        let id = MediaId(Uuid::from_u128(7));
        let ticket = s3.ticket_for(id, 1_234).unwrap();
        let url: Url = ticket.url.parse().unwrap();
        assert_eq!(url.path(), format!("/incoming/{id}"));
        let signed = "content-length;content-type;host";
        assert_eq!(value(&url, "X-Amz-SignedHeaders"), signed);
        assert_eq!(value(&url, "X-Amz-Expires"), "900");
        assert_eq!(value(&url, "X-Amz-Security-Token"), "a+session/token==");
        assert_eq!(ticket.headers, [(UNKNOWN.0, UNKNOWN.1.to_owned())]);
        let longer = s3.ticket_for(id, 1_235).unwrap();
        let longer: Url = longer.url.parse().unwrap();
        let of = |url| value(url, "X-Amz-Signature").into_owned();
        assert_ne!(of(&url), of(&longer));
    }
}
