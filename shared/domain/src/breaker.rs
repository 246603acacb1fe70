//! The gateway's own breaker: when several numbers fail within a minute it is the gateway that is
//! down, not they, and then nothing is sent until one probe has worked (requirement S4).
//!
//! Two numbers whose keys are refused are enough. Other faults also happen by chance, two of them
//! in a minute where many numbers send: there it takes three numbers, or two that failed again.
//!
//! The value is one stored item. Every change has the next revision, and a write holds only for
//! the revision it was decided from; so two workers that report at once are taken one after the
//! other, and the second decides again from what the first has left.

mod arms;

pub use arms::arms;

use jiff::{SignedDuration, Timestamp};

use crate::ids::{NumberId, Token};
use crate::number::HealthMark;
use crate::outcome::Outcome;
use crate::pace::LEASE;

/// Faults so far apart say nothing about each other.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// First and longest time for which nothing is sent. The probe asks for the key before it claims
/// a message, so that asking often costs nobody a message.
const FIRST_WAIT_S: u32 = 30;
const LONGEST_WAIT_S: u32 = 120;

/// What an outcome says about the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It works: it took a message, or judged one.
    Works,
    /// It may be down: it knows no key, cannot be reached, or does not answer for what it took.
    Fault,
    /// Neither.
    Nothing,
}

impl Sign {
    /// Reads an outcome.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted | Outcome::BadRecipient => Self::Works,
            Outcome::KeyInvalid { .. } | Outcome::NotSent | Outcome::Unconfirmed { .. } => {
                Self::Fault
            }
            Outcome::RateLimited { .. } | Outcome::NotAccepted | Outcome::Redirected { .. } => {
                Self::Nothing
            }
        }
    }
}

/// A fault for which a number was blamed, with what it takes to absolve it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which number.
    pub number_id: NumberId,
    /// When, the last time.
    pub at: Timestamp,
    /// How the number stood before it was blamed.
    pub before: HealthMark,
    /// Its health's revision after that: it is absolved only if nothing has changed since.
    pub revision: u64,
    /// Whether its key was refused, which does not happen by chance.
    pub refused: bool,
    /// How many faults in a row within the window, this one included.
    pub times: u32,
}

/// Whether requests may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// They may.
    #[default]
    Closed,
    /// They may not; afterwards one number may probe.
    Open {
        /// Until when.
        until: Timestamp,
        /// How long this time, seconds.
        wait_s: u32,
    },
    /// One turn probes.
    Probing {
        /// Which.
        token: Token,
        /// When it counts as lost.
        until: Timestamp,
        /// How long the breaker was open before, seconds.
        wait_s: u32,
    },
}

/// What is known of the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaker {
    /// Counts changes; 0 = nothing is stored yet.
    pub revision: u64,
    /// Whether requests may begin.
    pub phase: Phase,
    /// Faults of the last minute since the last success, one for each number.
    pub faults: Vec<Fault>,
    /// Numbers that failed in the last outage and have not worked since; the one that failed
    /// longest ago first. Two broken numbers must not stop the others again and again: the
    /// faults of suspects alone open nothing.
    pub suspects: Vec<NumberId>,
    /// Since when no number is left that could send.
    pub all_out_since: Option<Timestamp>,
}

/// What a turn may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Send.
    Free,
    /// Nothing before then.
    HeldUntil(Timestamp),
    /// Send one message, if it becomes the probe first.
    Probe,
}

/// Whom a fault is blamed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The number that sent: its own rules apply.
    Number,
    /// The gateway: the number is unharmed.
    Gateway,
}

/// What an outcome does to the breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The breaker afterwards; none if nothing changes.
    pub next: Option<Breaker>,
    /// Whom a fault is blamed on.
    pub blame: Blame,
    /// Numbers to absolve, in the same write.
    pub absolved: Vec<Fault>,
    /// Whether it opened because of this, after having been closed.
    pub opened: bool,
}

impl Step {
    /// Nothing changes.
    #[must_use]
    pub fn none(blame: Blame) -> Self {
        Self {
            next: None,
            blame,
            absolved: Vec::new(),
            opened: false,
        }
    }

    fn to(next: Breaker, blame: Blame) -> Self {
        Self {
            next: Some(next),
            ..Self::none(blame)
        }
    }
}

impl Breaker {
    /// What a turn may do now. `token` is the turn's own: the one that probes passes.
    #[must_use]
    pub fn passage(&self, token: Option<Token>, now: Timestamp) -> Passage {
        match self.phase {
            Phase::Closed => Passage::Free,
            Phase::Probing { token: theirs, .. } if Some(theirs) == token => Passage::Free,
            Phase::Open { until, .. } | Phase::Probing { until, .. } if until > now => {
                Passage::HeldUntil(until)
            }
            Phase::Open { .. } | Phase::Probing { .. } => Passage::Probe,
        }
    }

    /// The breaker with this turn as its probe; none unless a probe may begin now.
    #[must_use]
    pub fn with_probe(&self, token: Token, now: Timestamp) -> Option<Self> {
        let (Phase::Open { wait_s, .. } | Phase::Probing { wait_s, .. }) = self.phase else {
            return None;
        };
        (self.passage(None, now) == Passage::Probe).then(|| {
            self.with(Phase::Probing {
                token,
                until: later(now, LEASE),
                wait_s,
            })
        })
    }

