//! What a run came to.

use std::collections::BTreeMap;
use std::fmt;

use crate::observer::{Delays, Openings, Violations};
use crate::rows::Standing;
use crate::scenario::Foretold;

/// The result of one simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Rows by how they ended.
    pub ends: BTreeMap<Standing, u64>,
    /// What must never happen, and did.
    pub violations: Violations,
    /// Requests that the receiver saw.
    pub requests: u64,
    /// Requests while enough work waited, and what was possible in that time.
    pub real: u64,
    /// The same for ideal numbers.
    pub ideal: u64,
    /// Delays of single reminders.
    pub delays: Delays,
    /// How often the gateway was held to be down.
    pub openings: Openings,
    /// The forecast beside what came, for [`crate::Story::Backlog`].
    pub foretold: Vec<Foretold>,
    /// Events that were played.
    pub events: u64,
    /// Virtual time, days.
    pub days: f64,
}

impl Report {
    /// Requests of what was possible, from 0 to 1; 1 if nothing was measured.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        if self.ideal == 0 {
            return 1.0;
        }
        self.real as f64 / self.ideal as f64
    }

    /// By how much the worst forecast was wrong, as a part of the time from question to end.
    #[must_use]
    pub fn forecast_error(&self) -> f64 {
        self.foretold
            .iter()
            .map(Foretold::error)
            .fold(0.0, f64::max)
    }

    /// How often something happened that must not.
    #[must_use]
    pub fn violations(&self) -> u64 {
        self.violations.values().map(|(count, _)| count).sum()
    }
}

/// A table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (standing, count) in &self.ends {
            writeln!(
                f,
                "{:<34}{count:>12}",
                format!("{standing:?}").to_lowercase()
            )?;
        }
        writeln!(f, "{:<34}{:>12}", "requests", self.requests)?;
        writeln!(f, "{:<34}{:>12.1}", "virtual days", self.days)?;
        writeln!(f, "{:<34}{:>12}", "events", self.events)?;
        writeln!(
            f,
            "{:<34}{:>11.2}%  ({} of {})",
            "throughput while work waits",
            self.throughput() * 100.0,
            self.real,
            self.ideal
        )?;
        writeln!(
            f,
            "{:<34}{:>10.1} s  (99.9 %: {:.1} s, half: {:.1} s; {} watched)",
            "longest delay of a reminder",
            self.delays.longest_s(),
            self.delays.at(0.999),
            self.delays.at(0.5),
            self.delays.ms.len()
        )?;
        writeln!(
            f,
            "{:<34}{:>12}",
            "  longer than a gap and a request", self.delays.over
        )?;
        writeln!(f, "{:<34}{:>12}", "outages", self.openings.outages)?;
        writeln!(
            f,
            "{:<34}{:>12}  ({} while it worked; {:.0} s held then or longer than it was down)",
            "gateway held to be down",
            self.openings.all,
            self.openings.wrong,
            self.openings.wrong_ms as f64 / 1_000.0
        )?;
        for one in &self.foretold {
            writeln!(
                f,
                "{:<34}{:>10.0} s  (foretold {:.0} s, {:.1} % off)",
                format!("{:?} done after", one.class).to_lowercase(),
                one.came_s,
                one.foretold_s,
                one.error() * 100.0
            )?;
        }
        writeln!(f, "{:<34}{:>12}", "violations", self.violations())?;
        for (what, (count, example)) in &self.violations {
            writeln!(f, "  {what:?}: {count}; {example}")?;
        }
        Ok(())
    }
}
