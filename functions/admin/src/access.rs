//! Who may do what: one table of operations and the least role for each. What does not stand in it,
//! nobody may do.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::admin::Role;

use crate::actor::Actor;
use crate::error::Problem;

/// An operation: its method, its path as the document writes it, and who may do it at least.
pub type Operation = (Method, &'static str, Role);

/// Every operation of the document.
pub const LEAST: &[Operation] = &[
    (Method::GET, "/api/admin/admins", Role::Admin),
    (Method::POST, "/api/admin/admins", Role::Admin),
    (Method::GET, "/api/admin/admins/{id}", Role::Admin),
    (Method::PATCH, "/api/admin/admins/{id}", Role::Admin),
    (Method::GET, "/api/admin/audit", Role::Admin),
    (Method::GET, "/api/admin/inbound", Role::Viewer),
    (
        Method::POST,
        "/api/admin/inbound/{id}/resolve",
        Role::Operator,
    ),
    (
        Method::POST,
        "/api/admin/inbound/{id}/dismiss",
        Role::Operator,
    ),
    (Method::GET, "/api/admin/backlog", Role::Viewer),
    (Method::GET, "/api/admin/notifications", Role::Viewer),
    (Method::GET, "/api/admin/notifications/{id}", Role::Viewer),
    (
        Method::POST,
        "/api/admin/notifications/{id}/retry",
        Role::Operator,
    ),
    (Method::GET, "/api/admin/numbers", Role::Viewer),
    (Method::POST, "/api/admin/numbers", Role::Admin),
    (Method::GET, "/api/admin/numbers/{id}", Role::Viewer),
    (Method::PATCH, "/api/admin/numbers/{id}", Role::Admin),
    (Method::POST, "/api/admin/numbers/{id}/test", Role::Operator),
    (Method::POST, "/api/admin/numbers/{id}/webhook", Role::Admin),
    (Method::GET, "/api/admin/overview", Role::Viewer),
    (Method::GET, "/api/admin/referrers", Role::Viewer),
    (Method::GET, "/api/admin/referrers/{id}", Role::Viewer),
    (Method::GET, "/api/admin/participants", Role::Viewer),
    (Method::POST, "/api/admin/participants/search", Role::Viewer),
    (Method::GET, "/api/admin/participants/cities", Role::Viewer),
    (Method::GET, "/api/admin/participants/{id}", Role::Viewer),
    (
        Method::PATCH,
        "/api/admin/participants/{id}",
        Role::Operator,
    ),
    (Method::DELETE, "/api/admin/participants/{id}", Role::Admin),
    (
        Method::POST,
        "/api/admin/participants/{id}/resend",
        Role::Operator,
    ),
    (
        Method::POST,
        "/api/admin/participants/{id}/unsubscribe",
        Role::Operator,
    ),
    (
        Method::POST,
        "/api/admin/participants/{id}/resubscribe",
        Role::Operator,
    ),
    (Method::GET, "/api/admin/settings", Role::Viewer),
    (Method::PATCH, "/api/admin/settings", Role::Admin),
    (Method::GET, "/api/admin/settings/switches", Role::Viewer),
    // Whoever sees that something goes wrong may stop it.
    (Method::PUT, "/api/admin/settings/switches", Role::Operator),
    (Method::GET, "/api/admin/suppressions", Role::Viewer),
    (Method::POST, "/api/admin/suppressions", Role::Operator),
    (
        Method::POST,
        "/api/admin/suppressions/search",
        Role::Operator,
    ),
    (
        Method::POST,
        "/api/admin/suppressions/{id}/lift",
        Role::Operator,
    ),
];

/// Lets through whom the table lets: an access token of somebody with a role, and the role that the
/// operation needs. Handlers get them as [`Actor`].
pub(crate) async fn guard(mut request: Request, next: Next) -> Response {
    let actor = match Actor::of(&request) {
        Ok(actor) => actor,
        Err(problem) => return problem.into_response(),
    };
    // No path: there is nothing at this address, which the fallback says.
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        let path = path.as_str();
        let least = least(request.method(), path);
        match least {
            Some(least) if actor.role() >= least => {}
            Some(_) => return Problem::Forbidden.into_response(),
            None if LEAST.iter().any(|(_, known, _)| *known == path) => {}
            None => {
                tracing::error!(path, "an operation that stands in no table");
                return Problem::Forbidden.into_response();
            }
        }
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// The least role for an operation. Whoever may read may also ask for the head alone.
fn least(method: &Method, path: &str) -> Option<Role> {
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    LEAST
        .iter()
        .find(|(known, at, _)| known == method && *at == path)
        .map(|(_, _, role)| *role)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::document;

    #[test]
    fn the_table_and_the_document_name_the_same_operations() {
        let text = document().to_json().unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let listed: Vec<String> = LEAST
            .iter()
            .map(|(method, path, _)| format!("{method} {path}"))
            .collect();
        let known: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(known.len(), listed.len(), "an operation stands twice");
        assert_eq!(known, documented);
    }

    #[test]
    fn whoever_only_looks_changes_nothing() {
        for (method, path, role) in LEAST {
            let only_looks = method == Method::GET || path.ends_with("/search");
            assert!(only_looks || *role > Role::Viewer, "{method} {path}");
        }
    }
}
