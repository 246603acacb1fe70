//! The SDK's clients, over one HTTP client and what Lambda puts into the environment.

use std::time::Duration;

use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::SharedCredentialsProvider;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cloud::CloudError;
use crate::env::{optional, required};

/// Makes the clients of one process.
pub(crate) struct Clients(SdkConfig);

impl Clients {
    /// Reads `AWS_REGION` and the credentials, which Lambda sets and which stay valid for as long
    /// as it keeps the process.
    pub(crate) fn from_env() -> Result<Self, CloudError> {
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        // A connection that died while the function was frozen must cost seconds, not the turn.
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(8))
            .build();
        let config = SdkConfig::builder()
            .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
            .region(Region::new(required("AWS_REGION")?))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts)
            .http_client(one_http_client()?)
            .build();
        Ok(Self(config))
    }

    pub(crate) fn cognito(&self) -> aws_sdk_cognitoidentityprovider::Client {
        let mut config = aws_sdk_cognitoidentityprovider::config::Builder::from(&self.0);
        config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"));
        aws_sdk_cognitoidentityprovider::Client::from_conf(config.build())
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.0);
        config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_DYNAMODB"));
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    pub(crate) fn kms(&self) -> aws_sdk_kms::Client {
        let mut config = aws_sdk_kms::config::Builder::from(&self.0);
        config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_KMS"));
        aws_sdk_kms::Client::from_conf(config.build())
    }

    pub(crate) fn scheduler(&self) -> aws_sdk_scheduler::Client {
        let mut config = aws_sdk_scheduler::config::Builder::from(&self.0);
        config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_SCHEDULER"));
        aws_sdk_scheduler::Client::from_conf(config.build())
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        let mut config = aws_sdk_sqs::config::Builder::from(&self.0);
        config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_SQS"));
        aws_sdk_sqs::Client::from_conf(config.build())
    }
}

/// Another address of a service than AWS's own, for tests and emulators.
fn endpoint(variable: &'static str) -> Option<String> {
    optional(variable).or_else(|| optional("AWS_ENDPOINT_URL"))
}

/// Trusts the same roots as the gateway's client.
fn one_http_client() -> Result<MadeOnce, CloudError> {
    let mut roots = String::new();
    for der in gateway::ROOTS {
        roots.push_str("-----BEGIN CERTIFICATE-----\n");
        STANDARD.encode_string(der, &mut roots);
        roots.push_str("\n-----END CERTIFICATE-----\n");
    }
    let tls = TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(roots))
        .build()
        .map_err(|error| CloudError::Tls(error.into()))?;
    let client = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build_https();
    Ok(MadeOnce(client))
}

/// Each SDK client that is made tries its HTTP client by making a connector, which reads all root
/// certificates, and throws it away. This leaves that out: the first call makes the one connector
/// that all of them share, with its connections.
#[derive(Debug)]
struct MadeOnce(SharedHttpClient);

impl HttpClient for MadeOnce {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_root_certificate_is_taken() {
        use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
        use aws_smithy_types::config_bag::ConfigBag;
        let MadeOnce(client) = one_http_client().unwrap();
        // Makes a connector, which panics on a certificate that it cannot read.
        let parts = RuntimeComponentsBuilder::new("test");
        client
            .validate_base_client_config(&parts, &ConfigBag::base())
            .unwrap();
        assert!(gateway::ROOTS.len() > 100);
    }
}
