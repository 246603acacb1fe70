//! `POST /hooks/dripsender/{token}`.
//!
//! The answer is live: JSON with `"reply":true` and a text makes the gateway write that text to
//! the person. So whatever is not meant for them holds no such field.

use app::Chain;
use app::hook::{Hooked, hook};
use app::receive::Answer;
use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use aws_lambda_events::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use aws_lambda_events::http::{HeaderMap, HeaderValue, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_kit::ORIGIN_HEADER;
use serde_json::{Value, json};
use vault::VaultError;

use crate::config::Deps;

/// Nothing that a person writes is longer; pictures come as addresses.
const LONGEST_BODY: usize = 64 * 1024;

/// Answers a request. Never fails: what goes wrong has an answer.
pub(crate) async fn take(
    deps: &Deps,
    request: &ApiGatewayV2httpRequest,
) -> ApiGatewayV2httpResponse {
    let body = match body(request) {
        Ok(body) => body,
        Err((status, code)) => return problem(status, code),
    };
    let token = request.path_parameters.get("token");
    let token = token.map(String::as_str).unwrap_or_default();
    let given = request.headers.get(ORIGIN_HEADER);
    let door = async {
        let origin = deps.origin.secret().await?;
        Ok::<_, VaultError>(
            origin.is_none_or(|origin| given.is_some_and(|value| origin.matches(value.as_bytes()))),
        )
    };
    match Box::pin(hook(&deps.app, door, token, &body)).await {
        Ok(Hooked::Shut) => problem(StatusCode::FORBIDDEN, "forbidden"),
        Ok(Hooked::Taken(Some(Answer { text }))) => {
            answer(StatusCode::OK, &json!({"reply": true, "text": text}))
        }
        Ok(Hooked::Taken(None) | Hooked::PutAside) => answer(StatusCode::OK, &json!({})),
        Ok(Hooked::UnknownAddress) => problem(StatusCode::NOT_FOUND, "not_found"),
        Ok(Hooked::TooOften) => problem(StatusCode::TOO_MANY_REQUESTS, "too_many"),
        Ok(Hooked::NotJson) => problem(StatusCode::BAD_REQUEST, "not_json"),
        Err(error) => {
            tracing::error!(error = %Chain(&error), "a message was neither stored nor put aside");
            problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
    }
}

/// The body's bytes, or what is wrong with it.
fn body(request: &ApiGatewayV2httpRequest) -> Result<Vec<u8>, (StatusCode, &'static str)> {
    let text = request.body.as_deref().unwrap_or_default();
    let bytes = if request.is_base64_encoded {
        let decoded = STANDARD.decode(text);
        decoded.map_err(|_| (StatusCode::BAD_REQUEST, "not_json"))?
    } else {
        text.as_bytes().to_vec()
    };
    if bytes.len() > LONGEST_BODY {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "too_long"));
    }
    Ok(bytes)
}

fn problem(status: StatusCode, code: &str) -> ApiGatewayV2httpResponse {
    answer(status, &json!({ "error": code }))
}

fn answer(status: StatusCode, body: &Value) -> ApiGatewayV2httpResponse {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = status.as_u16().into();
    response.headers = headers;
    response.body = Some(Body::Text(body.to_string()));
    response
}
