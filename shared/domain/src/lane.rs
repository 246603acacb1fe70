//! Lanes of the due index: where a row stands while it waits, and while it is being sent.
//!
//! A lane is a partition of the index, or, for rows that wait for one number, a part of one. Its
//! rows are ordered by the moment they are due.

use std::fmt;

use crate::ids::{CampaignId, NumberId};
use crate::message::Class;

/// A lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Rows of a class that are decided one by one.
    Class(Class),
    /// Rows of a campaign, spread over shards.
    Bulk {
        /// Their class.
        class: Class,
        /// Whose rows.
        campaign: CampaignId,
        /// 0 … shards − 1.
        shard: u8,
    },
    /// Rows that wait for the number their recipient has chatted with. All stand in one
    /// partition, by number and class, so that one look tells whether there are any.
    Sticky {
        /// The number.
        number: NumberId,
        /// Their class.
        class: Class,
    },
    /// Alerts that wait for their sequence number.
    WaitingSequence,
    /// Welcomes above the ceiling, by the end of their use (requirement L8).
    Held,
    /// Claimed rows, by the end of their lease.
    Sending,
}

/// Partition of all sticky rows.
pub const STICKY: &str = "sticky#0";

impl Lane {
    /// Index partition, `welcome#0`.
    #[must_use]
    pub fn partition(&self) -> String {
        match self {
            Self::Class(class) => format!("{}#0", class.as_str()),
            Self::Bulk {
                class,
                campaign,
                shard,
            } => format!("{}#{campaign}#{shard}", class.as_str()),
            Self::Sticky { .. } => STICKY.to_owned(),
            Self::WaitingSequence => "waiting_sequence#0".to_owned(),
            Self::Held => "held#0".to_owned(),
            Self::Sending => "sending#0".to_owned(),
        }
    }

    /// What stands before the time in the sort key: nothing, or `<number>#<rank of the class>#`.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self {
            Self::Sticky { number, class } => format!("{number}#{}#", *class as u8),
            _ => String::new(),
        }
    }

    /// Reads partition and sort key; returns the lane and the part of the sort key that is a time.
    #[must_use]
    pub fn parse<'a>(partition: &str, sort_key: &'a str) -> Option<(Self, &'a str)> {
        match partition {
            STICKY => {
                let (number, rest) = sort_key.split_once('#')?;
                let (rank, time) = rest.split_once('#')?;
                let class = *Class::ALL.get(rank.parse::<usize>().ok()?)?;
                let number = number.parse().ok()?;
                Some((Self::Sticky { number, class }, time))
            }
            "waiting_sequence#0" => Some((Self::WaitingSequence, sort_key)),
            "held#0" => Some((Self::Held, sort_key)),
            "sending#0" => Some((Self::Sending, sort_key)),
            other => {
                let mut parts = other.split('#');
                let class = Class::parse(parts.next()?)?;
                let lane = match (parts.next()?, parts.next()) {
                    ("0", None) => Self::Class(class),
                    (campaign, Some(shard)) => Self::Bulk {
                        class,
                        campaign: campaign.parse().ok()?,
                        shard: shard.parse().ok()?,
                    },
                    _ => return None,
                };
                parts.next().is_none().then_some((lane, sort_key))
            }
        }
    }
}

/// For logs: holds no more than ids.
impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.partition(), self.prefix())
    }
}

/// A campaign whose rows may be sent: its lanes are looked at. A paused one is not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCampaign {
    /// Which.
    pub campaign: CampaignId,
    /// Class of its rows.
    pub class: Class,
    /// Over how many lanes its rows are spread; at least 1.
    pub shards: u8,
}

impl OpenCampaign {
    /// Its lanes, beginning with one that `random` chooses, so that numbers spread over them.
    pub fn lanes(&self, random: u64) -> impl Iterator<Item = Lane> + use<> {
        let Self {
            campaign,
            class,
            shards,
        } = *self;
        let shards = u64::from(shards.max(1));
        (0..shards).map(move |at| Lane::Bulk {
            class,
            campaign,
            shard: u8::try_from((random % shards + at) % shards).unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_lane_reads_back_from_its_keys() {
        let number = NumberId(Uuid::from_u128(7));
        let campaign = CampaignId(Uuid::from_u128(9));
        let mut lanes = vec![Lane::WaitingSequence, Lane::Held, Lane::Sending];
        for class in Class::ALL {
            lanes.push(Lane::Class(class));
            lanes.push(Lane::Sticky { number, class });
            lanes.push(Lane::Bulk {
                class,
                campaign,
                shard: 3,
            });
        }
        let time = "2026-11-29T12:30:00.000Z";
        for lane in lanes {
            let sort_key = format!("{}{time}", lane.prefix());
            assert_eq!(
                Lane::parse(&lane.partition(), &sort_key),
                Some((lane, time))
            );
        }
        for (partition, sort_key) in [
            ("", time),
            ("welcome", time),
            ("welcome#1", time),
            ("sticky#0", time),
            ("broadcast#x#1", time),
        ] {
            assert_eq!(Lane::parse(partition, sort_key), None, "{partition}");
        }
    }

    #[test]
    fn a_campaigns_lanes_are_all_there_whatever_comes_first() {
        let open = OpenCampaign {
            campaign: CampaignId(Uuid::nil()),
            class: Class::Broadcast,
            shards: 4,
        };
        for random in 0..9 {
            let mut shards: Vec<u8> = open
                .lanes(random)
                .filter_map(|lane| match lane {
                    Lane::Bulk { shard, .. } => Some(shard),
                    _ => None,
                })
                .collect();
            assert_eq!(u64::from(shards[0]), random % 4);
            shards.sort_unstable();
            assert_eq!(shards, [0, 1, 2, 3]);
        }
    }
}
