//! Sending hours: when messages of a class may leave (requirement S3).

mod policy;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

pub use policy::{HoursPolicy, HoursRule};

pub use crate::zone::Zone;

/// The window that begins on one day: from `open` (inclusive) to `close` (exclusive). A close that
/// is not after its opening lies on the next day; midnight to midnight is the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    open: Time,
    close: Time,
}

/// The hours were no hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// A window of no length.
    #[error("a window must not close at the moment it opens, unless both are midnight")]
    Empty,
    /// No day has a window: that is what the kill switch is for.
    #[error("at least one day of the week must have a window")]
    Never,
}

impl Window {
    /// A window.
    ///
    /// # Errors
    /// [`HoursError::Empty`] if it opens and closes at the same time of day, midnight excepted.
    pub fn new(open: Time, close: Time) -> Result<Self, HoursError> {
        if open == close && open != Time::midnight() {
            return Err(HoursError::Empty);
        }
        Ok(Self { open, close })
    }

    /// When it opens.
    #[must_use]
    pub fn open(&self) -> Time {
        self.open
    }

    /// When it closes, on the same day or the next.
    #[must_use]
    pub fn close(&self) -> Time {
        self.close
    }
}

/// An open stretch of time, from the first moment (inclusive) to the second (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment.
    pub from: Timestamp,
    /// First moment after it.
    pub to: Timestamp,
}

/// Windows for each weekday, in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendingHours {
    zone: Zone,
    /// Monday first.
    days: [Option<Window>; 7],
}

impl SendingHours {
    /// The brief's default, 09.00–17.00 WIB every day.
    pub const DEFAULT: Self = Self {
        zone: Zone::Wib,
        days: [Some(Window {
            open: Time::constant(9, 0, 0, 0),
            close: Time::constant(17, 0, 0, 0),
        }); 7],
    };

    /// The same window every day, WIB.
    ///
    /// # Errors
    /// [`HoursError::Empty`] as [`Window::new`].
    pub fn new(open: Time, close: Time) -> Result<Self, HoursError> {
        let window = Window::new(open, close)?;
        Self::weekly(Zone::Wib, [Some(window); 7])
    }

    /// A window for each weekday, Monday first; none on a day without sending.
    ///
    /// # Errors
    /// [`HoursError::Never`] if no day has one.
    pub fn weekly(zone: Zone, days: [Option<Window>; 7]) -> Result<Self, HoursError> {
        if days.iter().all(Option::is_none) {
            return Err(HoursError::Never);
        }
        Ok(Self { zone, days })
    }

    /// The zone the windows are stated in.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The windows, Monday first.
    #[must_use]
    pub fn days(&self) -> &[Option<Window>; 7] {
        &self.days
    }

    /// Whether messages that keep the hours may leave at this moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.span_at(at).is_some()
    }

    /// `at` itself while open, otherwise the next opening.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        self.next_span(at).map_or(Timestamp::MAX, |span| span.from)
    }

    /// What is left of the open stretch that `at` lies in, otherwise the next one. Windows that
    /// touch or overlap are one stretch only as far as one window reaches.
    #[must_use]
    pub fn next_span(&self, at: Timestamp) -> Option<Span> {
        if let Some(span) = self.span_at(at) {
            return Some(Span { from: at, ..span });
        }
        let today = self.zone.local(at).date();
        // Eight days: a weekly window may have closed just now.
        (0..=7)
            .filter_map(|ahead| self.span_of(today.checked_add(ahead.days()).ok()?))
            .find(|span| span.from > at)
    }

    /// Since when it has been open at this moment; none while it is closed.
    #[must_use]
    pub fn open_since(&self, at: Timestamp) -> Option<Timestamp> {
        self.span_at(at).map(|span| span.from)
    }

    fn span_at(&self, at: Timestamp) -> Option<Span> {
        let today = self.zone.local(at).date();
        // Yesterday's window may pass midnight. Of two that are open, the longer counts.
        [today.yesterday().ok(), Some(today)]
            .into_iter()
            .flatten()
            .filter_map(|day| self.span_of(day))
            .filter(|span| span.from <= at && at < span.to)
            .max_by_key(|span| span.to)
    }

    fn span_of(&self, day: Date) -> Option<Span> {
        let monday_is_0 = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
        let window = (*self.days.get(monday_is_0)?)?;
        let opening = day.to_datetime(window.open);
        let from = self.zone.offset().to_timestamp(opening).ok()?;
        let length = window.close.duration_since(window.open);
        let length = if length.is_positive() {
            length
        } else {
            length + SignedDuration::from_hours(24)
        };
        Some(Span {
            from,
            to: from.checked_add(length).ok()?,
        })
    }
}

#[cfg(test)]
mod tests;
