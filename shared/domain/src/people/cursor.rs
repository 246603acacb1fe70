//! Where a page of a list ended, as it travels to the admin and back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::Uuid;

use crate::ids::ParticipantId;

/// Namespace of the fingerprints, drawn once for this project.
const NAMESPACE: Uuid = Uuid::from_u128(0x52c4_7f0e_91d3_4a68_b7e2_0d9c_1f63_a845);
/// No cursor of ours is longer.
const LONGEST: usize = 200;

/// A place in the order of a list, the newest first: everybody from here on has been shown, and who
/// stands behind it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Among all, by the moment of registration: this participant, or the beginning of this moment.
    Registered {
        /// When, UTC, in whole milliseconds.
        at: Timestamp,
        /// Whom of that moment.
        id: Option<ParticipantId>,
    },
    /// Among those whom one referrer invited: this place.
    Place(u64),
}

impl Mark {
    /// The cursor: base64url of version, fingerprint of the question, and place. It names nobody but
    /// by id.
    #[must_use]
    pub fn to_cursor(self, question: &str) -> String {
        let place = match self {
            Self::Registered { at, id } => {
                let id = id.map(|id| id.to_string()).unwrap_or_default();
                format!("r|{}|{id}", at.as_millisecond())
            }
            Self::Place(place) => format!("p|{place}|"),
        };
        let fingerprint = Uuid::new_v5(&NAMESPACE, question.as_bytes());
        URL_SAFE_NO_PAD.encode(format!("1|{}|{place}", fingerprint.simple()))
    }

    /// Reads a cursor; `None` for one that is none of ours, or of another question.
    #[must_use]
    pub fn from_cursor(cursor: &str, question: &str) -> Option<Self> {
        if cursor.len() > LONGEST {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.split('|');
        let mut next = || parts.next();
        let (version, fingerprint, kind) = (next()?, next()?, next()?);
        let (place, id) = (next()?, next()?);
        let expected = Uuid::new_v5(&NAMESPACE, question.as_bytes());
        let is_ours = version == "1" && fingerprint == expected.simple().to_string();
        if !is_ours || next().is_some() {
            return None;
        }
        match kind {
            "r" => Some(Self::Registered {
                at: Timestamp::from_millisecond(place.parse().ok()?).ok()?,
                id: match id {
                    "" => None,
                    id => Some(id.parse().ok()?),
                },
            }),
            "p" if id.is_empty() => Some(Self::Place(place.parse().ok()?)),
            _ => None,
        }
    }
}
