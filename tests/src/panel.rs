//! Somebody in the panel: signed in at the local provider, calling the API over HTTP.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

use crate::town::{Answer, Town};

/// Somebody signed in.
pub struct Panel<'a> {
    town: &'a Town,
    token: String,
}

impl Town {
    /// The answer of `/oidc/token` to the password of `admin`, `operator` or `viewer`.
    pub async fn tokens_of(&self, username: &str) -> Value {
        let users = self.cloud.sign_in.users().all();
        let user = users.iter().find(|user| user.username == username);
        let user = user.expect("a user of this name");
        let fields = [
            ("grant_type", "password"),
            ("username", username),
            ("password", &user.password),
        ];
        let request = self.request(Method::POST, "/oidc/token").form(&fields);
        let answer = self.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Signs in as `admin`, `operator` or `viewer`.
    pub async fn sign_in(&self, username: &str) -> Panel<'_> {
        let tokens = self.tokens_of(username).await;
        let token = tokens["access_token"].as_str().expect("a token");
        self.with_token(token)
    }

    /// Calls with any token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Panel<'_> {
        Panel {
            town: self,
            token: token.to_owned(),
        }
    }
}

impl Panel<'_> {
    /// A request below `/api/admin/`, to be filled with anything.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = format!("/api/admin/{path}");
        self.town.request(method, &path).bearer_auth(&self.token)
    }

    /// Sends a request that was filled with anything.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::to(request).await
    }

    /// What stands there: `numbers?limit=2`.
    pub async fn ask(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The same, which must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.ask(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Posts a body under a new key of its own.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_once(path, &Uuid::new_v4().to_string(), body)
            .await
    }

    /// Posts a body under this `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header("idempotency-key", key).json(body);
        self.send(request).await
    }

    /// Posts nothing: `numbers/{id}/test`.
    pub async fn press(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// Puts a body in the place of what stands there.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Puts a body in the place of what was seen under this `ETag`.
    pub async fn put_over(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::PUT, path);
        self.send(request.header("if-match", etag).json(body)).await
    }

    /// Changes what was seen under this `ETag`.
    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path);
        self.send(request.header("if-match", etag).json(body)).await
    }

    /// Reads it, and changes what was read.
    pub async fn change(&self, path: &str, body: &Value) -> Answer {
        let seen = self.ask(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        self.patch(path, &etag(&seen), body).await
    }
}

/// The `ETag` of an answer.
#[must_use]
pub fn etag(answer: &Answer) -> String {
    let tag = answer.headers.get("etag").expect("an ETag");
    tag.to_str().expect("a text").to_owned()
}

/// The code of a refusal.
#[must_use]
pub fn code(answer: &Answer) -> String {
    let body = answer.json();
    body["error"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The names of the fields that a refusal complains of.
#[must_use]
pub fn wrong_fields(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let fields = body["error"]["fields"].as_object();
    fields
        .map(|all| all.keys().cloned().collect())
        .unwrap_or_default()
}
