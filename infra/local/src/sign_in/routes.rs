//! `/oidc`: what a browser and a script ask.

use app::Chain;
use axum::extract::{Query, RawForm, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::codes::Granted;
use super::tokens::Tokens;
use super::{CLIENT, SignIn, SignInError, page};

pub(crate) fn router(provider: SignIn) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/jwks.json", get(keys))
        .route("/authorize", get(ask).post(answer))
        .route("/token", post(token))
        .route("/logout", get(sign_out))
        .layer(map_response(|mut response: Response| async {
            let headers = response.headers_mut();
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // The page may stand under the machine's other name.
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }))
        // Not for pages of elsewhere.
        .route("/invitations", get(invitations))
        .with_state(provider)
}

async fn configuration(State(provider): State<SignIn>) -> impl IntoResponse {
    let at = |path: &str| format!("{}/{path}", provider.0.issuer);
    Json(json!({
        "issuer": provider.0.issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks.json"),
        "end_session_endpoint": at("logout"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "password"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn keys(State(provider): State<SignIn>) -> Response {
    match provider.0.keys.key() {
        Ok(key) => Json(&key.public).into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &SignInError) -> Response {
    tracing::error!(error = %Chain(error), "sign-in");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// What Cognito would write to whoever was invited and has not come yet.
async fn invitations(State(provider): State<SignIn>) -> impl IntoResponse {
    let all = provider.0.users.all().into_iter();
    let items: Vec<_> = all
        .filter(|user| user.invited)
        .map(|user| json!({ "to": user.email, "username": user.username, "password": user.password }))
        .collect();
    Json(json!({ "items": items }))
}

/// What a browser is sent here with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Authorize {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

impl Authorize {
    pub(super) fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("response_type", &self.response_type),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ]
    }

    fn refusal(&self) -> Option<&'static str> {
        if self.response_type != "code" || self.client_id != CLIENT {
            return Some("Alamat masuk ini tidak lengkap. Buka lagi dari panel.");
        }
        if !is_of_this_machine(&self.redirect_uri) {
            return Some("Alamat kembali ini bukan di komputer ini.");
        }
        if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 {
            return Some("Alamat masuk ini tidak aman (PKCE S256 diperlukan).");
        }
        None
    }
}

/// Whether an address is one of this machine's own pages.
fn is_of_this_machine(address: &str) -> bool {
    // Read as a browser reads it.
    let Ok(address) = Url::parse(address) else {
        return false;
    };
    let names_nobody = address.username().is_empty() && address.password().is_none();
    let is_here = matches!(address.host_str(), Some("localhost" | "127.0.0.1"));
    address.scheme() == "http" && names_nobody && is_here
}

async fn ask(Query(asked): Query<Authorize>) -> Response {
    if let Some(why) = asked.refusal() {
        return (
            StatusCode::BAD_REQUEST,
            Html(page::refused(why).into_string()),
        )
            .into_response();
    }
    Html(page::sign_in(&asked, false).into_string()).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shown {
    username: String,
    password: String,
}

async fn answer(State(provider): State<SignIn>, RawForm(form): RawForm) -> Response {
    let (Some(asked), Some(shown)) = (read::<Authorize>(&form), read::<Shown>(&form)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if let Some(why) = asked.refusal() {
        return (
            StatusCode::BAD_REQUEST,
            Html(page::refused(why).into_string()),
        )
            .into_response();
    }
    let users = &provider.0.users;
    let user = match users.with_password(&shown.username, &shown.password) {
        Ok(user) => user,
        Err(error) => return failed(&error),
    };
    let Some(user) = user else {
        let again = Html(page::sign_in(&asked, true).into_string());
        return (StatusCode::UNAUTHORIZED, again).into_response();
    };
    let code = provider.0.codes.give(Granted {
        user: user.id,
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.code_challenge,
        nonce: Some(asked.nonce).filter(|nonce| !nonce.is_empty()),
    });
    let between = if asked.redirect_uri.contains('?') {
        '&'
    } else {
        '?'
    };
    let state =
        percent_encoding::utf8_percent_encode(&asked.state, percent_encoding::NON_ALPHANUMERIC);
    to(&format!(
        "{}{between}code={code}&state={state}",
        asked.redirect_uri
    ))
}

fn to(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[derive(Deserialize)]
struct Wanted {
    grant_type: String,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    refresh_token: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

async fn token(State(provider): State<SignIn>, RawForm(form): RawForm) -> Response {
    let Some(wanted) = read::<Wanted>(&form) else {
        return refused("invalid_request");
    };
    // A script need not say who it is.
    if wanted.client_id.as_deref().is_some_and(|id| id != CLIENT) {
        return refused("invalid_client");
    }
    let users = &provider.0.users;
    let tokens: Result<Option<Tokens>, SignInError> = match wanted.grant_type.as_str() {
        "authorization_code" => {
            let granted =
                provider
                    .0
                    .codes
                    .take(&wanted.code, &wanted.redirect_uri, &wanted.code_verifier);
            let user = granted.and_then(|granted| Some((users.enabled(granted.user)?, granted)));
            user.map(|(user, granted)| provider.tokens(&user, granted.nonce.as_deref()))
                .transpose()
        }
        "refresh_token" => provider.refreshed(&wanted.refresh_token),
        "password" => users
            .with_password(&wanted.username, &wanted.password)
            .and_then(|user| user.map(|user| provider.tokens(&user, None)).transpose()),
        _ => return refused("unsupported_grant_type"),
    };
    match tokens {
        Ok(Some(tokens)) => Json(tokens).into_response(),
        Ok(None) => refused("invalid_grant"),
        Err(error) => failed(&error),
    }
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Leaving {
    logout_uri: String,
    post_logout_redirect_uri: String,
}

async fn sign_out(Query(leaving): Query<Leaving>) -> Response {
    let wanted = [leaving.logout_uri, leaving.post_logout_redirect_uri];
    match wanted.iter().find(|address| is_of_this_machine(address)) {
        Some(address) => to(address),
        None => Html(page::signed_out().into_string()).into_response(),
    }
}

fn read<T: DeserializeOwned>(form: &[u8]) -> Option<T> {
    let pairs: serde_json::Map<String, serde_json::Value> = form_urlencoded::parse(form)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    serde_json::from_value(pairs.into()).ok()
}
