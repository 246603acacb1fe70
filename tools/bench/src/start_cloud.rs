//! What a starting function speaks to: Lambda's Runtime API, DynamoDB and KMS on one port.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::Failed;

/// What reached the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The function asked for its first event, at this moment.
    Poll(Instant),
    /// A call of an AWS service.
    Call,
}

/// The server; it answers at once and from memory.
pub(crate) struct Cloud {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What reached it, in order.
    pub(crate) seen: UnboundedReceiver<Seen>,
}

impl Cloud {
    /// Starts it on a free port.
    pub(crate) async fn serve() -> Result<Self, Failed> {
        let (see, seen) = unbounded_channel();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .fallback(aws)
            .with_state(see);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, seen })
    }
}

/// No event ever comes: the process is ended while it waits.
async fn next(State(see): State<UnboundedSender<Seen>>) -> Response {
    // Nobody listens any more once the run is over.
    let _ = see.send(Seen::Poll(Instant::now()));
    std::future::pending().await
}

/// The calls that read the keys at the start; anything else is refused.
async fn aws(State(see): State<UnboundedSender<Seen>>, headers: HeaderMap) -> Response {
    // As above.
    let _ = see.send(Seen::Call);
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let answer = match target {
        Some("DynamoDB_20120810.GetItem") => {
            json!({ "Item": { "wrapped": { "B": STANDARD.encode("wrapped") } } })
        }
        Some("TrentService.Decrypt") => {
            json!({ "KeyId": "sample", "Plaintext": STANDARD.encode([7; 32]) })
        }
        _ => return StatusCode::BAD_REQUEST.into_response(),
    };
    let content = [("content-type", "application/x-amz-json-1.1")];
    (content, answer.to_string()).into_response()
}
