//! The Runtime API that Lambda serves to a function's process, version 2018-06-01.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};

/// How long an invocation may take, by what the function is told.
const DEADLINE: Duration = Duration::from_secs(30);

/// An event on its way to the function.
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) event: String,
}

/// What the function said about an invocation.
#[derive(Debug)]
pub(crate) struct Report {
    /// Of which invocation; none if the function could not start.
    pub(crate) id: Option<String>,
    /// `response` or `error`.
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// One function's API: events go in, reports come out.
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::UnboundedSender<Invocation>,
    pub(crate) reports: mpsc::UnboundedReceiver<Report>,
    /// How often the function has asked for an event.
    pub(crate) polls: watch::Receiver<usize>,
}

struct Function {
    events: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    reports: mpsc::UnboundedSender<Report>,
    polls: watch::Sender<usize>,
}

impl RuntimeApi {
    pub(crate) async fn serve() -> Self {
        let (events, for_function) = mpsc::unbounded_channel();
        let (from_function, reports) = mpsc::unbounded_channel();
        let (asked, polls) = watch::channel(0);
        let function = Arc::new(Function {
            events: Mutex::new(for_function),
            reports: from_function,
            polls: asked,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(report))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(function);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            events,
            reports,
            polls,
        }
    }
}

async fn next(State(function): State<Arc<Function>>) -> Response {
    function.polls.send_modify(|polls| *polls += 1);
    let Some(invocation) = function.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + DEADLINE;
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a time after 1970")
        .as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ap-southeast-3:000000000000:function:sample".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, invocation.event).into_response()
}

async fn report(
    State(function): State<Arc<Function>>,
    Path((id, kind)): Path<(String, String)>,
    body: String,
) -> StatusCode {
    accept(&function, Some(id), kind, &body)
}

async fn init_error(State(function): State<Arc<Function>>, body: String) -> StatusCode {
    accept(&function, None, "error".to_owned(), &body)
}

fn accept(function: &Function, id: Option<String>, kind: String, body: &str) -> StatusCode {
    let Ok(body) = serde_json::from_str(body) else {
        return StatusCode::BAD_REQUEST;
    };
    // A test that has ended does not mind.
    let _ = function.reports.send(Report { id, kind, body });
    StatusCode::ACCEPTED
}
