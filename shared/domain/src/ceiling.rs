//! The ceiling on cold welcomes (requirement L8): how many people who have not written to us get
//! a first message from us on one day.

use crate::message::MessageType;
use crate::participant::Participant;

/// The ceiling that a message counts against; none if it may go whatever was sent today.
///
/// Only a welcome counts, and only to somebody who has not written to us. `released` says that a
/// chat or an admin has let this very row go.
#[must_use]
pub fn counts_against(
    message_type: MessageType,
    recipient: &Participant,
    released: bool,
    per_day: Option<u32>,
) -> Option<u32> {
    let cold = message_type == MessageType::Welcome && recipient.chat.is_none() && !released;
    per_day.filter(|_| cold)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use uuid::Uuid;

    use super::*;
    use crate::ids::{NumberId, ParticipantId};
    use crate::participant::Chat;
    use crate::person::{City, PersonName, Profession, Sapaan};
    use crate::phone::Phone;

    fn stranger() -> Participant {
        Participant {
            id: ParticipantId(Uuid::from_u128(1)),
            sapaan: Sapaan::Ibu,
            name: PersonName::parse("Siti").unwrap(),
            city: City::parse("Bogor").unwrap(),
            profession: Profession::parse("Guru").unwrap(),
            phone: Phone::parse("081210000001").unwrap(),
            phone_index: "1.x".to_owned(),
            referrer_id: None,
            referrer_sequence: None,
            registered_at: jiff::Timestamp::UNIX_EPOCH,
            event_id: None,
            consent_share: false,
            unsubscribed: false,
            chat: None,
        }
    }

    #[test]
    fn only_a_welcome_to_somebody_who_has_not_written_counts() {
        let cold = stranger();
        let warm = Participant {
            chat: Some(Chat {
                number_id: NumberId(Uuid::from_u128(2)),
                at: jiff::Timestamp::UNIX_EPOCH,
            }),
            ..stranger()
        };
        let welcome = MessageType::Welcome;
        assert_eq!(counts_against(welcome, &cold, false, Some(2)), Some(2));
        assert_eq!(counts_against(welcome, &cold, false, None), None);
        assert_eq!(counts_against(welcome, &cold, true, Some(2)), None);
        assert_eq!(counts_against(welcome, &warm, false, Some(2)), None);
        assert_eq!(
            counts_against(MessageType::Link, &cold, false, Some(2)),
            None
        );
    }
}
