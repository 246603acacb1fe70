//! Western Indonesian Time, in which the programme plans, counts days and keeps its hours.

use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use jiff::{SignedDuration, Timestamp};

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
