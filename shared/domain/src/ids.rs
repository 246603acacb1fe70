//! Identifiers. Each is a type of its own, so that one cannot stand where another belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// A participant. Random (UUIDv4), so that it cannot be guessed.
    ParticipantId
}
uuid_id! {
    /// A row of `notifications_log`. Deterministic (UUIDv5): see [`crate::message::MessageKey`].
    MessageId
}
uuid_id! {
    /// A sending number. Random.
    NumberId
}
uuid_id! {
    /// A Zoom session. Random.
    EventId
}
uuid_id! {
    /// A broadcast, or the reminders or follow-ups of one event. Random.
    CampaignId
}
uuid_id! {
    /// A file that goes along with messages. Random, and known only to whoever was sent it.
    MediaId
}
uuid_id! {
    /// Proof that one worker holds a claim or a lease (fencing token). Random.
    Token
}
uuid_id! {
    /// Somebody who may open the admin panel: the `sub` of their tokens.
    AdminId
}
