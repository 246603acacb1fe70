use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;

use super::Faults;
use super::dispatch::dispatch;
use crate::calls::Caller;

const TARGET_PREFIX: &str = "DynamoDB_20120810.";
const UNKNOWN_OPERATION: &str =
    r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// The SDK's HTTP client, ending in a [`Database`] of this process instead of a socket.
///
/// A call runs in the task that makes it: the engine serialises all access behind one mutex, so a
/// thread pool adds hand-overs and no parallelism. Measured (development profile, two cores,
/// four-item transactions and reads 1 : 2, in memory): 170 µs a call here against 245–278 µs
/// through the blocking pool one by one, 132–151 against 118–127 µs with 64 tasks.
#[derive(Clone)]
pub struct InProcess(Arc<Inner>);

struct Inner {
    database: Database,
    faults: Option<Arc<Faults>>,
    caller: Option<Caller>,
}

impl InProcess {
    /// Serves requests from `database`; `faults` may disturb and counts them.
    #[must_use]
    pub fn new(database: Database, faults: Option<Arc<Faults>>) -> Self {
        Self(Arc::new(Inner {
            database,
            faults,
            caller: None,
        }))
    }

    /// Notes every request as one of this caller.
    pub(super) fn noted_by(self, caller: Option<Caller>) -> Self {
        Self(Arc::new(Inner {
            database: self.0.database.clone(),
            faults: self.0.faults.clone(),
            caller,
        }))
    }

    fn respond(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.strip_prefix(TARGET_PREFIX))
            .unwrap_or_default();
        let body = request.body().bytes().ok_or_else(|| {
            ConnectorError::user("a streaming body is no DynamoDB request".into())
        })?;
        let caller = self.0.caller.as_ref();
        let billed = caller.and_then(|caller| caller.database(operation, body));
        let body = billed.as_deref().unwrap_or(body);
        let faults = self.0.faults.as_deref();
        if let Some(faults) = faults {
            faults.called(operation);
        }
        let broken = faults
            .zip(caller)
            .and_then(|(faults, caller)| faults.broken(caller.function()));
        let served = match broken {
            Some(error) => Some(Err(error)),
            None => dispatch(&self.0.database, faults, operation, body),
        };
        let (status, json) = match served {
            None => (400, UNKNOWN_OPERATION.to_owned()),
            Some(Err(error)) => (error.status_code(), error.to_json()),
            Some(Ok(served)) => {
                if let Some(faults) = faults {
                    faults.consumed(operation, served.items);
                }
                if let (Some(caller), true) = (caller, billed.is_some()) {
                    caller.answered(operation, &served.json);
                }
                (200, served.json)
            }
        };
        response(status, json)
    }
}

fn response(status: u16, json: String) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(json));
    let headers = response.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.0");
    headers.insert("x-amzn-requestid", uuid::Uuid::new_v4().to_string());
    Ok(response)
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.respond(&request) })
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}
