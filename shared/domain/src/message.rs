//! What a message is: its type, its class, its states and its identity.

mod state;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use state::{Failure, SentAs, State, Waiting};

use crate::ids::{CampaignId, EventId, MessageId, NumberId, ParticipantId, Token};
use crate::lane::Lane;

/// `type` of the brief's `notifications_log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageType {
    /// To a new participant, with the registration.
    Welcome,
    /// To the referrer, about a new participant.
    ReferrerAlert,
    /// One's own referral link again (requirement L6).
    Link,
    /// Before an event.
    Reminder,
    /// After an event.
    FollowUp,
    /// To a segment.
    Broadcast,
    /// An event begins at another time (requirement N2).
    EventChanged,
    /// An event does not take place (requirement N2).
    EventCancelled,
    /// An admin tries a text or a number on themselves (requirement N2).
    Test,
}

impl MessageType {
    /// All types.
    pub const ALL: [Self; 9] = [
        Self::Welcome,
        Self::ReferrerAlert,
        Self::Link,
        Self::Reminder,
        Self::FollowUp,
        Self::Broadcast,
        Self::EventChanged,
        Self::EventCancelled,
        Self::Test,
    ];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::ReferrerAlert => "referrer_alert",
            Self::Link => "link",
            Self::Reminder => "reminder",
            Self::FollowUp => "follow_up",
            Self::Broadcast => "broadcast",
            Self::EventChanged => "event_changed",
            Self::EventCancelled => "event_cancelled",
            Self::Test => "test",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == word)
    }

    /// The class that decides priority and sending hours.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::Welcome | Self::Link | Self::Test => Class::Welcome,
            Self::ReferrerAlert => Class::ReferrerAlert,
            Self::Reminder | Self::EventChanged | Self::EventCancelled => Class::Reminder,
            Self::FollowUp => Class::FollowUp,
            Self::Broadcast => Class::Broadcast,
        }
    }

    /// Whether it is of use only as long as its event is planned as it was, or is a word about that.
    #[must_use]
    pub fn is_about_event(self) -> bool {
        matches!(
            self,
            Self::Reminder | Self::FollowUp | Self::EventChanged | Self::EventCancelled
        )
    }

    /// How long after its cause a message is still worth sending. A welcome: 72 h (requirement S7);
    /// an alert: a week; a link that was asked for: a day; a test, for which somebody sits and
    /// waits: an hour. Event messages carry their own end.
    #[must_use]
    pub fn useful_for(self) -> SignedDuration {
        match self {
            Self::Welcome => SignedDuration::from_hours(72),
            Self::Link => SignedDuration::from_hours(24),
            Self::Test => SignedDuration::from_hours(1),
            Self::ReferrerAlert
            | Self::Reminder
            | Self::FollowUp
            | Self::Broadcast
            | Self::EventChanged
            | Self::EventCancelled => SignedDuration::from_hours(7 * 24),
        }
    }
}

/// Classes in order of priority, the most urgent first (requirement S6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Reminders and notices about an event.
    Reminder,
    /// Welcomes and answers to somebody who is waiting right now.
    Welcome,
    /// News for a referrer.
    ReferrerAlert,
    /// After an event.
    FollowUp,
    /// To a segment.
    Broadcast,
}

impl Class {
    /// All classes, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::Reminder,
        Self::Welcome,
        Self::ReferrerAlert,
        Self::FollowUp,
        Self::Broadcast,
    ];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Welcome => "welcome",
            Self::ReferrerAlert => "referrer_alert",
            Self::FollowUp => "follow_up",
            Self::Broadcast => "broadcast",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == word)
    }
}

/// What makes a message the same message: deciding twice gives the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageKey<'a> {
    /// Its type.
    pub message_type: MessageType,
    /// What caused it: a participant's id, a date, an idempotency key.
    pub cause: &'a str,
    /// Whom it goes to.
    pub participant: ParticipantId,
    /// Counts deliberate repetitions of the same decision; 0 at first.
    pub revision: u32,
}

/// Namespace of the ids, drawn once for this project.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f1d_3a52_6c0e_4b77_9d15_2e64_b0a9_c3f1);

