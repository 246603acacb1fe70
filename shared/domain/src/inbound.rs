//! What somebody wrote to one of our numbers, in types that can be trusted.

mod request;

use std::fmt;

use jiff::Timestamp;

use crate::phone::Phone;

/// A message that a person wrote to one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The gateway's id of it, unique for our number: 1 to 128 visible ASCII characters.
    pub id: InboundId,
    /// Who wrote.
    pub sender: Sender,
    /// What: the text or a caption. Empty for a picture or a sticker alone.
    pub wording: Wording,
    /// When it was written by the gateway's account, UTC; none if that cannot be read.
    pub sent_at: Option<Timestamp>,
}

/// Who wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// A number that could be a participant's.
    Phone {
        /// The number.
        phone: Phone,
        /// The hidden id that `WhatsApp` uses for the same person, if it came along.
        lid: Option<Lid>,
    },
    /// Only `WhatsApp`'s hidden id (`…@lid`): the number is not in the message.
    Hidden(Lid),
}

/// The gateway's id of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InboundId(String);

impl InboundId {
    /// 1 to 128 visible ASCII characters; `None` for anything else.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(id.to_owned()))
    }

    /// As it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `WhatsApp`'s hidden id of a person: 1 to 32 digits. As personal as a number: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Lid(String);

impl Lid {
    /// The digits before `@lid`, without a device suffix; `None` for anything else.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let fits = (1..=32).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(digits.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Lid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lid(…)")
    }
}

/// What a person wrote. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Wording(String);

impl Wording {
    /// The text as it came.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wording({} bytes)", self.0.len())
    }
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Request {
    /// No more messages (requirement I1).
    Stop,
    /// This number is not theirs: no more messages, and forget it (requirement I1).
    WrongNumber,
    /// Their referral link (requirement I5).
    Link,
    /// When the next session is (requirement I5).
    Schedule,
    /// Anything else.
    Other,
}
