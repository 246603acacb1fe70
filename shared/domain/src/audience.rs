//! Whom an event or a broadcast is for, and who of them is left out (requirements E1, E5).

mod input;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use input::AudienceInput;
pub use words::Names;

use crate::attendance::Attendance;
use crate::ids::{EventId, ParticipantId};
use crate::participant::JoinStatus;
use crate::zone::wib_day;

/// Whom something is for. The serialised form is what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Audience {
    /// The event's registrants and everybody who has not joined yet: an event's default.
    EventDefault {
        /// Whose registrants.
        event: EventId,
    },
    /// Whoever all conditions hold for.
    Segment(Segment),
    /// Everybody.
    Everybody,
}

/// Conditions that hold all together; one that is not set holds for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Lives in one of these, by [`crate::person::City::key`]; empty = anywhere.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cities: BTreeSet<String>,
    /// Registered on this day or later, WIB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_from: Option<Date>,
    /// Registered on this day or earlier, WIB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_to: Option<Date>,
    /// Invited by this participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<ParticipantId>,
    /// Has joined, or has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<JoinStatus>,
    /// Came to an event, did not, or nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<AttendanceOf>,
    /// The registration belongs to this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_for: Option<EventId>,
}

/// A condition on the attendance of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceOf {
    /// Which event.
    pub event: EventId,
    /// What is known about it.
    pub is: Attendance,
}

/// What is known about somebody when an audience is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// [`crate::person::City::key`].
    pub city_key: &'a str,
    /// When they registered, UTC.
    pub registered_at: Timestamp,
    /// Who invited them.
    pub referrer: Option<ParticipantId>,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// Events that the registration belongs to, by the rule that gives one without an event to the
    /// next event created; at least those that the audience names.
    pub registered_for: &'a [EventId],
    /// What is known of the attendance of the event the audience names; `Unknown` without a record.
    pub attendance: Attendance,
    /// Asked to stop.
    pub unsubscribed: bool,
    /// Agreed to messages, and has not withdrawn it.
    pub consented: bool,
    /// Erased: nothing but a place among the invited is left.
    pub erased: bool,
    /// Has this very message already, under this number or in this campaign.
    pub duplicate: bool,
    /// When earlier broadcasts were decided for them, in any order.
    pub broadcasts: &'a [Timestamp],
}

/// Why somebody does not get it. In a preview only those whom the audience means are counted by
/// reason, so the reasons stand behind [`LeftOut::NotInSegment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// There is nobody left to write to.
    Erased,
    /// The audience does not mean them.
    NotInSegment,
    /// They asked to stop.
    Unsubscribed,
    /// They did not agree to messages.
    NoConsent,
    /// They have it already.
    Duplicate,
    /// They had as many broadcasts lately as one person may have.
    BroadcastCap,
}

impl LeftOut {
    /// All reasons, in the order in which they are looked at.
    pub const ALL: [Self; 6] = [
        Self::Erased,
        Self::NotInSegment,
        Self::Unsubscribed,
        Self::NoConsent,
        Self::Duplicate,
        Self::BroadcastCap,
    ];

    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::NotInSegment => "not_in_segment",
            Self::Unsubscribed => "unsubscribed",
            Self::NoConsent => "no_consent",
            Self::Duplicate => "duplicate",
            Self::BroadcastCap => "broadcast_cap",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// How many broadcasts one person gets (requirement E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BroadcastCap {
    /// At most so many …
    pub most: u32,
    /// … in so many days.
    pub days: u16,
}

impl Default for BroadcastCap {
    /// Three in a week.
    fn default() -> Self {
        Self { most: 3, days: 7 }
    }
}

impl BroadcastCap {
    /// From when on earlier broadcasts count against one at `at`.
    #[must_use]
    pub fn counts_from(self, at: Timestamp) -> Timestamp {
        let span = SignedDuration::from_hours(24 * i64::from(self.days));
        at.saturating_sub(span).unwrap_or(Timestamp::MIN)
    }

    /// Whether one more at `at` is within the cap; `earlier` are the times of all others, also of
    /// those that are planned but not sent.
    #[must_use]
    pub fn allows(self, earlier: &[Timestamp], at: Timestamp) -> bool {
        let from = self.counts_from(at);
        let count = earlier
            .iter()
            .filter(|time| **time > from && **time <= at)
            .count();
        u32::try_from(count).is_ok_and(|count| count < self.most)
    }
}

impl Audience {
    /// Whether somebody gets it. `broadcast` is the cap and the planned time of a broadcast; `None`
    /// for everything else, which no cap holds up.
    ///
    /// # Errors
    /// The first of the reasons in [`LeftOut::ALL`].
    pub fn admits(
        &self,
        person: &Facts<'_>,
        broadcast: Option<(BroadcastCap, Timestamp)>,
    ) -> Result<(), LeftOut> {
        let capped = || broadcast.is_some_and(|(cap, at)| !cap.allows(person.broadcasts, at));
        if person.erased {
            Err(LeftOut::Erased)
        } else if !self.means(person) {
            Err(LeftOut::NotInSegment)
        } else if person.unsubscribed {
            Err(LeftOut::Unsubscribed)
        } else if !person.consented {
            Err(LeftOut::NoConsent)
        } else if person.duplicate {
            Err(LeftOut::Duplicate)
        } else if capped() {
            Err(LeftOut::BroadcastCap)
        } else {
            Ok(())
        }
    }

    /// Whether the audience means somebody, whatever else keeps messages from them.
    #[must_use]
    pub fn means(&self, person: &Facts<'_>) -> bool {
        match self {
            Self::EventDefault { event } => {
                person.registered_for.contains(event) || person.status == JoinStatus::BelumJoin
            }
            Self::Segment(segment) => segment.means(person),
            Self::Everybody => true,
        }
    }

    /// The event whose attendance decides, if one does: [`Facts::attendance`] is about it.
    #[must_use]
    pub fn attendance_of(&self) -> Option<EventId> {
        match self {
            Self::Segment(segment) => segment.attendance.map(|of| of.event),
            Self::EventDefault { .. } | Self::Everybody => None,
        }
    }

    /// The event whose registrants are meant, if only or also those are.
    #[must_use]
    pub fn registered_for(&self) -> Option<EventId> {
        match self {
            Self::EventDefault { event } => Some(*event),
            Self::Segment(segment) => segment.registered_for,
            Self::Everybody => None,
        }
    }
}

impl Segment {
    fn means(&self, person: &Facts<'_>) -> bool {
        let day = wib_day(person.registered_at);
        (self.cities.is_empty() || self.cities.contains(person.city_key))
            && self.registered_from.is_none_or(|from| day >= from)
            && self.registered_to.is_none_or(|to| day <= to)
            && self.referrer.is_none_or(|who| person.referrer == Some(who))
            && self.status.is_none_or(|status| person.status == status)
            && self.attendance.is_none_or(|of| person.attendance == of.is)
            && self
                .registered_for
                .is_none_or(|event| person.registered_for.contains(&event))
    }
}
