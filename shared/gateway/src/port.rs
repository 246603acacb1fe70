use std::fmt;

use async_trait::async_trait;
use domain::outcome::Outcome;

use crate::api_key::ApiKey;

/// One message to one person from one number.
#[derive(Clone, Copy)]
pub struct SendRequest<'a> {
    /// Key of the sending number: it says which number sends.
    pub api_key: &'a ApiKey,
    /// The recipient, digits with country code and without `+`: `6281…`.
    pub phone_digits: &'a str,
    /// The message.
    pub text: &'a str,
    /// Public address of an image or PDF to send along.
    pub media_url: Option<&'a str>,
}

impl fmt::Debug for SendRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendRequest(..)")
    }
}

/// What a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The class that decides what happens next.
    pub outcome: Outcome,
    /// The request was accepted, but not with the documented plain `OK`: worth a log line, since
    /// it may mean that the gateway has changed.
    pub odd_body: bool,
}

/// What the gateway says to a key when no message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyCheck {
    /// It knows the key. Says nothing about the phone behind it.
    Valid,
    /// It does not.
    Refused,
    /// It could not be asked, or gave another answer.
    NoAnswer,
}

impl KeyCheck {
    /// Short stable word for logs.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Refused => "refused",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// Hands messages to the gateway.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Makes exactly one request and never repeats it; every failure is an [`Outcome`].
    async fn send(&self, request: &SendRequest<'_>) -> Reply;

    /// Asks whether the key is valid, without writing to anybody.
    async fn check_key(&self, api_key: &ApiKey) -> KeyCheck;
}
