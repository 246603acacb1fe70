use serde::{Deserialize, Serialize};

/// How a sending number behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Accepts: 200 `OK`.
    Ok,
    /// Accepts after a while, well within the client's patience.
    Slow,
    /// Accepts, and says so in a page instead of `OK`.
    OddBody,
    /// Accepts, with a body longer than anybody would read.
    HugeBody,
    /// Accepts, with a body that comes a byte at a time and never ends.
    SlowDrip,
    /// The key is not valid (any more): 404.
    InvalidKey,
    /// The recipient is refused: 400.
    BadRecipient,
    /// Too fast: 429.
    RateLimited,
    /// Not delivered, and the answer says so: 500 with `{"error"}`.
    #[serde(rename = "not_accepted_500")]
    NotAccepted500,
    /// Delivered, then 500 without a word about it.
    #[serde(rename = "accepted_500")]
    Accepted500,
    /// Not delivered; a proxy answers 502.
    BadGateway,
    /// Delivered, then 500 with an answer that breaks off in the middle.
    Truncated,
    /// Sends the client somewhere else: 302.
    Redirect,
    /// Connections are refused.
    Refused,
    /// The message is not delivered, the answer never comes.
    TimeoutBefore,
    /// The message is delivered, the answer never comes.
    TimeoutAfter,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 16] = [
        Self::Ok,
        Self::Slow,
        Self::OddBody,
        Self::HugeBody,
        Self::SlowDrip,
        Self::InvalidKey,
        Self::BadRecipient,
        Self::RateLimited,
        Self::NotAccepted500,
        Self::Accepted500,
        Self::BadGateway,
        Self::Truncated,
        Self::Redirect,
        Self::Refused,
        Self::TimeoutBefore,
        Self::TimeoutAfter,
    ];

    /// Whether the phone gets a message that is sent like this.
    #[must_use]
    pub fn delivers(self) -> bool {
        match self {
            Self::Ok
            | Self::Slow
            | Self::OddBody
            | Self::HugeBody
            | Self::SlowDrip
            | Self::Accepted500
            | Self::Truncated
            | Self::TimeoutAfter => true,
            Self::InvalidKey
            | Self::BadRecipient
            | Self::RateLimited
            | Self::NotAccepted500
            | Self::BadGateway
            | Self::Redirect
            | Self::Refused
            | Self::TimeoutBefore => false,
        }
    }
}
