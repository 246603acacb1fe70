use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_NONE_MATCH, USER_AGENT, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Edge;

/// API Gateway's own limit.
const LONGEST_BODY: usize = 10 * 1024 * 1024;
/// Of a longer body so much is read, and thrown away.
const READ_ON: usize = 4 * LONGEST_BODY;

/// Headers that only the edge may set.
const ADDRESS: &str = "x-viewer-address";
const ORIGIN: &str = lambda_kit::ORIGIN_HEADER;

/// The route key of the panel's API.
const ADMIN_ROUTE: &str = "ANY /api/admin/{proxy+}";
/// The route key of the webhook.
const HOOK_ROUTE: &str = "POST /hooks/dripsender/{token}";

/// Any route of the registration function.
pub(super) async fn registration(
    State(edge): State<Edge>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let _at_work = edge.gate.enter();
    let route = format!("{method} {}", uri.path());
    let mut event = event(&route, &method, &uri, &headers, &body);
    if let Some(origin) = &edge.functions.registration.origin {
        event["headers"][ORIGIN] = origin.header_value().into();
    }
    answered(edge.functions.register(event).await)
}

/// The panel's API. A call without a valid token goes no further, as at API Gateway.
pub(super) async fn admin(
    State(edge): State<Edge>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let token = headers.get(AUTHORIZATION);
    let token = token.and_then(|token| token.to_str().ok());
    let Ok(authorizer) = edge.sign_in.authorizer(token) else {
        let headers = [(WWW_AUTHENTICATE, "Bearer")];
        let body = Json(json!({ "message": "Unauthorized" }));
        return (StatusCode::UNAUTHORIZED, headers, body).into_response();
    };
    let _at_work = edge.gate.enter();
    let mut event = event(ADMIN_ROUTE, &method, &uri, &headers, &body);
    event["requestContext"]["authorizer"] = authorizer;
    let proxy = uri.path().strip_prefix("/api/admin/").unwrap_or_default();
    event["pathParameters"] = json!({ "proxy": proxy });
    if let Some(origin) = &edge.functions.registration.origin {
        event["headers"][ORIGIN] = origin.header_value().into();
    }
    answered(edge.functions.admin(event).await)
}

/// The gateway's webhook. Of a request the edge hands on the path and the body alone.
pub(super) async fn hook(State(edge): State<Edge>, uri: Uri, body: Body) -> Response {
    let body = match read(body).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let _at_work = edge.gate.enter();
    let path: Uri = match uri.path().parse() {
        Ok(path) => path,
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    let mut event = event(HOOK_ROUTE, &Method::POST, &path, &HeaderMap::new(), &body);
    let token = path.path().rsplit('/').next().unwrap_or_default();
    event["pathParameters"] = json!({ "token": token });
    // Read when the cloud was put together, and kept since.
    if let Ok(Some(origin)) = edge.functions.webhook.origin.secret().await {
        event["headers"][ORIGIN] = origin.header_value().into();
    }
    answered(edge.functions.hook(event).await)
}

/// A join link. Of a request the edge hands on the path and who asks.
pub(super) async fn join(
    State(edge): State<Edge>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let route = format!("{method} /j/{{token}}");
    portal(&edge, &route, &method, &uri, &headers, USER_AGENT).await
}

/// An event for one's own calendar.
pub(super) async fn calendar(
    State(edge): State<Edge>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let route = "GET /api/events/{file}";
    portal(&edge, route, &method, &uri, &headers, IF_NONE_MATCH).await
}

/// A route of the portal, with this one header of the visitor's, and nothing else.
async fn portal(
    edge: &Edge,
    route: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    handed_on: HeaderName,
) -> Response {
    let _at_work = edge.gate.enter();
    let Ok(path) = uri.path().parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let given = headers.get(&handed_on).cloned();
    let headers: HeaderMap = given.map(|value| (handed_on, value)).into_iter().collect();
    let mut event = event(route, method, &path, &headers, &[]);
    if let Some(origin) = &edge.functions.portal.origin {
        event["headers"][ORIGIN] = origin.header_value().into();
    }
    answered(edge.functions.portal(event).await)
}

fn answered(answer: Result<Value, String>) -> Response {
    match answer {
        Ok(answer) => response(&answer),
        Err(error) => {
            tracing::error!(error, "the function did not answer");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

/// The whole body. One that is too long is read on before it is refused: whoever still writes
/// would see a broken connection in place of the answer.
async fn read(mut body: Body) -> Result<Vec<u8>, StatusCode> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        length += data.len();
        if length <= LONGEST_BODY {
            bytes.extend_from_slice(data);
        }
        if length > READ_ON {
            break;
        }
    }
    if length > LONGEST_BODY {
        Err(StatusCode::PAYLOAD_TOO_LARGE)
    } else {
        Ok(bytes)
    }
}

/// An HTTP API event, payload format 2.0.
fn event(route: &str, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Value {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers {
        let name = name.as_str();
        let Ok(value) = value.to_str() else { continue };
        if [COOKIE.as_str(), ADDRESS, ORIGIN].contains(&name) {
            continue;
        }
        joined
            .entry(name)
            .and_modify(|all| {
                all.push(',');
                all.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    // Locally a test or a script may stand for many visitors.
    let address = joined
        .get("x-forwarded-for")
        .and_then(|all| all.split(',').next())
        .map_or_else(|| "127.0.0.1".to_owned(), |first| first.trim().to_owned());
    joined.insert(ADDRESS, address.clone());
    let cookies: Vec<&str> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|all| all.split("; "))
        .collect();
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    // API Gateway hands JSON on as text and everything else in base64.
    let (text, is_base64) = match std::str::from_utf8(body) {
        Ok(text) if is_json => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    };
    let now = Timestamp::now();
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": uri.path(),
        "rawQueryString": uri.query().unwrap_or_default(),
        "cookies": cookies,
        "headers": joined,
        "requestContext": {
            "accountId": "local",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": method.as_str(),
                "path": uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": address,
                "userAgent": "",
            },
            "requestId": uuid::Uuid::new_v4().to_string(),
            "routeKey": route,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "body": text,
        "isBase64Encoded": is_base64,
    })
}

/// An API Gateway answer as HTTP.
fn response(answer: &Value) -> Response {
    let status = answer["statusCode"]
        .as_u64()
        .and_then(|code| u16::try_from(code).ok())
        .and_then(|code| StatusCode::from_u16(code).ok())
        .unwrap_or(StatusCode::BAD_GATEWAY);
    let text = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == Value::Bool(true) {
        STANDARD.decode(text).map(Body::from).unwrap_or_default()
    } else {
        Body::from(text.to_owned())
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let pairs = answer["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    for (name, value) in pairs {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
