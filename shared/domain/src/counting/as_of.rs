use jiff::{SignedDuration, Timestamp};

/// Whoever notes a change so long after it was made is behind: records gather for five seconds, and
/// counting takes moments.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

/// The streams that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// Changes of `participants`.
    Participants,
    /// Changes of `notifications_log`.
    Messages,
}

impl Stream {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Participants, Self::Messages];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::Messages => "messages",
        }
    }
}

/// How far one stream was followed when somebody looked at it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// What was changed before this moment is counted, UTC.
    pub until: Timestamp,
    /// When that was noted, UTC.
    pub noted_at: Timestamp,
}

/// As of when the totals equal the rows: the last change that was counted, or where the stream stands
/// that is behind. A stream that nothing comes out of holds nobody back; that it is stuck is what the
/// age of its iterator tells. `None` if nothing was ever counted.
#[must_use]
pub fn as_of(streams: &[Followed]) -> Option<Timestamp> {
    let behind = streams
        .iter()
        .filter(|stream| stream.noted_at.duration_since(stream.until) > BEHIND);
    let behind = behind.map(|stream| stream.until).min();
    behind.or_else(|| streams.iter().map(|stream| stream.until).max())
}

/// Up to where a batch of one stream was counted: before the oldest change that was not, or else to
/// the newest. Pairs of when a change was made and whether it was counted.
#[must_use]
pub fn counted_until(batch: &[(Timestamp, bool)]) -> Option<Timestamp> {
    let open = batch.iter().filter(|(_, counted)| !counted);
    let open = open.map(|(at, _)| *at).min();
    open.or_else(|| batch.iter().map(|(at, _)| *at).max())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-30T{time}Z").parse().unwrap()
    }

    fn followed(until: &str, noted_at: &str) -> Followed {
        Followed {
            until: at(until),
            noted_at: at(noted_at),
        }
    }

    #[test]
    fn the_totals_are_as_old_as_the_stream_that_is_behind_and_else_as_the_last_change() {
        let quiet = followed("03:00:00", "03:00:06");
        let busy = followed("09:59:58", "10:00:04");
        let behind = followed("09:00:00", "10:00:00");
        assert_eq!(as_of(&[]), None);
        assert_eq!(as_of(&[quiet]), Some(at("03:00:00")));
        assert_eq!(as_of(&[quiet, busy]), Some(at("09:59:58")));
        assert_eq!(as_of(&[behind, busy]), Some(at("09:00:00")));
        assert_eq!(as_of(&[behind, quiet]), Some(at("09:00:00")));
    }

    #[test]
    fn a_batch_is_counted_up_to_the_first_change_that_was_not() {
        let (one, two, three) = (at("10:00:01"), at("10:00:02"), at("10:00:03"));
        assert_eq!(counted_until(&[]), None);
        let all = [(two, true), (three, true), (one, true)];
        assert_eq!(counted_until(&all), Some(three));
        let holes = [(one, true), (three, false), (two, false)];
        assert_eq!(counted_until(&holes), Some(two));
    }
}
