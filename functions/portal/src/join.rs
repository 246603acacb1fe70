//! `GET` and `HEAD /j/{token}`.

use app::join::{Closed, Opened, open_link};
use app::{App, Chain};
use lambda_http::http::header::{LOCATION, USER_AGENT};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};

use crate::answer::{answer, page, set};
use crate::page;

/// Leads to the meeting, or says why not. Never fails: what goes wrong has an answer.
pub(crate) async fn open(app: &App, token: &str, request: &Request) -> Response<Body> {
    let agent = request.headers().get(USER_AGENT);
    let agent = agent.and_then(|value| value.to_str().ok());
    let method = request.method().as_str();
    let opened = Box::pin(open_link(app, token, agent, method)).await;
    match opened {
        Ok(Opened::Meeting(link)) => match HeaderValue::from_str(&link) {
            Ok(location) => {
                let mut response = answer(
                    StatusCode::FOUND,
                    "text/plain; charset=utf-8",
                    String::new(),
                );
                set(&mut response, LOCATION, location);
                response
            }
            Err(_) => {
                tracing::error!("the address of a meeting cannot stand in a header");
                broken()
            }
        },
        Ok(Opened::Preview(event)) => page(StatusCode::OK, page::preview(&event)),
        Ok(Opened::Closed { why, next }) => {
            let status = match &*why {
                Closed::Unknown | Closed::NotYet(_) => StatusCode::NOT_FOUND,
                Closed::Erased | Closed::Over(_) | Closed::Cancelled(_) => StatusCode::GONE,
            };
            page(status, page::closed(&why, next.as_deref()))
        }
        Err(error) => {
            tracing::error!(error = %Chain(&error), "a join link could not be followed");
            broken()
        }
    }
}

fn broken() -> Response<Body> {
    page(StatusCode::INTERNAL_SERVER_ERROR, page::broken())
}
