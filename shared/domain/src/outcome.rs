//! What a request to the gateway came to, in classes that decide what happens next.
//!
//! The classes follow the gateway's documented answers (2xx with plain `OK`; 400, 404 and 500
//! with `{"error"}`) and, where nothing is documented, caution: whatever may have been accepted
//! counts as [`Outcome::Unconfirmed`].

/// One request's result as the sending engine sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx: queued on the gateway's side. Says nothing about delivery.
    Accepted,
    /// The request never left: connection refused, DNS or TLS failure.
    NotSent,
    /// 401, 403 or 404: the number's key is not valid (any more).
    KeyInvalid {
        /// HTTP status.
        status: u16,
    },
    /// 400: the recipient or the content was refused; the number is fine.
    BadRecipient,
    /// 429: too fast.
    RateLimited {
        /// Seconds from the `Retry-After` header, if it was readable.
        retry_after_s: Option<u32>,
    },
    /// 500 whose body says that it was not taken.
    NotAccepted,
    /// 3xx: never followed with a key in the body; the number is taken out with a reason.
    Redirected {
        /// HTTP status.
        status: u16,
    },
    /// The request may have been accepted: any other 5xx, a timeout or a broken reply after
    /// the body went out. Never sent again by itself.
    Unconfirmed {
        /// HTTP status, if one arrived.
        status: Option<u16>,
    },
}

impl Outcome {
    /// Whether the message may be on its way: what was taken for it stays taken.
    #[must_use]
    pub fn may_have_left(self) -> bool {
        match self {
            Self::Accepted | Self::Unconfirmed { .. } => true,
            Self::NotSent
            | Self::KeyInvalid { .. }
            | Self::BadRecipient
            | Self::RateLimited { .. }
            | Self::NotAccepted
            | Self::Redirected { .. } => false,
        }
    }

    /// Short stable word for logs, metrics and the row's `gateway_answer`. Holds nothing of
    /// the gateway's own text, which may quote the message or the number.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NotSent => "not_sent",
            Self::KeyInvalid { .. } => "key_invalid",
            Self::BadRecipient => "bad_recipient",
            Self::RateLimited { .. } => "rate_limited",
            Self::NotAccepted => "not_accepted",
            Self::Redirected { .. } => "redirected",
            Self::Unconfirmed { .. } => "unconfirmed",
        }
    }
}
