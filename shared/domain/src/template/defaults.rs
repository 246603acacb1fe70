//! The texts that a new system starts with: the brief's, to the letter, with the additions
//! that requirement N3 allows.

use super::{Placeholder, Template, TemplateError};

/// A message text that exists from the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefaultTemplate {
    /// To a new participant.
    Welcome,
    /// To the referrer of a new participant.
    ReferrerAlert,
    /// To a referrer, about several new participants (requirement N1); not in the brief.
    ReferrerAlertGroup,
    /// Before an event.
    Reminder,
    /// After an event. The brief's text announces the next one: without one it renders empty.
    FollowUp,
    /// Broadcast with further information (brief, section 4).
    BroadcastKabar,
    /// Broadcast that invites to share the link (brief, section 7).
    BroadcastSharing,
    /// The link again, for a number that is registered already (requirement L6); not in the brief.
    Link,
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

impl DefaultTemplate {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Welcome,
        Self::ReferrerAlert,
        Self::ReferrerAlertGroup,
        Self::Reminder,
        Self::FollowUp,
        Self::BroadcastKabar,
        Self::BroadcastSharing,
        Self::Link,
    ];

    /// Name under which its versions are stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::ReferrerAlert => "referrer_alert",
            Self::ReferrerAlertGroup => "referrer_alert_group",
            Self::Reminder => "reminder",
            Self::FollowUp => "follow_up",
            Self::BroadcastKabar => "broadcast_kabar",
            Self::BroadcastSharing => "broadcast_sharing",
            Self::Link => "link",
        }
    }

    /// The template of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.name() == name)
    }

    /// The text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Welcome => include_str!("../../templates/welcome.txt"),
            Self::ReferrerAlert => include_str!("../../templates/referrer_alert.txt"),
            Self::ReferrerAlertGroup => {
                include_str!("../../templates/referrer_alert_group.txt")
            }
            Self::Reminder => include_str!("../../templates/reminder.txt"),
            Self::FollowUp => include_str!("../../templates/follow_up.txt"),
            Self::BroadcastKabar => include_str!("../../templates/broadcast_kabar.txt"),
            Self::BroadcastSharing => include_str!("../../templates/broadcast_sharing.txt"),
            Self::Link => include_str!("../../templates/link.txt"),
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
            Self::FollowUp => recipient_and![EventTitle, EventDateTime, EventDate],
            Self::BroadcastKabar | Self::BroadcastSharing => {
                recipient_and![EventTitle, EventDateTime, EventDate, Topic, LinkPage]
            }
            Self::Link => recipient_and![],
        }
    }

    /// The text, parsed.
    ///
    /// # Errors
    /// Never for the texts of this build; a test parses each.
    pub fn template(self) -> Result<Template, TemplateError> {
        Template::parse(self.text(), self.placeholders())
    }
}
