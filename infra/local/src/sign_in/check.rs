//! What API Gateway's JWT authorizer does: it looks at signature, issuer, times and client, and hands
//! the claims on as texts. Whether a token is for access it does not ask; the function does.

use jsonwebtoken::{Algorithm, Validation, decode};
use serde_json::{Map, Value, json};

use super::{CLIENT, SignIn, SignInError};

/// The call does not reach the function.
pub(crate) struct Refused;

impl SignIn {
    /// The `authorizer` of the request's context for this `Authorization` header.
    pub(crate) fn authorizer(&self, header: Option<&str>) -> Result<Value, Refused> {
        let token = header.and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then_some(token.trim())
        });
        let claims = match self.claims(token.ok_or(Refused)?) {
            Ok(claims) => claims.ok_or(Refused)?,
            Err(error) => {
                tracing::error!(%error, "tokens cannot be checked");
                return Err(Refused);
            }
        };
        let claims: Map<String, Value> = claims
            .iter()
            .map(|(name, value)| (name.clone(), text(value).into()))
            .collect();
        Ok(json!({ "jwt": { "claims": claims, "scopes": null } }))
    }

    fn claims(&self, token: &str) -> Result<Option<Map<String, Value>>, SignInError> {
        let key = self.0.keys.key()?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&self.0.issuer]);
        rules.set_required_spec_claims(&["exp", "iss"]);
        rules.validate_nbf = true;
        // The audience may stand in `client_id` instead.
        rules.validate_aud = false;
        rules.leeway = 0;
        let claims = decode::<Map<String, Value>>(token, &key.checks, &rules);
        let claims = claims.ok().map(|token| token.claims);
        Ok(claims.filter(is_for_us))
    }
}

/// The audience, or without one the client.
fn is_for_us(claims: &Map<String, Value>) -> bool {
    match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().any(|one| one == CLIENT),
        Some(one) => one == CLIENT,
        None => claims.get("client_id").is_some_and(|one| one == CLIENT),
    }
}

/// A claim as an HTTP API writes it: a list without quotes and commas.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("[{}]", all.join(" "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;

    #[test]
    fn a_claim_reads_as_an_http_api_writes_it() {
        assert_eq!(text(&json!(["admin", "viewer"])), "[admin viewer]");
        assert_eq!(text(&json!([])), "[]");
        assert_eq!(text(&json!(1_700_000_000)), "1700000000");
        assert_eq!(text(&json!(true)), "true");
        assert_eq!(text(&json!("openid email")), "openid email");
    }

    fn tokens(provider: &SignIn) -> Value {
        let user = provider.users().all().remove(0);
        serde_json::to_value(provider.tokens(&user, None).unwrap()).unwrap()
    }

    fn bearer(token: &Value) -> String {
        format!("Bearer {}", token.as_str().unwrap())
    }

    #[test]
    fn only_tokens_of_this_provider_pass() {
        let provider = SignIn::open(None, 3000).unwrap();
        let own = tokens(&provider);
        let passed = provider.authorizer(Some(&bearer(&own["access_token"])));
        let Ok(passed) = passed else {
            panic!("the token is refused");
        };
        let claims = &passed["jwt"]["claims"];
        assert_eq!(claims["cognito:groups"], "[admin]");
        assert_eq!(claims["token_use"], "access");
        assert!(claims["exp"].is_string());
        assert_eq!(passed["jwt"]["scopes"], Value::Null);
        // The authorizer takes an ID token too.
        assert!(provider.authorizer(Some(&bearer(&own["id_token"]))).is_ok());

        // Same key, another issuer.
        let other = tokens(&SignIn::open(None, 3001).unwrap());
        let good = own["access_token"].as_str().unwrap();
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let tampered = format!(
            "Bearer {signed}.{}",
            signature.chars().rev().collect::<String>()
        );
        for bad in [
            None,
            Some(""),
            Some(good),
            Some("Bearer"),
            Some("Bearer x.y.z"),
            Some(&*format!("Basic {good}")),
            Some(&*bearer(&other["access_token"])),
            Some(&*bearer(&own["refresh_token"])),
            Some(&*tampered),
        ] {
            assert!(provider.authorizer(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_token_that_is_over_does_not_pass() {
        let provider = SignIn::open(None, 3000).unwrap();
        let now = jiff::Timestamp::now().as_second();
        let token = |exp: i64, nbf: i64| {
            let claims = json!({
                "iss": "http://localhost:3000/oidc", "client_id": CLIENT, "exp": exp, "nbf": nbf,
            });
            let key = provider.0.keys.key().unwrap();
            let header = jsonwebtoken::Header::new(Algorithm::RS256);
            format!(
                "Bearer {}",
                jsonwebtoken::encode(&header, &claims, &key.signs).unwrap()
            )
        };
        assert!(
            provider
                .authorizer(Some(&token(now + 60, now - 60)))
                .is_ok()
        );
        assert!(
            provider
                .authorizer(Some(&token(now - 1, now - 60)))
                .is_err()
        );
        assert!(
            provider
                .authorizer(Some(&token(now + 120, now + 60)))
                .is_err()
        );
    }
}
