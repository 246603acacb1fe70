//! What a message is: its type, its class, its states and its identity.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::ids::{EventId, MessageId, NumberId, ParticipantId, Token};

/// `type` of the brief's `notifications_log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageType {
    /// To a new participant, with the registration.
    Welcome,
    /// To the referrer, about a new participant.
    ReferrerAlert,
    /// One's own referral link again (SPEC L6).
    Link,
    /// Before an event.
    Reminder,
    /// After an event.
    FollowUp,
    /// To a segment.
    Broadcast,
}

impl MessageType {
    const ALL: [Self; 6] = [
        Self::Welcome,
        Self::ReferrerAlert,
        Self::Link,
        Self::Reminder,
        Self::FollowUp,
        Self::Broadcast,
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
            Self::Welcome | Self::Link => Class::Welcome,
            Self::ReferrerAlert => Class::ReferrerAlert,
            Self::Reminder => Class::Reminder,
            Self::FollowUp => Class::FollowUp,
            Self::Broadcast => Class::Broadcast,
        }
    }

    /// How long after its cause a message is still worth sending. A welcome: 72 h (SPEC S7);
    /// an alert: a week; a link that was asked for: a day. Event messages carry their own end.
    #[must_use]
    pub fn useful_for(self) -> SignedDuration {
        match self {
            Self::Welcome => SignedDuration::from_hours(72),
            Self::Link => SignedDuration::from_hours(24),
            Self::ReferrerAlert | Self::Reminder | Self::FollowUp | Self::Broadcast => {
                SignedDuration::from_hours(7 * 24)
            }
        }
    }
}

/// Classes in order of priority, the most urgent first (SPEC S6).
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

/// Why a queued message is not sent yet (SPEC N5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// For its place among the referrer's invitees.
    Sequence,
    /// For sending hours.
    Window,
    /// For an hourly or daily cap.
    Quota,
    /// For a number's turn.
    Number,
    /// For the participant to write first.
    Chat,
    /// For its planned time.
    Scheduled,
    /// Stopped by a kill switch, a pause or a ceiling.
    Held,
    /// For its next try.
    Retry,
    /// Claimed; its request may be out.
    Sending,
}

/// How a message left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SentAs {
    /// The gateway took it. It never says “delivered”.
    Accepted,
    /// Its content went out inside another message.
    Grouped,
}

/// Why a message will not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The request may have been accepted; only a person sends it again.
    Unconfirmed,
    /// The gateway refused the recipient or the content.
    BadRecipient,
    /// The person asked us to stop.
    Suppressed,
    /// Its use was over before its turn came.
    Expired,
    /// Its cause was withdrawn.
    Cancelled,
    /// Every try failed.
    Exhausted,
    /// It was not final in a back-up that was restored.
    Restored,
}

/// A row's state: the brief's `status` together with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// `queued`
    Queued(Waiting),
    /// `sent`
    Sent(SentAs),
    /// `failed`
    Failed(Failure),
}

impl State {
    const ALL: [Self; 18] = [
        Self::Queued(Waiting::Sequence),
        Self::Queued(Waiting::Window),
        Self::Queued(Waiting::Quota),
        Self::Queued(Waiting::Number),
        Self::Queued(Waiting::Chat),
        Self::Queued(Waiting::Scheduled),
        Self::Queued(Waiting::Held),
        Self::Queued(Waiting::Retry),
        Self::Queued(Waiting::Sending),
        Self::Sent(SentAs::Accepted),
        Self::Sent(SentAs::Grouped),
        Self::Failed(Failure::Unconfirmed),
        Self::Failed(Failure::BadRecipient),
        Self::Failed(Failure::Suppressed),
        Self::Failed(Failure::Expired),
        Self::Failed(Failure::Cancelled),
        Self::Failed(Failure::Exhausted),
        Self::Failed(Failure::Restored),
    ];

    /// `status` of the brief: `queued`, `sent` or `failed`.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Sent(_) => "sent",
            Self::Failed(_) => "failed",
        }
    }

    /// The stored reason word.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Queued(waiting) => match waiting {
                Waiting::Sequence => "waiting_sequence",
                Waiting::Window => "waiting_window",
                Waiting::Quota => "waiting_quota",
                Waiting::Number => "waiting_number",
                Waiting::Chat => "waiting_chat",
                Waiting::Scheduled => "scheduled",
                Waiting::Held => "held",
                Waiting::Retry => "retry",
                Waiting::Sending => "sending",
            },
            Self::Sent(SentAs::Accepted) => "accepted",
            Self::Sent(SentAs::Grouped) => "grouped",
            Self::Failed(failure) => match failure {
                Failure::Unconfirmed => "unconfirmed",
                Failure::BadRecipient => "bad_recipient",
                Failure::Suppressed => "suppressed",
                Failure::Expired => "expired",
                Failure::Cancelled => "cancelled",
                Failure::Exhausted => "exhausted",
                Failure::Restored => "restored",
            },
        }
    }

    /// Reads the stored pair.
    #[must_use]
    pub fn parse(status: &str, reason: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.status() == status && s.reason() == reason)
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Queued(_))
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
    /// When its cause happened.
    pub cause_at: Timestamp,
    /// No request starts after this.
    pub expires_at: Timestamp,
    /// Requests that were made so far and failed for good reason to try again.
    pub attempts: u32,
    /// The time part of its place in the lane: not-before, or the lease's end once claimed.
    pub due: Timestamp,
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_stored_word_reads_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.status(), state.reason()), Some(state));
        }
        for t in MessageType::ALL {
            assert_eq!(MessageType::parse(t.as_str()), Some(t));
        }
        for c in Class::ALL {
            assert_eq!(Class::parse(c.as_str()), Some(c));
        }
        assert_eq!(State::parse("sent", "expired"), None);
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
    fn priority_is_the_order_of_the_classes() {
        assert!(Class::Reminder < Class::Welcome);
        assert!(Class::Welcome < Class::ReferrerAlert);
        assert!(Class::FollowUp < Class::Broadcast);
    }
}
