//! Conditions on a message of the log.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::ids::{CampaignId, NumberId, ParticipantId};
use crate::message::{MessageType, State};
use crate::zone::wib;

/// Conditions that hold all together; one that is not set holds for every message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// To this participant.
    pub participant: Option<ParticipantId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// `queued`, `sent` or `failed`.
    pub status: Option<&'static str>,
    /// The word of [`State::reason`].
    pub reason: Option<&'static str>,
    /// Of this type.
    pub message_type: Option<MessageType>,
    /// Sent, or last tried, by this number.
    pub number: Option<NumberId>,
    /// Decided on this day or later, WIB.
    pub from: Option<Date>,
    /// Decided on this day or earlier, WIB.
    pub to: Option<Date>,
}

/// What is known of a message; what is not known yet decides nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// To whom.
    pub participant: Option<ParticipantId>,
    /// Its type.
    pub message_type: Option<MessageType>,
    /// Its state.
    pub state: Option<State>,
    /// The number that sent it or tried to.
    pub number: Option<Option<NumberId>>,
    /// The campaign it is a row of.
    pub campaign: Option<Option<CampaignId>>,
    /// When it was decided, UTC.
    pub created_at: Option<Timestamp>,
}

impl Filter {
    /// Whether the message may be one that is asked for, as far as is known.
    #[must_use]
    pub fn may_hold_for(&self, message: &Glimpse) -> bool {
        fn fits<T: PartialEq>(asked: Option<T>, known: Option<T>) -> bool {
            match (asked, known) {
                (Some(asked), Some(known)) => asked == known,
                _ => true,
            }
        }
        let within = message.created_at.is_none_or(|at| {
            self.begins().is_none_or(|from| at >= from) && self.ends().is_none_or(|end| at < end)
        });
        within
            && fits(self.participant, message.participant)
            && fits(self.campaign.map(Some), message.campaign)
            && fits(self.status, message.state.map(State::status))
            && fits(self.reason, message.state.map(State::reason))
            && fits(self.message_type, message.message_type)
            && fits(self.number.map(Some), message.number)
    }

    /// The first moment of the days that are asked for.
    #[must_use]
    pub fn begins(&self) -> Option<Timestamp> {
        first_moment(self.from?)
    }

    /// The first moment behind the days that are asked for.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        first_moment(self.to?.tomorrow().ok()?)
    }

    /// One text for one question, in which a cursor is at home.
    #[must_use]
    pub fn question(&self) -> String {
        fn shown<T: std::fmt::Display>(value: Option<T>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        [
            shown(self.participant),
            shown(self.campaign),
            shown(self.status),
            shown(self.reason),
            shown(self.message_type.map(MessageType::as_str)),
            shown(self.number),
            shown(self.from),
            shown(self.to),
        ]
        .join("|")
    }
}

fn first_moment(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(wib()).ok()?.timestamp())
}

/// The UTC day of a moment, by which the log is parted.
pub(super) fn utc_day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first moment of a UTC day.
pub(super) fn utc_start(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
