//! Which part of which index is looked through, and in which order.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::filter::{Filter, utc_day, utc_start};
use crate::ids::{CampaignId, MessageId, ParticipantId};
use crate::lane::Lane;
use crate::message::{Failure, State};

/// Rows that are over are kept 400 days: before that there is nothing to look for.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 401);

/// The narrowest way to the messages that are asked for; whatever else is asked is asked of each
/// message that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `by_participant`.
    Participant(ParticipantId),
    /// `by_campaign`.
    Campaign(CampaignId),
    /// `by_problem`: those that a person should look at.
    Problem(Failure),
    /// `due`: everything that waits, lane by lane. These partitions, in this order; those of campaigns
    /// sorted, and behind all others.
    Lanes(Vec<String>),
    /// `by_day`, from the newest day down.
    Days,
}

/// A place in a list: what stands before it has been shown, and what stands behind it has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// By the moment a message was decided, the newest first: this message, or the beginning of this
    /// moment.
    Created {
        /// When, UTC, in whole milliseconds.
        at: Timestamp,
        /// Which of that moment.
        id: Option<MessageId>,
    },
    /// Among what waits: behind this row, or at the beginning of this lane.
    Lane {
        /// The lane's partition.
        lane: String,
        /// Its place there, and which row.
        behind: Option<(String, MessageId)>,
    },
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Messages to this participant.
    Participant(ParticipantId),
    /// Rows of this campaign.
    Campaign(CampaignId),
    /// Failures of this kind.
    Problem(Failure),
    /// What was decided on this UTC day.
    Day(Date),
    /// What stands in this partition of the due index.
    Lane(String),
}

/// What is to be read next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which part.
    pub part: Part,
    /// Nothing is asked for that was decided before; means nothing in a lane.
    pub from: Timestamp,
    /// Everything before this place has been shown.
    pub after: Mark,
}

/// A list in the order in which it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    source: Source,
    from: Timestamp,
    start: Option<Mark>,
}

impl Plan {
    /// The narrowest index first: a participant's messages, a campaign's, failures of a kind that has
    /// an index, what waits (`lanes` are the partitions in which anything can), and else the days.
    #[must_use]
    pub fn of(filter: &Filter, lanes: &[String], now: Timestamp) -> Self {
        let waits = filter.status == Some(QUEUED);
        let source = match (filter.participant, filter.campaign) {
            (Some(participant), _) => Source::Participant(participant),
            (None, Some(campaign)) => Source::Campaign(campaign),
            (None, None) => match filter.reason.and_then(indexed) {
                Some(failure) => Source::Problem(failure),
                None if waits => Source::Lanes(lanes.to_vec()),
                None => Source::Days,
            },
        };
        let kept = now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH);
        let start = match &source {
            Source::Lanes(lanes) => lanes.first().map(|lane| Mark::Lane {
                lane: lane.clone(),
                behind: None,
            }),
            // What is decided while somebody looks is newer than what they look at.
            _ => Some(Mark::Created {
                at: filter
                    .ends()
                    .map_or(just_behind(now), |end| end.min(just_behind(now))),
                id: None,
            }),
        };
        Self {
            source,
            from: filter.begins().map_or(kept, |from| from.max(kept)),
            start,
        }
    }

    /// Where the list begins; none if there is nothing to look through.
    #[must_use]
    pub fn start(&self) -> Option<Mark> {
        self.start.clone()
    }

    /// What is to be read behind a place; `None` if nothing is left, or the place is of another order.
    #[must_use]
    pub fn look(&self, after: &Mark) -> Option<Look> {
        let after = self.still_there(after)?;
        let part = match (&self.source, &after) {
            (Source::Lanes(_), Mark::Lane { lane, .. }) => Some(Part::Lane(lane.clone())),
            (Source::Lanes(_), Mark::Created { .. }) | (_, Mark::Lane { .. }) => None,
            (source, Mark::Created { at, id }) => self.reaches(*at, *id).then(|| match source {
                Source::Participant(participant) => Some(Part::Participant(*participant)),
                Source::Campaign(campaign) => Some(Part::Campaign(*campaign)),
                Source::Problem(failure) => Some(Part::Problem(*failure)),
                Source::Days => Some(Part::Day(day_below(*at, *id))),
                Source::Lanes(_) => None,
            })?,
        }?;
        let from = match &part {
            Part::Day(day) => utc_start(*day).map_or(self.from, |start| start.max(self.from)),
            _ => self.from,
        };
        Some(Look { part, from, after })
    }

    /// The same place, or the beginning of the lane after it if the place's lane is gone: a campaign
    /// may end between two pages, and those behind it go on waiting.
    fn still_there(&self, after: &Mark) -> Option<Mark> {
        let (Source::Lanes(lanes), Mark::Lane { lane, .. }) = (&self.source, after) else {
            return Some(after.clone());
        };
        if lanes.contains(lane) {
            return Some(after.clone());
        }
        let is_next = |one: &&String| is_of_campaign(one) && *one > lane;
        let next = lanes.iter().find(is_next);
        next.filter(|_| is_of_campaign(lane))
            .map(|next| Mark::Lane {
                lane: next.clone(),
                behind: None,
            })
    }

    /// Where to go on once a part is looked through; `None` at the end of the list.
    #[must_use]
    pub fn behind(&self, part: &Part) -> Option<Mark> {
        match (part, &self.source) {
            (Part::Day(day), _) => {
                let at = utc_start(*day)?;
                self.reaches(at, None)
                    .then_some(Mark::Created { at, id: None })
            }
            (Part::Lane(lane), Source::Lanes(lanes)) => {
                let next = lanes.iter().skip_while(|one| *one != lane).nth(1)?;
                Some(Mark::Lane {
                    lane: next.clone(),
                    behind: None,
                })
            }
            _ => None,
        }
    }

    fn reaches(&self, at: Timestamp, id: Option<MessageId>) -> bool {
        at > self.from || (at == self.from && id.is_some())
    }
}

fn is_of_campaign(partition: &str) -> bool {
    matches!(Lane::parse(partition, ""), Some((Lane::Bulk { .. }, _)))
}

const QUEUED: &str = "queued";

/// Failures of this reason, if there is an index of them.
fn indexed(reason: &str) -> Option<Failure> {
    [
        Failure::Unconfirmed,
        Failure::BadRecipient,
        Failure::Exhausted,
    ]
    .into_iter()
    .find(|failure| State::Failed(*failure).reason() == reason)
}

fn just_behind(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_millis(1))
        .unwrap_or(now)
}

/// The UTC day of the last message that can stand below.
fn day_below(at: Timestamp, id: Option<MessageId>) -> Date {
    let last = match id {
        Some(_) => at,
        None => at.checked_sub(SignedDuration::from_millis(1)).unwrap_or(at),
    };
    utc_day(last)
}
