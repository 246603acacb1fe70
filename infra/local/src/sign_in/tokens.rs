//! Tokens with the claims that Cognito puts into its own.

use domain::ids::AdminId;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::keys::NAME;
use super::users::LocalUser;
use super::{CLIENT, SignIn, SignInError};

/// How long an access token is good, seconds, as `infra/sign-in.yaml` has it.
const ACCESS_S: i64 = 15 * 60;
/// How long somebody stays signed in, seconds, as `infra/sign-in.yaml` has it.
const REFRESH_S: i64 = 30 * 24 * 3_600;

/// The answer of the token endpoint.
#[derive(Debug, Serialize)]
pub(super) struct Tokens {
    access_token: String,
    id_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    token_type: &'static str,
    expires_in: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Refresh {
    sub: AdminId,
    iss: String,
    token_use: String,
    auth_time: i64,
    exp: i64,
}

impl SignIn {
    /// Tokens of somebody who has just shown who they are; `nonce` is what the browser asked with.
    pub(super) fn tokens(
        &self,
        user: &LocalUser,
        nonce: Option<&str>,
    ) -> Result<Tokens, SignInError> {
        let now = Timestamp::now().as_second();
        let mut tokens = self.short_lived(user, nonce, now)?;
        tokens.refresh_token = Some(self.sign(&Refresh {
            sub: user.id,
            iss: self.0.issuer.clone(),
            token_use: "refresh".to_owned(),
            auth_time: now,
            exp: now + REFRESH_S,
        })?);
        Ok(tokens)
    }

    /// New tokens for a refresh token, while its owner may sign in.
    pub(super) fn refreshed(&self, refresh: &str) -> Result<Option<Tokens>, SignInError> {
        let key = self.0.keys.key()?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&self.0.issuer]);
        rules.validate_aud = false;
        rules.leeway = 0;
        let Ok(refresh) = decode::<Refresh>(refresh, &key.checks, &rules) else {
            return Ok(None);
        };
        let refresh = refresh.claims;
        if refresh.token_use != "refresh" {
            return Ok(None);
        }
        let Some(user) = self.0.users.enabled(refresh.sub) else {
            return Ok(None);
        };
        self.short_lived(&user, None, refresh.auth_time).map(Some)
    }

    fn short_lived(
        &self,
        user: &LocalUser,
        nonce: Option<&str>,
        auth_time: i64,
    ) -> Result<Tokens, SignInError> {
        let now = Timestamp::now().as_second();
        let common = json!({
            "sub": user.id,
            "iss": self.0.issuer,
            "origin_jti": Uuid::new_v4(),
            "event_id": Uuid::new_v4(),
            "cognito:groups": [user.role],
            "auth_time": auth_time,
            "iat": now,
            "exp": now + ACCESS_S,
        });
        let access = with(
            &common,
            json!({
                "jti": Uuid::new_v4(),
                "token_use": "access",
                "client_id": CLIENT,
                "scope": "openid email",
                "username": user.username,
            }),
        );
        let mut id = with(
            &common,
            json!({
                "jti": Uuid::new_v4(),
                "token_use": "id",
                "aud": CLIENT,
                "cognito:username": user.username,
                "email": user.email,
                "email_verified": true,
            }),
        );
        if let Some(nonce) = nonce {
            id["nonce"] = nonce.into();
        }
        Ok(Tokens {
            access_token: self.sign(&access)?,
            id_token: self.sign(&id)?,
            refresh_token: None,
            token_type: "Bearer",
            expires_in: ACCESS_S,
        })
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, SignInError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(NAME.to_owned());
        Ok(encode(&header, claims, &self.0.keys.key()?.signs)?)
    }
}

fn with(common: &Value, more: Value) -> Value {
    let mut all = common.clone();
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}
