//! A text that an admin sends to a number of the team before others get it (requirement N3).

use uuid::Uuid;

use crate::ids::ParticipantId;
use crate::media::MediaName;
use crate::phone::Phone;

/// Letters that leave within an hour, at most, whoever sends them: they are for trying a text, not
/// for writing to people.
pub const MOST_AN_HOUR: u32 = 30;

/// What such a message says, and to whom. There need be no participant of that number, so its row
/// carries both, encrypted, until it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The number of the team.
    pub phone: Phone,
    /// The text as it was looked at.
    pub text: String,
    /// What goes along.
    pub media: Option<MediaName>,
}

/// Namespace of the ids below, drawn once for this project.
const NAMESPACE: Uuid = Uuid::from_u128(0x2c71_d0a4_95b8_4f3e_8a06_e1f7_43bd_5c92);

/// Whose a letter is in the log: the same for each letter to a number, whose keyed hash
/// `phone_index` is, and never a participant's.
#[must_use]
pub fn reader_id(phone_index: &str) -> ParticipantId {
    ParticipantId(Uuid::new_v5(&NAMESPACE, phone_index.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_reader_and_another_number_another() {
        assert_eq!(reader_id("1.abc"), reader_id("1.abc"));
        assert_ne!(reader_id("1.abc"), reader_id("1.abd"));
        // Those of participants are random, version 4.
        assert_eq!(reader_id("1.abc").0.get_version_num(), 5);
    }
}
