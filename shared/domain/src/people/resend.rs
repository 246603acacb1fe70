//! A message that an admin sends somebody once more.

use crate::message::MessageType;

/// What may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resend {
    /// The welcome.
    Welcome,
    /// Their own referral link.
    Link,
}

impl Resend {
    /// Reads the word of the request.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "welcome" => Some(Self::Welcome),
            "link" => Some(Self::Link),
            _ => None,
        }
    }

    /// The type of its row.
    #[must_use]
    pub fn message_type(self) -> MessageType {
        match self {
            Self::Welcome => MessageType::Welcome,
            Self::Link => MessageType::Link,
        }
    }
}