impl MessageKey<'_> {
    /// UUIDv5 of type, cause, participant and revision.
    #[must_use]
    pub fn id(&self) -> MessageId {
        let name = format!(
            "{}|{}|{}|{}",
            self.message_type.as_str(),
            self.cause,
            self.participant,
            self.revision
        );
        MessageId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

/// The id of the row that tells `referrer` about `subject`.
#[must_use]
pub fn alert_id(referrer: ParticipantId, subject: ParticipantId) -> MessageId {
    MessageKey {
        message_type: MessageType::ReferrerAlert,
        cause: &subject.to_string(),
        participant: referrer,
        revision: 0,
    }
    .id()
}

/// The id of a participant's welcome.
#[must_use]
pub fn welcome_id(participant: ParticipantId) -> MessageId {
    MessageKey {
        message_type: MessageType::Welcome,
        cause: &participant.to_string(),
        participant,
        revision: 0,
    }
    .id()
}

/// A row as it is first written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Deterministic id.
    pub id: MessageId,
    /// Its type.
    pub message_type: MessageType,
    /// Whom it goes to.
    pub participant_id: ParticipantId,
    /// Their `phone_index`, so that suppression can be asked in the same read.
    pub target_index: String,
    /// Whom it is about (alerts).
    pub subject_id: Option<ParticipantId>,
    /// The event it belongs to.
    pub event_id: Option<EventId>,
    /// When its cause happened; sending hours and expiry count from it.
    pub cause_at: Timestamp,
    /// When the row was decided.
    pub created_at: Timestamp,
    /// No request starts after this.
    pub expires_at: Timestamp,
    /// Why it is not sent yet.
    pub waiting: Waiting,
    /// Its place in the lane: when it may go at the earliest; for `waiting_sequence`, when it
    /// began to wait. Sending hours do not move it: they close the lane.
    pub not_before: Timestamp,
    /// When it will go as far as is known now, for whoever looks at the row.
    pub expected_at: Timestamp,
    /// The number it waits for: the one the recipient has chatted with (requirement S8).
    pub sticky: Option<NumberId>,
    /// The campaign it is a row of.
    pub campaign: Option<InCampaign>,
}

/// A row's place in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InCampaign {
    /// Which.
    pub id: CampaignId,
    /// In which of its lanes it waits.
    pub shard: u8,
}

impl NewMessage {
    /// The lane in which it begins to wait.
    #[must_use]
    pub fn lane(&self) -> Lane {
        let class = self.message_type.class();
        match (self.waiting, self.campaign, self.sticky) {
            (Waiting::Sequence, ..) => Lane::WaitingSequence,
            (_, Some(InCampaign { id, shard }), _) => Lane::Bulk {
                class,
                campaign: id,
                shard,
            },
            (_, None, Some(number)) => Lane::Sticky { number, class },
            (_, None, None) => Lane::Class(class),
        }
    }
}

/// A row as the due index shows it: enough to claim it and to ask everything about it at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMessage {
    /// Row id.
    pub id: MessageId,
    /// Its type.
    pub message_type: MessageType,
    /// Whom it goes to.
    pub participant_id: ParticipantId,
    /// Their `phone_index` when the row was written.
    pub target_index: String,
    /// Whom it is about.
    pub subject_id: Option<ParticipantId>,
    /// The event it belongs to.
    pub event_id: Option<EventId>,
    /// The campaign it is a row of.
    pub campaign_id: Option<CampaignId>,
    /// When its cause happened.
    pub cause_at: Timestamp,
    /// No request starts after this.
    pub expires_at: Timestamp,
    /// Requests that were made so far and failed for good reason to try again.
    pub attempts: u32,
    /// The time part of its place in the lane: not-before, or the lease's end once claimed.
    pub due: Timestamp,
    /// Where it was seen.
    pub lane: Lane,
    /// What the row says that it waits for, and until when as far as is known.
    pub said: (Waiting, Option<Timestamp>),
    /// Who holds it, once claimed.
    pub claim: Option<Claim>,
}

/// A claim on a row: by which number, under which token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The claiming turn's token.
    pub token: Token,
    /// The number that sends it.
    pub number_id: NumberId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_word_reads_back() {
        for t in MessageType::ALL {
            assert_eq!(MessageType::parse(t.as_str()), Some(t));
        }
        for c in Class::ALL {
            assert_eq!(Class::parse(c.as_str()), Some(c));
        }
    }

    #[test]
    fn the_same_decision_has_the_same_id_and_another_one_has_not() {
        let participant = ParticipantId(Uuid::from_u128(1));
        let key = MessageKey {
            message_type: MessageType::Welcome,
            cause: "a",
            participant,
            revision: 0,
        };
        assert_eq!(key.id(), key.id());
        assert_ne!(key.id(), MessageKey { cause: "b", ..key }.id());
        assert_ne!(key.id(), MessageKey { revision: 1, ..key }.id());
        assert_ne!(
            key.id(),
            MessageKey {
                message_type: MessageType::Link,
                ..key
            }
            .id()
        );
    }

    #[test]
    fn each_type_has_its_class_and_its_use() {
        for (message_type, class, hours) in [
            (MessageType::Welcome, Class::Welcome, 72),
            (MessageType::Link, Class::Welcome, 24),
            (MessageType::Test, Class::Welcome, 1),
            (MessageType::ReferrerAlert, Class::ReferrerAlert, 168),
            (MessageType::Reminder, Class::Reminder, 168),
            (MessageType::EventChanged, Class::Reminder, 168),
            (MessageType::EventCancelled, Class::Reminder, 168),
            (MessageType::FollowUp, Class::FollowUp, 168),
            (MessageType::Broadcast, Class::Broadcast, 168),
        ] {
            assert_eq!(message_type.class(), class, "{message_type:?}");
            let useful = SignedDuration::from_hours(hours);
            assert_eq!(message_type.useful_for(), useful, "{message_type:?}");
        }
        assert_eq!(MessageType::ALL.len(), 9);
    }

    #[test]
    fn priority_is_the_order_of_the_classes() {
        assert!(Class::Reminder < Class::Welcome);
        assert!(Class::Welcome < Class::ReferrerAlert);
        assert!(Class::FollowUp < Class::Broadcast);
    }
}
