//! A participant (peserta) as stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{EventId, NumberId, ParticipantId};
use crate::person::{City, PersonName, Profession, Sapaan};
use crate::phone::Phone;

/// Somebody who registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Random id.
    pub id: ParticipantId,
    /// Form of address.
    pub sapaan: Sapaan,
    /// Name.
    pub name: PersonName,
    /// City.
    pub city: City,
    /// Profession.
    pub profession: Profession,
    /// WhatsApp number.
    pub phone: Phone,
    /// Keyed hash of the number.
    pub phone_index: String,
    /// Whose link was used, once that number is a participant.
    pub referrer_id: Option<ParticipantId>,
    /// Place among those the referrer invited: 1, 2, 3 …
    pub referrer_sequence: Option<u64>,
    /// When they registered, UTC.
    pub registered_at: Timestamp,
    /// The event the registration belongs to.
    pub event_id: Option<EventId>,
    /// Whether the referrer may see name, city, profession and number in full.
    pub consent_share: bool,
    /// Whether they asked to stop. Suppression is the truth; this is written with it.
    pub unsubscribed: bool,
    /// The chat they have opened with one of our numbers, if they have.
    pub chat: Option<Chat>,
}

/// A chat that the participant began: replying in it is what numbers get blocked for least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chat {
    /// Our number.
    pub number_id: NumberId,
    /// When they last wrote, UTC.
    pub at: Timestamp,
}

/// `status` of the brief: whether somebody has joined the programme. Only an admin changes it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum JoinStatus {
    /// Not yet.
    #[default]
    BelumJoin,
    /// Yes.
    SudahJoin,
}

impl JoinStatus {
    /// The stored word, the brief's.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BelumJoin => "belum_join",
            Self::SudahJoin => "sudah_join",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::BelumJoin, Self::SudahJoin]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// Whose link a new participant used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referral {
    /// Nobody's.
    None,
    /// A participant's.
    Known(ParticipantId),
    /// A number's that is not registered (yet), by its `phone_index`.
    Pending(String),
}

/// Proof of consent (UU PDP 27/2022, article 24), appended and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Version of the text that was shown.
    pub text_version: &'static str,
    /// SHA-256 of that text, hexadecimal.
    pub text_sha256: String,
    /// What was agreed to.
    pub purposes: Vec<&'static str>,
    /// Where: `landing_form`.
    pub channel: &'static str,
    /// What shows it, without saying who: a keyed hash of the visitor's network address.
    pub evidence: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// Consent that was withdrawn, appended to what was given (UU PDP 27/2022, articles 9 and 40).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// What is not agreed to any more.
    pub purposes: Vec<&'static str>,
    /// Where: `whatsapp`, `admin`.
    pub channel: &'static str,
    /// What shows it, without its words: a keyed hash of the message's id, or who noted it.
    pub evidence: String,
    /// When, UTC.
    pub at: Timestamp,
}
