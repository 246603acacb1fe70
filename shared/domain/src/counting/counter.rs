use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::ParticipantId;
use crate::participant::JoinStatus;
use crate::zone::wib_day;

/// One total. Days, months and years are those of the calendar in WIB.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Registrations of a day, those of erased people included.
    Registered(Date),
    /// Participants of a city, by [`crate::person::City::key`].
    City(String),
    /// Participants who have joined, or not.
    Joined(bool),
    /// Participants who receive messages (`true`), and who have stopped them.
    Subscribed(bool),
    /// People with a place among those that a participant invited, erased ones included, by the
    /// time of their registration.
    Referred(ParticipantId, Period),
    /// Messages decided on a day that stand like this now.
    Messages(Date, Outcome),
}

/// Over which time invitations are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// All of it.
    All,
    /// A year.
    Year(i16),
    /// A month: year, and 1 to 12.
    Month(i16, i8),
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It waits, or is being sent.
    Queued,
    /// The gateway has taken it.
    Sent,
    /// It was not sent, or nobody knows.
    Failed,
}

/// A stored name of a counter that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown counter")]
pub struct UnknownCounter;

impl Period {
    /// The month and the year that a moment lies in, and all time.
    #[must_use]
    pub fn all_of(at: Timestamp) -> [Self; 3] {
        let day = wib_day(at);
        [
            Self::All,
            Self::Year(day.year()),
            Self::Month(day.year(), day.month()),
        ]
    }

    /// As it is stored and asked for: `all`, `2026`, `2026-11`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
        }
    }
}

impl FromStr for Period {
    type Err = UnknownCounter;
    fn from_str(code: &str) -> Result<Self, UnknownCounter> {
        let number = |text: &str, digits: usize| {
            let is_number = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.parse::<i16>().ok()).flatten()
        };
        if code == "all" {
            return Ok(Self::All);
        }
        let Some((year, month)) = code.split_once('-') else {
            return number(code, 4).map(Self::Year).ok_or(UnknownCounter);
        };
        let month = number(month, 2).and_then(|month| i8::try_from(month).ok());
        match (number(year, 4), month) {
            (Some(year), Some(month @ 1..=12)) => Ok(Self::Month(year, month)),
            _ => Err(UnknownCounter),
        }
    }
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored status of a row.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

const STATUSES: [(&str, bool); 2] = [("belum_join", false), ("sudah_join", true)];
const SUBSCRIPTIONS: [(&str, bool); 2] = [("subscribed", true), ("unsubscribed", false)];

impl Counter {
    /// The name under which a mark remembers it: `city/bogor`.
    #[must_use]
    pub fn code(&self) -> String {
        let word = |words: [(&'static str, bool); 2], value: bool| {
            let found = words.into_iter().find(|(_, meaning)| *meaning == value);
            found.map(|(word, _)| word).unwrap_or_default()
        };
        match self {
            Self::Registered(day) => format!("registered/{day}"),
            Self::City(key) => format!("city/{key}"),
            Self::Joined(joined) => format!("status/{}", word(STATUSES, *joined)),
            Self::Subscribed(on) => format!("subscription/{}", word(SUBSCRIPTIONS, *on)),
            Self::Referred(id, period) => format!("referred/{id}/{}", period.code()),
            Self::Messages(day, outcome) => format!("messages/{day}/{}", outcome.as_str()),
        }
    }

    /// The counter of a status.
    #[must_use]
    pub fn status(status: JoinStatus) -> Self {
        Self::Joined(status == JoinStatus::SudahJoin)
    }
}

impl FromStr for Counter {
    type Err = UnknownCounter;
    fn from_str(code: &str) -> Result<Self, UnknownCounter> {
        let day = |text: &str| text.parse::<Date>().map_err(|_| UnknownCounter);
        let meaning = |words: [(&str, bool); 2], text: &str| {
            let found = words.into_iter().find(|(word, _)| *word == text);
            found.map(|(_, meaning)| meaning).ok_or(UnknownCounter)
        };
        let (kind, rest) = code.split_once('/').ok_or(UnknownCounter)?;
        let two = || rest.split_once('/').ok_or(UnknownCounter);
        match kind {
            "registered" => day(rest).map(Self::Registered),
            "city" => Ok(Self::City(rest.to_owned())),
            "status" => meaning(STATUSES, rest).map(Self::Joined),
            "subscription" => meaning(SUBSCRIPTIONS, rest).map(Self::Subscribed),
            "referred" => {
                let (id, period) = two()?;
                let id = id.parse().map_err(|_| UnknownCounter)?;
                Ok(Self::Referred(id, period.parse()?))
            }
            "messages" => {
                let (date, word) = two()?;
                let outcome = Outcome::parse(word).ok_or(UnknownCounter)?;
                Ok(Self::Messages(day(date)?, outcome))
            }
            _ => Err(UnknownCounter),
        }
    }
}
