//! Virtual time: milliseconds since a Monday's midnight in WIB.

use jiff::{SignedDuration, Timestamp};

/// Milliseconds since the beginning of the simulation.
pub(crate) type Ms = i64;

pub(crate) const SECOND: Ms = 1_000;
pub(crate) const MINUTE: Ms = 60 * SECOND;
pub(crate) const HOUR: Ms = 60 * MINUTE;
pub(crate) const DAY: Ms = 24 * HOUR;

/// 30 November 2026, 00.00 WIB.
const MIDNIGHT_S: i64 = 1_795_971_600;

/// As the rules know it.
pub(crate) fn stamp(at: Ms) -> Timestamp {
    Timestamp::from_millisecond(MIDNIGHT_S * SECOND + at).unwrap_or(Timestamp::MAX)
}

/// Back again.
pub(crate) fn ms(at: Timestamp) -> Ms {
    at.as_millisecond() - MIDNIGHT_S * SECOND
}

pub(crate) fn length(of: SignedDuration) -> Ms {
    Ms::try_from(of.as_millis()).unwrap_or(Ms::MAX)
}

/// As rows store it, to keep a million of them small; what lies beyond 49 days is never.
pub(crate) fn packed(at: Ms) -> u32 {
    u32::try_from(at.max(0)).unwrap_or(u32::MAX)
}
