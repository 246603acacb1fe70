//! The sending numbers of a run.

use domain::dispatch::Runner;
use domain::ids::NumberId;
use domain::number::{Limits, Number};
use domain::pace::{Pace, daily_cap};
use uuid::Uuid;

use crate::config::Config;
use crate::time::{DAY, HOUR, Ms, stamp};

/// Gap in seconds, hourly cap, daily cap, priority, days in use.
const KINDS: [(u16, u16, u16, u32, u16, Ms); 10] = [
    (2, 5, 600, 4_800, 1, 90),
    (2, 5, 600, 3_000, 1, 300),
    (2, 5, 240, 1_000, 2, 60),
    (3, 9, 400, 2_400, 1, 45),
    (120, 180, 600, 4_800, 3, 90),
    (2, 5, 480, 3_840, 1, 120),
    (5, 20, 300, 2_400, 2, 30),
    (2, 5, 600, 4_800, 1, 4),
    (2, 4, 360, 2_880, 4, 500),
    (4, 8, 500, 4_000, 1, 0),
];

/// Limits that `scale_percent` makes smaller; gaps stay.
fn limits(kind: (u16, u16, u16, u32, u16, Ms), scale_percent: u32) -> Limits {
    let (gap_min, gap_max, hourly, daily, ..) = kind;
    let scaled = |cap: u32| (cap * scale_percent / 100).max(1);
    let hourly = u16::try_from(scaled(u32::from(hourly))).unwrap_or(1);
    let limits = Limits::new(gap_min, gap_max, hourly, scaled(daily));
    limits.unwrap_or(Limits::DEFAULT)
}

/// All numbers, none of which has sent anything yet.
pub(crate) fn fleet(config: &Config) -> Vec<Runner> {
    (0..usize::from(config.numbers))
        .map(|at| {
            let kind = KINDS[at % KINDS.len()];
            let id = NumberId(Uuid::from_u128(at as u128));
            Runner {
                number: Number {
                    id,
                    priority: kind.4,
                    is_active: true,
                    out_reason: None,
                    paused: false,
                    in_use_since: stamp(-kind.5 * DAY + HOUR),
                    limits: limits(kind, config.scale_percent),
                    failure_streak: 0,
                    cool_until: None,
                    record: domain::number::HealthRecord::default(),
                },
                pace: Pace::new(id, stamp(0)),
            }
        })
        .collect()
}

/// What all of them may send on their first day, and within eight hours.
pub(crate) fn daily_capacity(runners: &[Runner]) -> u32 {
    let a_day = |runner: &Runner| {
        let limits = &runner.number.limits;
        let cycle_s = u32::from(limits.gap_min_s() + limits.gap_max_s()) / 2 + 1;
        let hourly = u32::from(limits.hourly_cap()).min(3_600 / cycle_s);
        daily_cap(&runner.number, &runner.pace, stamp(0)).min(8 * hourly)
    };
    runners.iter().map(a_day).sum()
}
