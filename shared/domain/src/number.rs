//! A sending number: its limits and whether it can be used.

use jiff::{SignedDuration, Timestamp};

use crate::ids::NumberId;

mod health;

pub use health::{CHECK_LEASE, HealthChange, HealthMark, HealthRecord, KEPT_CHANGES, Stage, What};

/// Limits of one number. Private fields: a value is always within the brief's ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    gap_min_s: u16,
    gap_max_s: u16,
    hourly_cap: u16,
    daily_cap: u32,
    warms_up: bool,
}

/// The limits were outside what the brief allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// Requirement S2: at least 2 s, and a minimum no greater than the maximum.
    #[error(
        "the gap must be at least {} s and its minimum no greater than its maximum (at most {} s)",
        Limits::GAP_FLOOR_S,
        Limits::GAP_CEILING_S
    )]
    Gap,
    /// Requirement S2: at most 600 in any 60 minutes.
    #[error("the hourly cap must be from 1 to {}", Limits::HOURLY_CEILING)]
    Hourly,
    /// A daily cap of nothing would be a pause.
    #[error("the daily cap must be at least 1")]
    Daily,
}

impl Limits {
    /// Brief, section 5: at most 600 messages an hour and account.
    pub const HOURLY_CEILING: u16 = 600;
    /// Brief, section 5: random delay of 2–5 s.
    pub const GAP_FLOOR_S: u16 = 2;
    /// Longest gap that one queue delay can carry.
    pub const GAP_CEILING_S: u16 = 900;
    /// Far below the ceiling: new accounts that send hundreds an hour get restricted.
    pub const DEFAULT: Self = Self {
        gap_min_s: 2,
        gap_max_s: 5,
        hourly_cap: 240,
        daily_cap: 1_000,
        warms_up: true,
    };

    /// Limits of a number that warms up: gap in whole seconds, caps in messages.
    ///
    /// # Errors
    /// [`LimitsError`] says which figure is outside its range.
    pub fn new(
        gap_min_s: u16,
        gap_max_s: u16,
        hourly_cap: u16,
        daily_cap: u32,
    ) -> Result<Self, LimitsError> {
        if gap_min_s < Self::GAP_FLOOR_S || gap_min_s > gap_max_s || gap_max_s > Self::GAP_CEILING_S
        {
            return Err(LimitsError::Gap);
        }
        if hourly_cap == 0 || hourly_cap > Self::HOURLY_CEILING {
            return Err(LimitsError::Hourly);
        }
        if daily_cap == 0 {
            return Err(LimitsError::Daily);
        }
        Ok(Self {
            gap_min_s,
            gap_max_s,
            hourly_cap,
            daily_cap,
            warms_up: true,
        })
    }

    /// The same with or without a warm-up, for a number that is in use elsewhere every day.
    #[must_use]
    pub fn with_warm_up(mut self, warms_up: bool) -> Self {
        self.warms_up = warms_up;
        self
    }

    /// Whether a new or long unused number begins with few messages a day.
    #[must_use]
    pub fn warms_up(&self) -> bool {
        self.warms_up
    }

    /// A gap in whole seconds, drawn by `random`, any value.
    #[must_use]
    pub fn draw_gap(&self, random: u64) -> SignedDuration {
        let choices = u64::from(self.gap_max_s - self.gap_min_s) + 1;
        let extra = u16::try_from(random % choices).unwrap_or(0);
        SignedDuration::from_secs(i64::from(self.gap_min_s + extra))
    }

    /// Shortest gap, seconds.
    #[must_use]
    pub fn gap_min_s(&self) -> u16 {
        self.gap_min_s
    }

    /// Longest gap, seconds.
    #[must_use]
    pub fn gap_max_s(&self) -> u16 {
        self.gap_max_s
    }

    /// Messages in any 60 minutes.
    #[must_use]
    pub fn hourly_cap(&self) -> u16 {
        self.hourly_cap
    }

    /// Messages in a calendar day, WIB.
    #[must_use]
    pub fn daily_cap(&self) -> u32 {
        self.daily_cap
    }
}

/// Why a number was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutReason {
    /// Its key was refused.
    KeyInvalid,
    /// What is stored of its key cannot be opened.
    KeyUnreadable,
    /// The gateway answered with a redirect.
    Redirected,
    /// Too many failures in a row.
    FailureStreak,
}

impl OutReason {
    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyInvalid => "key_invalid",
            Self::KeyUnreadable => "key_unreadable",
            Self::Redirected => "redirected",
            Self::FailureStreak => "failure_streak",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::KeyInvalid,
            Self::KeyUnreadable,
            Self::Redirected,
            Self::FailureStreak,
        ];
        all.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// A sending number as the engine sees it; its phone and key are not needed to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its id.
    pub id: NumberId,
    /// Order of preference, 1 first.
    pub priority: u16,
    /// `is_active` of the brief: false once it was taken out.
    pub is_active: bool,
    /// Why it was taken out.
    pub out_reason: Option<OutReason>,
    /// Stopped by an admin.
    pub paused: bool,
    /// Since when the number has been in use.
    pub in_use_since: Timestamp,
    /// Gap and caps.
    pub limits: Limits,
    /// Failures in a row.
    pub failure_streak: u32,
    /// Not to be used before, after failures.
    pub cool_until: Option<Timestamp>,
    /// What has happened to it.
    pub record: HealthRecord,
}

/// Whether a number can be used, apart from its caps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Usable,
    /// It rests until then.
    CoolingUntil(Timestamp),
    /// It is out or paused.
    Out,
}

impl Number {
    /// Health now.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Health {
        if !self.is_active || self.paused {
            return Health::Out;
        }
        match self.cool_until {
            Some(until) if until > now => Health::CoolingUntil(until),
            _ => Health::Usable,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_outside_the_brief_are_refused() {
        assert_eq!(Limits::new(1, 5, 240, 1_000), Err(LimitsError::Gap));
        assert_eq!(Limits::new(6, 5, 240, 1_000), Err(LimitsError::Gap));
        assert_eq!(Limits::new(2, 5, 601, 1_000), Err(LimitsError::Hourly));
        assert_eq!(Limits::new(2, 5, 0, 1_000), Err(LimitsError::Hourly));
        assert_eq!(Limits::new(2, 5, 600, 0), Err(LimitsError::Daily));
        assert!(Limits::new(2, 5, 600, 4_800).is_ok());
    }

    proptest! {
        #[test]
        fn a_drawn_gap_is_within_its_bounds(random: u64, min in 2u16..=900, span in 0u16..=898) {
            let max = (min + span).min(900);
            let limits = Limits::new(min, max, 240, 1_000).unwrap();
            let gap = limits.draw_gap(random).as_secs();
            prop_assert!(i64::from(min) <= gap && gap <= i64::from(max));
        }
    }
}
