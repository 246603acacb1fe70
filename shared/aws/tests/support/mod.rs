use std::sync::{Arc, Mutex};

use aws_sdk_sqs::config::{BehaviorVersion, Credentials};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::SharedCredentialsProvider;
use serde_json::Value;

/// The network end of an SDK client: notes each request and gives the one answer.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    status: u16,
    answer: String,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Wire {
    pub(crate) fn answering(status: u16, answer: impl ToString) -> Self {
        Self {
            status,
            answer: answer.to_string(),
            seen: Arc::default(),
        }
    }

    /// What an SDK client whose network ends here is made from.
    pub(crate) fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("a", "b", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-3"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .http_client(self.client())
            .build()
    }

    fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Operation (method and path where the protocol names none) and body of each request so far.
    pub(crate) fn seen(&self) -> Vec<(String, Value)> {
        self.seen.lock().unwrap().clone()
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = match request.headers().get("x-amz-target") {
            Some(operation) => operation.to_owned(),
            None => {
                let path = request.uri().splitn(4, '/').last().unwrap();
                format!("{} {path}", request.method())
            }
        };
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.seen.lock().unwrap().push((operation, body));
        let status = self.status.try_into().unwrap();
        let answer = SdkBody::from(self.answer.clone());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, answer)))
    }
}
