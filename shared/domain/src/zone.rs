//! The zones of Indonesia, and Western Indonesian Time, in which the programme plans and counts days.

use jiff::civil::{Date, DateTime};
use jiff::tz::{self, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// The three zones of Indonesia. None has daylight-saving time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// Western, UTC+7: the zone of the programme.
    #[default]
    Wib,
    /// Central, UTC+8.
    Wita,
    /// Eastern, UTC+9.
    Wit,
}

impl Zone {
    /// All zones, from west to east.
    pub const ALL: [Self; 3] = [Self::Wib, Self::Wita, Self::Wit];

    /// As it is written behind a time, and stored.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// Reads the label.
    #[must_use]
    pub fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|zone| zone.label() == label)
    }

    pub(crate) fn offset(self) -> Offset {
        match self {
            Self::Wib => Offset::constant(7),
            Self::Wita => Offset::constant(8),
            Self::Wit => Offset::constant(9),
        }
    }

    pub(crate) fn local(self, time: Timestamp) -> DateTime {
        self.offset().to_datetime(time)
    }
}

/// WIB, UTC+7 all year: Indonesia has no daylight-saving time.
#[must_use]
pub fn wib() -> TimeZone {
    TimeZone::fixed(tz::offset(7))
}

/// The calendar day in WIB.
#[must_use]
pub fn wib_day(at: Timestamp) -> Date {
    at.to_zoned(wib()).date()
}

/// The first moment of the next calendar day in WIB.
#[must_use]
pub fn next_wib_day(at: Timestamp) -> Timestamp {
    let local = at.to_zoned(wib());
    let since_midnight = local.time().duration_since(jiff::civil::Time::midnight());
    at.saturating_add(SignedDuration::from_hours(24) - since_midnight)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_day_changes_at_seventeen_hours_utc_also_over_month_and_year() {
        let before: Timestamp = "2026-12-31T16:59:59.999Z".parse().unwrap();
        let after: Timestamp = "2026-12-31T17:00:00Z".parse().unwrap();
        assert_eq!(wib_day(before).to_string(), "2026-12-31");
        assert_eq!(wib_day(after).to_string(), "2027-01-01");
        assert_eq!(next_wib_day(before), after);
        assert_eq!(next_wib_day(after).to_string(), "2027-01-01T17:00:00Z");
    }
}