    /// Who of these should probe: anybody who has not failed in this outage, otherwise whoever
    /// failed longest ago, so that one broken number does not speak for all.
    #[must_use]
    pub fn should_probe(&self, number: NumberId, able: &[NumberId]) -> bool {
        let trusted = |id: &NumberId| !self.suspects.contains(id);
        if able.iter().any(trusted) {
            return trusted(&number);
        }
        self.suspects.iter().find(|id| able.contains(id)) == Some(&number)
    }

    /// What the outcome of a request by `who` does. `fault` is what is remembered if the number
    /// itself is blamed.
    #[must_use]
    pub fn observe(&self, sign: Sign, token: Token, fault: Fault, now: Timestamp) -> Step {
        let who = fault.number_id;
        match (self.phase, sign) {
            (Phase::Closed, Sign::Works) => self.after_success(who),
            (Phase::Closed, Sign::Fault) => self.after_fault(fault, now),
            (Phase::Probing { token: probe, .. }, Sign::Works) if probe == token => {
                Step::to(self.closed(who), Blame::Number)
            }
            (
                Phase::Probing {
                    token: probe,
                    wait_s,
                    ..
                },
                sign,
            ) if probe == token => {
                let (wait_s, blame) = match sign {
                    Sign::Fault => (wait_s.saturating_mul(2).min(LONGEST_WAIT_S), Blame::Gateway),
                    Sign::Works | Sign::Nothing => (wait_s, Blame::Number),
                };
                let mut next = self.with(open(now, wait_s));
                // Whatever was in its way: the next probe is for another number.
                next.suspect(who);
                Step::to(next, blame)
            }
            // It began before the breaker opened, or has lost its right to probe.
            (Phase::Open { .. } | Phase::Probing { .. }, Sign::Fault) => {
                if self.suspects.contains(&who) {
                    return Step::none(Blame::Gateway);
                }
                let mut next = self.with(self.phase);
                next.suspect(who);
                Step::to(next, Blame::Gateway)
            }
            (Phase::Open { .. } | Phase::Probing { .. }, Sign::Works) | (_, Sign::Nothing) => {
                Step::none(Blame::Number)
            }
        }
    }

    /// Notes whether no number is left; none if that is known. The flag says whether it has just
    /// begun.
    #[must_use]
    pub fn with_all_out(&self, all_out: bool, now: Timestamp) -> Option<Self> {
        (all_out != self.all_out_since.is_some()).then(|| Self {
            all_out_since: all_out.then_some(now),
            ..self.with(self.phase)
        })
    }

    fn with(&self, phase: Phase) -> Self {
        Self {
            revision: self.revision + 1,
            phase,
            ..self.clone()
        }
    }

    fn closed(&self, worked: NumberId) -> Self {
        let mut next = self.with(Phase::Closed);
        next.faults.clear();
        next.suspects.retain(|id| *id != worked);
        next
    }

    fn after_success(&self, who: NumberId) -> Step {
        if self.faults.is_empty() && !self.suspects.contains(&who) {
            return Step::none(Blame::Number);
        }
        Step::to(self.closed(who), Blame::Number)
    }

    fn after_fault(&self, fault: Fault, now: Timestamp) -> Step {
        let recent = |one: &&Fault| now.duration_since(one.at) <= WINDOW;
        let (own, others): (Vec<Fault>, Vec<Fault>) = self
            .faults
            .iter()
            .filter(recent)
            .cloned()
            .partition(|one| one.number_id == fault.number_id);
        let trusted = |id: NumberId| !self.suspects.contains(&id);
        let fault = Fault {
            times: own.iter().map(|one| one.times).sum::<u32>() + fault.times,
            ..fault
        };
        let is_gateway = is_enough(&fault, &others)
            && (trusted(fault.number_id) || others.iter().any(|one| trusted(one.number_id)));
        if !is_gateway {
            let mut next = self.with(Phase::Closed);
            // What counts is how it stood before the first of its faults.
            let before = own.first().map_or(fault.before, |first| first.before);
            next.faults = others;
            next.faults.push(Fault { before, ..fault });
            return Step::to(next, Blame::Number);
        }
        let mut next = self.with(open(now, FIRST_WAIT_S));
        next.faults.clear();
        for one in &others {
            next.suspect(one.number_id);
        }
        next.suspect(fault.number_id);
        Step {
            next: Some(next),
            blame: Blame::Gateway,
            absolved: others,
            opened: true,
        }
    }

    fn suspect(&mut self, who: NumberId) {
        self.suspects.retain(|id| *id != who);
        self.suspects.push(who);
    }
}

/// Whether faults of several numbers are more than chance.
fn is_enough(fault: &Fault, others: &[Fault]) -> bool {
    let refused = others.iter().filter(|one| one.refused).count() + usize::from(fault.refused);
    let again = fault.times >= 2 && others.iter().any(|one| one.times >= 2);
    match others.len() {
        0 => false,
        1 => refused == 2 || again,
        _ => true,
    }
}

fn open(now: Timestamp, wait_s: u32) -> Phase {
    Phase::Open {
        until: later(now, SignedDuration::from_secs(i64::from(wait_s))),
        wait_s,
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
