//! What a template may ask for.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A value that the sender knows how to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Placeholder {
    /// `Bapak` or `Ibu`.
    Sapaan,
    /// The recipient's name; in an alert the new participant's, shortened without consent.
    Name,
    /// City; in an alert the new participant's, empty without consent.
    City,
    /// Profession; in an alert the new participant's, empty without consent.
    Profession,
    /// In an alert the new participant's number, `0812…`, masked without consent.
    Phone,
    /// The recipient's code, by default their number as `0812…`.
    ReferralCode,
    /// The new participant's place among the referrer's.
    ReferrerSequence,
    /// How many the referrer has invited.
    ReferrerTotal,
    /// Title of the event: the next one; in a reminder and in notices the one they are about.
    EventTitle,
    /// Its start, as [`crate::time_text::date_time`] writes it.
    EventDateTime,
    /// Its day, as [`crate::time_text::date`] writes it.
    EventDate,
    /// In the notice of a change: when it was to begin before, written like
    /// [`Placeholder::EventDateTime`], which then is the new time.
    EventOldDateTime,
    /// Address of the intro video.
    LinkVideo,
    /// The recipient's join link.
    ZoomLink,
    /// Time to the start, as [`crate::time_text::time_left`] writes it.
    TimeLeft,
    /// Host of the landing page, without scheme.
    SiteHost,
    /// A broadcast's subject, entered with it.
    Topic,
    /// A broadcast's page, entered with it.
    LinkPage,
    /// How many new participants one message tells of.
    GroupCount,
    /// Who they are, a line each, as [`crate::alert_group::list`] writes it.
    GroupList,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Sapaan,
        Self::Name,
        Self::City,
        Self::Profession,
        Self::Phone,
        Self::ReferralCode,
        Self::ReferrerSequence,
        Self::ReferrerTotal,
        Self::EventTitle,
        Self::EventDateTime,
        Self::EventDate,
        Self::EventOldDateTime,
        Self::LinkVideo,
        Self::ZoomLink,
        Self::TimeLeft,
        Self::SiteHost,
        Self::Topic,
        Self::LinkPage,
        Self::GroupCount,
        Self::GroupList,
    ];

    /// As it stands between the braces; the names are the brief's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sapaan => "sapaan",
            Self::Name => "name",
            Self::City => "city",
            Self::Profession => "profession",
            Self::Phone => "phone",
            Self::ReferralCode => "referral_code",
            Self::ReferrerSequence => "referrer_sequence",
            Self::ReferrerTotal => "referrer_total",
            Self::EventTitle => "event_title",
            Self::EventDateTime => "event_date_time",
            Self::EventDate => "event_date",
            Self::EventOldDateTime => "event_old_date_time",
            Self::LinkVideo => "link_video",
            Self::ZoomLink => "zoom_link",
            Self::TimeLeft => "time_left",
            Self::SiteHost => "site_host",
            Self::Topic => "topic",
            Self::LinkPage => "link_page",
            Self::GroupCount => "count",
            Self::GroupList => "list",
        }
    }

    /// Whether its value is entered with a broadcast; everything else is known, and nobody is to be
    /// called by another name.
    #[must_use]
    pub fn is_entered(self) -> bool {
        matches!(self, Self::Topic | Self::LinkPage)
    }

    /// The placeholder of that name; exact case, no spaces.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|placeholder| placeholder.name() == name)
    }
}

/// A stored word that names no placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no placeholder of this name")]
pub struct UnknownPlaceholder;

impl TryFrom<String> for Placeholder {
    type Error = UnknownPlaceholder;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::from_name(&name).ok_or(UnknownPlaceholder)
    }
}

impl From<Placeholder> for &'static str {
    fn from(placeholder: Placeholder) -> Self {
        placeholder.name()
    }
}
