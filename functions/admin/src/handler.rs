//! From the event of API Gateway to the routes and back.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::Request as AxumRequest;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response as AxumResponse};
use http_body_util::BodyExt as _;
use lambda_http::{Body, Request, Response};
use lambda_kit::ORIGIN_HEADER;
use tower::ServiceExt as _;

use crate::access;
use crate::config::Deps;
use crate::error::Problem;
use crate::resources;

/// The API, put together.
#[derive(Clone)]
pub struct Admin {
    router: Router,
}

impl Admin {
    /// The API over these parts.
    #[must_use]
    pub fn new(deps: Deps) -> Self {
        let deps = Arc::new(deps);
        let router = resources::serve()
            .method_not_allowed_fallback(no_such_method)
            .fallback(nothing_here)
            .layer(from_fn(access::guard))
            .layer(from_fn_with_state(Arc::clone(&deps), through_the_edge))
            .layer(map_response(kept_by_nobody))
            .with_state(deps);
        Self { router }
    }

    /// Answers a request. Never fails: what goes wrong has an answer.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let answer: Result<AxumResponse, Infallible> = self.router.clone().oneshot(request).await;
        let (parts, body) = match answer {
            Ok(answer) => answer.into_parts(),
            Err(never) => match never {},
        };
        let bytes = match body.collect().await {
            Ok(bytes) => bytes.to_bytes(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be put together");
                return into_lambda(Problem::broken().into_response()).await;
            }
        };
        let body = match std::str::from_utf8(&bytes) {
            Ok("") => Body::Empty,
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Binary(bytes.to_vec()),
        };
        Response::from_parts(parts, body)
    }
}

async fn into_lambda(answer: AxumResponse) -> Response<Body> {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map(|all| all.to_bytes());
    let text = bytes
        .ok()
        .and_then(|all| String::from_utf8(all.to_vec()).ok());
    Response::from_parts(parts, Body::Text(text.unwrap_or_default()))
}

async fn through_the_edge(
    State(deps): State<Arc<Deps>>,
    request: AxumRequest<AxumBody>,
    next: Next,
) -> AxumResponse {
    if let Some(origin) = &deps.origin {
        let given = request.headers().get(ORIGIN_HEADER);
        let given = given.map(HeaderValue::as_bytes);
        if !given.is_some_and(|value| origin.matches(value)) {
            return Problem::NotThroughTheEdge.into_response();
        }
    }
    next.run(request).await
}

/// What the panel is told stands nowhere but in it.
async fn kept_by_nobody(mut response: AxumResponse) -> AxumResponse {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn nothing_here() -> Problem {
    Problem::NotFound("Alamat ini tidak ada.")
}

async fn no_such_method(_: Method, _: Uri) -> Problem {
    Problem::NoSuchMethod
}
