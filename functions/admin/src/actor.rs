//! Who asks: what API Gateway's authorizer says of the token, and nothing else. A token in a header
//! is not looked at: the authorizer has checked it, and hands its claims on.

use std::collections::HashMap;

use app::Act;
use axum::extract::{FromRequestParts, Request};
use axum::http::Extensions;
use axum::http::request::Parts;
use domain::admin::Role;
use domain::audit::Author;
use domain::ids::AdminId;
use lambda_http::request::RequestContext;

use crate::error::Problem;
use crate::shown::Sight;

/// Somebody signed in, with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Actor {
    id: AdminId,
    role: Role,
}

impl Actor {
    /// From the claims of the request's context.
    pub(crate) fn of(request: &Request) -> Result<Self, Problem> {
        claims(request.extensions())
            .and_then(Self::from_claims)
            .unwrap_or(Err(Problem::SignIn))
    }

    /// None if these are no claims of an access token; an error if its owner has no role.
    fn from_claims(claims: &HashMap<String, String>) -> Option<Result<Self, Problem>> {
        // An ID token passes the authorizer too: its audience is the client.
        if claims.get("token_use").map(String::as_str) != Some("access") {
            return None;
        }
        let id = claims.get("sub")?.parse().ok()?;
        let groups = claims.get("cognito:groups").map_or("", String::as_str);
        let role = Role::highest(group_names(groups));
        Some(role.map(|role| Self { id, role }).ok_or(Problem::Forbidden))
    }

    pub(crate) fn id(&self) -> AdminId {
        self.id
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// How much of a number they may read.
    pub(crate) fn sight(&self) -> Sight {
        Sight::of(self.role)
    }

    /// As it is kept in the audit log.
    pub(crate) fn author(&self) -> Author {
        Author::Admin(self.id)
    }

    /// They do this.
    pub(crate) fn act(&self, action: &'static str) -> Act {
        Act::by(self.author(), action)
    }
}

fn claims(extensions: &Extensions) -> Option<&HashMap<String, String>> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => {
            let jwt = context.authorizer.as_ref()?.jwt.as_ref()?;
            Some(&jwt.claims)
        }
        _ => None,
    }
}

/// The names in `[admin viewer]`, which is how an HTTP API writes a list. No name has a space in it.
fn group_names(list: &str) -> impl Iterator<Item = &str> {
    let inner = list
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    inner.unwrap_or_default().split_whitespace()
}

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().copied().ok_or(Problem::SignIn)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    fn claims(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const ID: &str = "8c9f4f0e-6b0a-4c41-9b59-6a1f5f0f2f11";

    fn role(groups: &str) -> Option<Role> {
        let claims = claims(&[
            ("sub", ID),
            ("token_use", "access"),
            ("cognito:groups", groups),
        ]);
        match Actor::from_claims(&claims)? {
            Ok(actor) => Some(actor.role),
            Err(Problem::Forbidden) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn groups_are_read_as_an_http_api_writes_them() {
        assert_eq!(role("[admin viewer]"), Some(Role::Admin));
        assert_eq!(role("[viewer operator]"), Some(Role::Operator));
        assert_eq!(role("[viewer]"), Some(Role::Viewer));
        for none in [
            "",
            "[]",
            "admin",
            "[administrator]",
            "[admin",
            "[Admin]",
            "[admin,viewer]",
        ] {
            assert_eq!(role(none), None, "{none}");
        }
    }

    #[test]
    fn only_an_access_token_says_who_somebody_is() {
        let groups = ("cognito:groups", "[admin]");
        let access = ("token_use", "access");
        for bad in [
            claims(&[]),
            claims(&[("sub", ID), groups]),
            claims(&[("sub", ID), groups, ("token_use", "id")]),
            claims(&[groups, access]),
            claims(&[("sub", "admin"), groups, access]),
        ] {
            assert!(Actor::from_claims(&bad).is_none(), "{bad:?}");
        }
        let without_a_role = Actor::from_claims(&claims(&[("sub", ID), access]));
        assert!(matches!(without_a_role, Some(Err(Problem::Forbidden))));
    }
}
