//! Where a turn looks for a row: the lanes in order of priority, and how far back in each.

use jiff::Timestamp;

use crate::dispatch::{Runner, row_age_for};
use crate::lane::Lane;
use crate::message::Class;
use crate::number::Number;
use crate::pace::{MaySend, Pace, may_send};
use crate::reserve::Reserves;
use crate::settings::{Control, Settings};

/// One look into one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Which lane.
    pub lane: Lane,
    /// Rows due from then on, inclusive.
    pub from: Timestamp,
    /// Rows due up to then, inclusive.
    pub to: Timestamp,
}

/// What a turn knows when it looks for a row.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// Settings.
    pub settings: &'a Settings,
    /// Switches and open campaigns.
    pub control: &'a Control,
    /// What is kept free of the caps.
    pub reserves: &'a Reserves<'a>,
    /// Whose turn it is.
    pub number: &'a Number,
    /// Its pace.
    pub pace: &'a Pace,
    /// Usable numbers of a better priority.
    pub better: &'a [Runner],
    /// Whether any row waits for this very number.
    pub has_sticky: bool,
}

impl Turn<'_> {
    /// The looks of this turn, the most urgent class first. Within a class: what waits for this
    /// number, what any number may send, then the open campaigns, beginning with one that
    /// `random` chooses, so that campaigns of one class take turns.
    #[must_use]
    pub fn looks(&self, now: Timestamp, random: u64) -> Vec<Look> {
        let mut looks = Vec::new();
        for class in Class::ALL {
            if self.control.stops(class) {
                continue;
            }
            let Some(from) = self.settings.hours.lane_open_from(class, now) else {
                continue;
            };
            let reserve = self.reserves.of(class, self.number, now);
            if may_send(self.number, self.pace, reserve, now) != MaySend::Now {
                continue;
            }
            let mut add = |lane, to| {
                if from <= to {
                    looks.push(Look { lane, from, to });
                }
            };
            if self.has_sticky {
                let number = self.number.id;
                add(Lane::Sticky { number, class }, now);
            }
            let strategy = self.settings.strategy;
            let age = row_age_for(
                self.number,
                class,
                self.better,
                self.reserves,
                strategy,
                now,
            );
            let to = now.saturating_sub(age).unwrap_or(now);
            if class != Class::Broadcast {
                add(Lane::Class(class), to);
            }
            for lane in self.control.lanes(class, random) {
                add(lane, to);
            }
        }
        looks
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::{CampaignId, NumberId};
    use crate::lane::OpenCampaign;
    use crate::number::Limits;
    use uuid::Uuid;

    fn number() -> Number {
        Number {
            id: NumberId(Uuid::from_u128(1)),
            priority: 1,
            is_active: true,
            out_reason: None,
            paused: false,
            in_use_since: Timestamp::UNIX_EPOCH,
            limits: Limits::DEFAULT,
            failure_streak: 0,
            cool_until: None,
        }
    }

    fn lanes(at: &str, control: &Control, welcome_percent: u8, has_sticky: bool) -> Vec<String> {
        let now: Timestamp = at.parse().unwrap();
        let number = number();
        let looks = Turn {
            settings: &Settings::default(),
            control,
            reserves: &Reserves::new(welcome_percent, &[], [&number], now),
            number: &number,
            pace: &Pace::new(number.id, now),
            better: &[],
            has_sticky,
        }
        .looks(now, 5);
        let name = |look: Look| match look.lane {
            Lane::Class(class) => class.as_str().to_owned(),
            Lane::Bulk {
                campaign, shard, ..
            } => format!("{}/{shard}", campaign.0.as_u128()),
            Lane::Sticky { class, .. } => format!("own {}", class.as_str()),
            other => other.partition(),
        };
        looks.into_iter().map(name).collect()
    }

    fn with_campaigns() -> Control {
        let open = |campaign, class, shards| OpenCampaign {
            campaign: CampaignId(Uuid::from_u128(campaign)),
            class,
            shards,
        };
        Control {
            open: vec![
                open(1, Class::Broadcast, 2),
                open(2, Class::Reminder, 1),
                open(3, Class::Broadcast, 1),
            ],
            ..Control::default()
        }
    }

    #[test]
    fn the_most_urgent_class_comes_first_and_campaigns_after_single_rows() {
        let noon = "2026-11-30T05:00:00Z";
        assert_eq!(
            lanes(noon, &with_campaigns(), 0, false),
            [
                "reminder",
                "2/0",
                "welcome",
                "referrer_alert",
                "follow_up",
                "3/0",
                "1/1",
                "1/0"
            ]
        );
        assert_eq!(
            lanes(noon, &Control::default(), 0, true)[..4],
            ["own reminder", "reminder", "own welcome", "welcome"]
        );
    }

    #[test]
    fn closed_lanes_are_not_looked_at() {
        let night = "2026-11-30T15:00:00Z";
        assert_eq!(
            lanes(night, &with_campaigns(), 0, false),
            ["reminder", "2/0", "welcome"]
        );
        let mut control = with_campaigns();
        control.stopped.push(Class::Reminder);
        assert_eq!(lanes(night, &control, 0, false), ["welcome"]);
        control.all_stopped = true;
        assert!(lanes(night, &control, 0, true).is_empty());
        // Everything is reserved: broadcasts have to wait.
        let noon = "2026-11-30T05:00:00Z";
        let kept = lanes(noon, &with_campaigns(), 100, false);
        assert_eq!(kept.last().map(String::as_str), Some("follow_up"));
    }
}
