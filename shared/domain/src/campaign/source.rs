//! Where the recipients of a campaign are looked for, and how far that has come.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::audience::Audience;

/// No registration is older than this month; an empty month costs one look.
pub(crate) const FIRST_YEAR: i16 = 2025;

/// The parts of an index that together hold everyone who may be a recipient, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The participants of one city, by its key.
    City(String),
    /// All that registered from one month to another, `2026-11`, both included.
    Months(Vec<String>),
}

/// How far the recipients have been looked through: everybody of this part up to this key, and of
/// all parts before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// City key or month.
    pub part: String,
    /// The last sort key that was considered; empty at the beginning of a part.
    pub after: String,
}

impl Source {
    /// One city if that is all that is asked for; otherwise the months in which its people can
    /// have registered.
    #[must_use]
    pub fn of(audience: &Audience, created_at: Timestamp) -> Self {
        let segment = match audience {
            Audience::Segment(segment) => Some(segment),
            Audience::EventDefault { .. } | Audience::Everybody => None,
        };
        let cities = segment.map(|segment| &segment.cities);
        if let Some((1, Some(city))) = cities.map(|all| (all.len(), all.first())) {
            return Self::City(city.clone());
        }
        // A day in WIB begins on the day before in UTC.
        let from = segment.and_then(|segment| segment.registered_from);
        let from = from.and_then(|day| day.yesterday().ok());
        let first = from.unwrap_or_else(|| Date::constant(FIRST_YEAR, 1, 1));
        let last = utc_day(created_at);
        let mut months = Vec::new();
        let mut month = first.first_of_month();
        while month <= last {
            months.push(format!("{:04}-{:02}", month.year(), month.month()));
            let Ok(next) = month.checked_add(jiff::Span::new().months(1)) else {
                break;
            };
            month = next;
        }
        Self::Months(months)
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        match self {
            Self::City(city) => std::slice::from_ref(city),
            Self::Months(months) => months,
        }
    }

    /// Where to begin; `None` if there is nobody to look for.
    #[must_use]
    pub fn start(&self) -> Option<Position> {
        self.parts().first().map(|part| Position::start_of(part))
    }

    /// Where to go on once a part is looked through.
    #[must_use]
    pub fn behind(&self, part: &str) -> Option<Position> {
        let mut parts = self.parts().iter().skip_while(|one| *one != part);
        parts.nth(1).map(|part| Position::start_of(part))
    }
}

impl Position {
    fn start_of(part: &str) -> Self {
        Self {
            part: part.to_owned(),
            after: String::new(),
        }
    }

    /// As it is stored: `<part>|<key>`.
    #[must_use]
    pub fn as_text(&self) -> String {
        format!("{}|{}", self.part, self.after)
    }

    /// Reads the stored form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (part, after) = text.split_once('|')?;
        Some(Self {
            part: part.to_owned(),
            after: after.to_owned(),
        })
    }
}

fn utc_day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
