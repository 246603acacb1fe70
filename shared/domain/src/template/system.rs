//! The messages that the system sends by itself and the texts it starts with: the brief's, to the
//! letter, with the additions that requirement N3 allows.

use super::{Placeholder, Template, TemplateError};
use crate::attendance::Attendance;
use crate::message::MessageType;

/// A text that the system sends by itself: there is always an active one, at first the shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemTemplate {
    /// To a new participant.
    Welcome,
    /// To the referrer of a new participant.
    ReferrerAlert,
    /// To a referrer, about several new participants (requirement N1); not in the brief.
    ReferrerAlertGroup,
    /// The link again, for a number that is registered already (requirement L6); not in the brief.
    Link,
    /// Before an event.
    Reminder,
    /// After an event, to whoever came.
    FollowUp,
    /// After an event, to whoever registered and did not come; not in the brief.
    FollowUpMissed,
    /// After an event, to whoever registered and may have come; not in the brief.
    FollowUpUnknown,
    /// An event begins at another time (requirement N2); not in the brief.
    EventChanged,
    /// An event does not take place (requirement N2); not in the brief.
    EventCancelled,
    /// An admin tries a number (requirement N2); not in the brief.
    Test,
}

/// What is known about the recipient of any message.
macro_rules! recipient_and {
    ($($more:ident),*) => {
        &[
            Placeholder::Sapaan,
            Placeholder::Name,
            Placeholder::City,
            Placeholder::Profession,
            Placeholder::ReferralCode,
            Placeholder::SiteHost,
            $(Placeholder::$more),*
        ]
    };
}

/// What a broadcast can fill in.
pub(super) const BROADCAST: &[Placeholder] = recipient_and![
    EventTitle,
    EventDateTime,
    EventDate,
    LinkVideo,
    Topic,
    LinkPage
];

impl SystemTemplate {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Welcome,
        Self::ReferrerAlert,
        Self::ReferrerAlertGroup,
        Self::Link,
        Self::Reminder,
        Self::FollowUp,
        Self::FollowUpMissed,
        Self::FollowUpUnknown,
        Self::EventChanged,
        Self::EventCancelled,
        Self::Test,
    ];

    /// Name under which its versions are stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::ReferrerAlert => "referrer_alert",
            Self::ReferrerAlertGroup => "referrer_alert_group",
            Self::Link => "link",
            Self::Reminder => "reminder",
            Self::FollowUp => "follow_up",
            Self::FollowUpMissed => "follow_up_missed",
            Self::FollowUpUnknown => "follow_up_unknown",
            Self::EventChanged => "event_changed",
            Self::EventCancelled => "event_cancelled",
            Self::Test => "test",
        }
    }

    /// The template of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
    }

    /// What a message of this type says; `attendance` tells the follow-ups apart. `None` for a
    /// broadcast, which names its template.
    #[must_use]
    pub fn of(message_type: MessageType, attendance: Attendance) -> Option<Self> {
        Some(match message_type {
            MessageType::Welcome => Self::Welcome,
            MessageType::ReferrerAlert => Self::ReferrerAlert,
            MessageType::Link => Self::Link,
            MessageType::Reminder => Self::Reminder,
            MessageType::FollowUp => match attendance {
                Attendance::Came => Self::FollowUp,
                Attendance::Missed => Self::FollowUpMissed,
                Attendance::Unknown => Self::FollowUpUnknown,
            },
            MessageType::EventChanged => Self::EventChanged,
            MessageType::EventCancelled => Self::EventCancelled,
            MessageType::Test => Self::Test,
            MessageType::Broadcast => return None,
        })
    }

    /// The shipped text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Welcome => include_str!("../../templates/welcome.txt"),
            Self::ReferrerAlert => include_str!("../../templates/referrer_alert.txt"),
            Self::ReferrerAlertGroup => {
                include_str!("../../templates/referrer_alert_group.txt")
            }
            Self::Link => include_str!("../../templates/link.txt"),
            Self::Reminder => include_str!("../../templates/reminder.txt"),
            Self::FollowUp => include_str!("../../templates/follow_up.txt"),
            Self::FollowUpMissed => include_str!("../../templates/follow_up_missed.txt"),
            Self::FollowUpUnknown => include_str!("../../templates/follow_up_unknown.txt"),
            Self::EventChanged => include_str!("../../templates/event_changed.txt"),
            Self::EventCancelled => include_str!("../../templates/event_cancelled.txt"),
            Self::Test => include_str!("../../templates/test.txt"),
        }
    }

    /// The shipped text for when [`SystemTemplate::text`] comes out empty. The brief's follow-up
    /// is one line that names the next event; without one it is left out, and this is the rest of it.
    #[must_use]
    pub fn text_if_empty(self) -> Option<&'static str> {
        match self {
            Self::FollowUp => Some(include_str!("../../templates/follow_up_no_event.txt")),
            _ => None,
        }
    }

    /// What the sender can fill in for this kind of message, also in an admin's own version.
    #[must_use]
    pub fn placeholders(self) -> &'static [Placeholder] {
        match self {
            Self::Welcome => recipient_and![EventTitle, EventDateTime, EventDate, LinkVideo],
            // All but the totals is about the new participant, not about the recipient.
            Self::ReferrerAlert => &[
                Placeholder::Name,
                Placeholder::City,
                Placeholder::Profession,
                Placeholder::Phone,
                Placeholder::ReferrerSequence,
                Placeholder::ReferrerTotal,
            ],
            Self::ReferrerAlertGroup => {
                recipient_and![ReferrerTotal, GroupCount, GroupList]
            }
            Self::Reminder => {
                recipient_and![EventTitle, EventDateTime, EventDate, ZoomLink, TimeLeft]
            }
            Self::FollowUp | Self::FollowUpMissed | Self::FollowUpUnknown => {
                recipient_and![EventTitle, EventDateTime, EventDate]
            }
            Self::EventChanged => recipient_and![
                EventTitle,
                EventDateTime,
                EventDate,
                EventOldDateTime,
                ZoomLink
            ],
            Self::EventCancelled => recipient_and![EventTitle, EventDateTime, EventDate],
            Self::Link | Self::Test => recipient_and![],
        }
    }

    /// The shipped text, parsed.
    ///
    /// # Errors
    /// Never for the texts of this build; a test parses each.
    pub fn template(self) -> Result<Template, TemplateError> {
        Template::parse(self.text(), self.placeholders())
    }

    /// The shipped message: [`SystemTemplate::text`], or what stands in for it if that comes out
    /// empty.
    ///
    /// # Errors
    /// Never for the texts of this build; a test parses each.
    pub fn shipped(self, vars: &super::Vars) -> Result<String, TemplateError> {
        let text = self.template()?.render(vars);
        match self.text_if_empty() {
            Some(other) if text.is_empty() => {
                Ok(Template::parse(other, self.placeholders())?.render(vars))
            }
            _ => Ok(text),
        }
    }
}
