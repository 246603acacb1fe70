//! What an outage of the whole gateway must not do.

use std::collections::BTreeSet;

use domain::breaker::Phase;
use domain::outcome::Outcome;

use super::timeline::Timeline;
use crate::time::{Ms, SECOND};
use crate::turn::TIMEOUT;

/// Two numbers that fail so close together tell that it is the gateway. A little less than what
/// is promised.
const TOGETHER: Ms = 59 * SECOND;

/// What is stored of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    No,
    Yes,
    Probed,
}

/// How often the gateway was held to be down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Openings {
    /// In all.
    pub all: u32,
    /// While it worked.
    pub wrong: u32,
    /// Milliseconds for which it was held to be down although it worked.
    pub wrong_ms: i64,
    /// Outages that there were.
    pub outages: u32,
}

/// A number failed because the gateway was down.
#[derive(Debug, Clone, Copy)]
struct Fault {
    at: Ms,
    number: usize,
    /// The number's last request before had worked.
    was_well: bool,
}

pub(super) struct Outages {
    held: Timeline<Held>,
    /// From and until when the gateway is down, the last time.
    down: (Ms, Ms),
    faults: Vec<Fault>,
    well: BTreeSet<usize>,
    /// Numbers whose last stored outcome is a fault of the gateway's.
    blamable: BTreeSet<usize>,
    probing: BTreeSet<usize>,
    opened_at: Option<Ms>,
    pub(super) openings: Openings,
}

impl Outages {
    pub(super) fn new() -> Self {
        Self {
            held: Timeline::new(Held::No),
            down: (0, 0),
            faults: Vec::new(),
            well: BTreeSet::new(),
            blamable: BTreeSet::new(),
            probing: BTreeSet::new(),
            opened_at: None,
            openings: Openings::default(),
        }
    }

    pub(super) fn stored(&mut self, phase: Phase, now: Ms) {
        let held = match phase {
            Phase::Closed => Held::No,
            Phase::Open { .. } => Held::Yes,
            Phase::Probing { .. } => Held::Probed,
        };
        self.held.set(now, held);
        match (self.opened_at, held) {
            (None, Held::Yes) => {
                self.openings.all += 1;
                self.openings.wrong += u32::from(!self.is_down(now));
                self.opened_at = Some(now);
            }
            (Some(since), Held::No) => {
                let (from, until) = self.down;
                let in_outage = until.min(now) - from.max(since);
                self.openings.wrong_ms += now - since - in_outage.max(0);
                self.opened_at = None;
            }
            _ => {}
        }
    }

    pub(super) fn begins(&mut self, from: Ms, until: Ms) {
        self.down = (from, until);
        self.openings.outages += 1;
        self.faults.clear();
        self.blamable.clear();
    }

    /// Or was when requests began whose time is not over yet.
    fn is_down(&self, now: Ms) -> bool {
        (self.down.0..self.down.1 + TIMEOUT).contains(&now)
    }

    /// Whether a request may begin, and whether it is the only one of those that probe.
    pub(super) fn request_begins(&mut self, number: usize, check_at: Ms) -> (bool, bool) {
        match self.held.before(check_at) {
            Held::No => (true, true),
            Held::Yes => (false, true),
            Held::Probed => {
                self.probing.insert(number);
                (true, self.probing.len() == 1)
            }
        }
    }

    pub(super) fn request_ended(&mut self, number: usize) {
        self.probing.remove(&number);
    }

    /// An outcome was stored.
    pub(super) fn recorded(&mut self, number: usize, outcome: Outcome, answered: Ms) {
        let (from, until) = self.down;
        let is_fault = matches!(
            outcome,
            Outcome::NotSent | Outcome::KeyInvalid { .. } | Outcome::Unconfirmed { .. }
        );
        if is_fault && (from..until).contains(&answered) {
            self.faults.push(Fault {
                at: answered,
                number,
                was_well: self.well.contains(&number),
            });
            self.blamable.insert(number);
        } else {
            self.blamable.remove(&number);
        }
        if matches!(outcome, Outcome::Accepted) {
            self.well.insert(number);
        } else {
            self.well.remove(&number);
        }
    }

    /// A person has changed the number.
    pub(super) fn touched(&mut self, number: usize) {
        self.blamable.remove(&number);
    }

    /// Whether a number that cannot send suffers for what was evidently the gateway's fault.
    pub(super) fn is_blamed(&self, number: usize) -> bool {
        let own = self.faults.iter().filter(|fault| fault.number == number);
        let Some(own) = own.max_by_key(|fault| fault.at) else {
            return false;
        };
        self.blamable.contains(&number)
            && self.faults.iter().any(|other| {
                other.number != number
                    && (other.at - own.at).abs() <= TOGETHER
                    && (other.was_well || own.was_well)
            })
    }
}
