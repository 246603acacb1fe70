//! The independent observer: stands at the simulated receiver, is told what people stored, and
//! judges by its own arithmetic. It uses none of the rules that it checks.

mod number;
mod outages;
mod reminders;
mod timeline;

use std::collections::BTreeMap;

use domain::breaker::Phase;
use domain::dispatch::Runner;
use domain::message::Class;
use domain::number::Number;
use domain::outcome::Outcome;
use domain::settings::Control;

use crate::rows::{LaneNo, NewRow, RowNo, Standing, is_sticky};
use crate::time::{DAY, HOUR, MINUTE, Ms};
pub(crate) use number::Watch;
pub use outages::Openings;
use outages::Outages;
pub use reminders::Delays;
use reminders::Reminders;
use timeline::Timeline;

/// What must never happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// A row was accepted twice.
    AcceptedTwice,
    /// A request for a row that an earlier request may have delivered.
    RequestAfterMaybe,
    /// Two requests of one number at once.
    TwoInFlight,
    /// A request whose check began after the recipient had said STOP.
    AfterStop,
    /// A request whose check began after a switch was thrown.
    AfterSwitch,
    /// A request of a number that was out or paused when its check began.
    NumberNotUsable,
    /// A request outside the hours of its class.
    OutsideHours,
    /// A request after the row's use was over.
    AfterExpiry,
    /// A request before the row might go.
    TooEarly,
    /// Less than the least gap since the end of the number's last request.
    Gap,
    /// More than the cap in 60 minutes.
    HourlyCap,
    /// More than the cap or the warm-up's allowance on a day in WIB.
    DailyCap,
    /// A reason that is not true.
    FalseReason,
    /// Something less urgent was chosen while a reminder had long been waiting.
    Inversion,
    /// A request whose check began while the gateway was held to be down.
    WhileHeld,
    /// Two requests at once that both probe the gateway.
    TwoProbes,
    /// After an outage a number cannot send, for what was the gateway's fault.
    BlamedForOutage,
    /// A row that never ended.
    Lost,
}

/// Facts about a row, as bits.
const ACCEPTED: u8 = 1;
const MAYBE: u8 = 2;
const REFUSED_AS_BAD: u8 = 4;
const WORKER_LOST: u8 = 8;

#[derive(Debug, Clone, Copy)]
struct Seen {
    not_before: u32,
    cause: u32,
    expires: u32,
    person: u32,
    class: Class,
    facts: u8,
    requests: u8,
}

/// How often something was seen, and a first example.
pub type Violations = BTreeMap<Violation, (u64, String)>;

pub(crate) struct Observer {
    rows: Vec<Seen>,
    pub(crate) numbers: Vec<Watch>,
    stopped_at: Vec<Option<Ms>>,
    stopped_classes: Timeline<[bool; 5]>,
    /// Opening and closing, hours in WIB.
    hours: Timeline<(Ms, Ms)>,
    pub(crate) reminders: Reminders,
    outages: Outages,
    pub(crate) violations: Violations,
    pub(crate) requests: u64,
    pub(crate) request_time: Ms,
    /// By class, when its last request began.
    pub(crate) last_request: [Ms; 5],
}

impl Observer {
    pub(crate) fn new(runners: &[Runner], people: usize, messages: u32) -> Self {
        Self {
            rows: Vec::with_capacity(usize::try_from(messages).unwrap_or(0)),
            numbers: runners.iter().map(|r| Watch::new(&r.number)).collect(),
            stopped_at: vec![None; people],
            stopped_classes: Timeline::new([false; 5]),
            hours: Timeline::new((9 * HOUR, 17 * HOUR)),
            reminders: Reminders::default(),
            outages: Outages::new(),
            violations: Violations::new(),
            requests: 0,
            request_time: 0,
            last_request: [0; 5],
        }
    }

    fn saw(&mut self, what: Violation, at: Ms, detail: impl FnOnce() -> String) {
        let entry = self.violations.entry(what);
        entry
            .or_insert_with(|| (0, format!("at {at} ms: {}", detail())))
            .0 += 1;
    }

    pub(crate) fn decided(&mut self, new: &NewRow) {
        let at = RowNo::try_from(self.rows.len()).unwrap_or(RowNo::MAX);
        self.rows.push(Seen {
            not_before: new.due,
            cause: new.cause,
            expires: new.expires,
            person: new.person,
            class: new.class,
            facts: 0,
            requests: 0,
        });
        if new.class == Class::Reminder && new.only.is_none() {
            self.reminders
                .waits(at, Ms::from(new.due), Ms::from(new.due));
        }
    }

    pub(crate) fn person_stopped(&mut self, person: usize, now: Ms) {
        self.stopped_at[person].get_or_insert(now);
    }

    pub(crate) fn control_is(&mut self, control: &Control, now: Ms) {
        let stopped =
            Class::ALL.map(|class| control.all_stopped || control.stopped.contains(&class));
        if stopped[Class::Reminder as usize] {
            self.reminders.switched_off(now);
        }
        self.stopped_classes.set(now, stopped);
    }

    pub(crate) fn hours_are(&mut self, open: Ms, close: Ms, now: Ms) {
        self.hours.set(now, (open, close));
    }

    pub(crate) fn number_is(&mut self, at: usize, number: &Number, now: Ms) {
        self.numbers[at].is_now(number, now);
    }

    /// What is stored of the gateway.
    pub(crate) fn gateway_is(&mut self, phase: Phase, now: Ms) {
        self.outages.stored(phase, now);
        if phase != Phase::Closed {
            self.reminders.forget_all();
        }
    }

    pub(crate) fn openings(&self) -> Openings {
        self.outages.openings
    }

    pub(crate) fn gateway_down(&mut self, now: Ms, until: Ms) {
        self.outages.begins(now, until);
        self.reminders.forget_all();
    }

    /// An outcome was stored.
    pub(crate) fn recorded(&mut self, number: usize, outcome: Outcome, answered: Ms) {
        self.outages.recorded(number, outcome, answered);
    }

    /// A person has changed a number.
    pub(crate) fn touched(&mut self, number: usize) {
        self.outages.touched(number);
    }

    /// After an outage a number is out or rests.
    pub(crate) fn cannot_send(&mut self, number: usize, now: Ms) {
        if self.outages.is_blamed(number) {
            self.saw(Violation::BlamedForOutage, now, || {
                format!("number {number}")
            });
        }
    }

    pub(crate) fn gap_drawn(&mut self, number: usize, gap: Ms) {
        self.numbers[number].gap_time += gap;
        self.numbers[number].gaps += 1;
    }

    pub(crate) fn picked(&mut self, row: RowNo, number: usize, now: Ms) {
        let class = self.rows[row as usize].class;
        if class == Class::Reminder {
            return;
        }
        if let Some(waits) = self.reminders.overlooked(now) {
            self.saw(Violation::Inversion, now, || {
                format!("number {number} chose a {class:?} while reminder {waits} waited")
            });
        }
    }

    pub(crate) fn worker_lost(&mut self, row: RowNo) {
        self.rows[row as usize].facts |= WORKER_LOST;
        self.reminders.forget(row);
    }

    pub(crate) fn request_begins(&mut self, number: usize, row: RowNo, now: Ms, check_at: Ms) {
        self.requests += 1;
        let seen = &mut self.rows[row as usize];
        seen.requests = seen.requests.saturating_add(1);
        let seen = *seen;
        self.last_request[seen.class as usize] = now;
        let mut wrong = Vec::new();
        let mut must = |holds: bool, or: Violation| {
            if !holds {
                wrong.push(or);
            }
        };
        must(
            seen.facts & (ACCEPTED | MAYBE) == 0,
            Violation::RequestAfterMaybe,
        );
        must(Ms::from(seen.expires) >= now, Violation::AfterExpiry);
        must(Ms::from(seen.not_before) <= now, Violation::TooEarly);
        let stopped = self.stopped_at[seen.person as usize];
        must(
            stopped.is_none_or(|at| at >= check_at),
            Violation::AfterStop,
        );
        let switched_off = self.stopped_classes.before(check_at)[seen.class as usize];
        must(!switched_off, Violation::AfterSwitch);
        must(self.in_hours(&seen, now, check_at), Violation::OutsideHours);
        let (may_begin, is_only_probe) = self.outages.request_begins(number, check_at);
        must(may_begin, Violation::WhileHeld);
        must(is_only_probe, Violation::TwoProbes);
        self.numbers[number].begins(row, now, check_at, &mut must);
        self.reminders.request_begins(row, now);
        for what in wrong {
            self.saw(what, now, || {
                format!("number {number}, row {row}, check at {check_at}, {seen:?}")
            });
        }
    }

    fn in_hours(&self, seen: &Seen, now: Ms, check_at: Ms) -> bool {
        let (open, close) = *self.hours.before(check_at);
        let is_open = (open..close).contains(&(now % DAY));
        match seen.class {
            Class::Reminder => true,
            Class::Welcome => is_open || now - Ms::from(seen.cause) <= 30 * MINUTE,
            Class::ReferrerAlert | Class::FollowUp | Class::Broadcast => is_open,
        }
    }

    pub(crate) fn request_ended(
        &mut self,
        number: usize,
        row: RowNo,
        now: Ms,
        outcome: Outcome,
        accepted: bool,
    ) {
        self.outages.request_ended(number);
        self.request_time += self.numbers[number].ends(now);
        let seen = &mut self.rows[row as usize];
        let twice = accepted && seen.facts & ACCEPTED != 0;
        if accepted {
            seen.facts |= ACCEPTED;
        }
        match outcome {
            Outcome::Accepted | Outcome::Unconfirmed { .. } => seen.facts |= MAYBE,
            Outcome::BadRecipient => seen.facts |= REFUSED_AS_BAD,
            _ => {}
        }
        if twice {
            self.saw(Violation::AcceptedTwice, now, || format!("row {row}"));
        }
    }

    pub(crate) fn placed(
        &mut self,
        row: RowNo,
        standing: Standing,
        due: Ms,
        lane: LaneNo,
        now: Ms,
    ) {
        let seen = self.rows[row as usize];
        if seen.class == Class::Reminder {
            match standing {
                Standing::Queued if !is_sticky(lane) => self.reminders.waits(row, due, now),
                _ => self.reminders.taken(row, standing > Standing::Sending),
            }
        }
        let facts = |bits: u8| seen.facts & bits != 0;
        let is_true = match standing {
            Standing::Queued | Standing::Sending => true,
            Standing::Sent => facts(ACCEPTED),
            Standing::Unconfirmed => facts(MAYBE | WORKER_LOST),
            Standing::BadRecipient => facts(REFUSED_AS_BAD),
            Standing::Suppressed => self.stopped_at[seen.person as usize].is_some(),
            // Or nothing more could be tried before: tries are at most an hour apart.
            Standing::Expired => {
                Ms::from(seen.expires) < now
                    || (seen.requests > 0 && Ms::from(seen.expires) < now + HOUR)
            }
            Standing::Exhausted => seen.requests >= 5,
        };
        let ended = standing > Standing::Sending;
        let hidden =
            ended && facts(ACCEPTED) && !matches!(standing, Standing::Sent | Standing::Unconfirmed);
        if !is_true || hidden {
            self.saw(Violation::FalseReason, now, || {
                format!("row {row}: {standing:?}, {seen:?}")
            });
        }
    }

    /// At the end: rows that have not ended.
    pub(crate) fn left_over(&mut self, row: RowNo, standing: Standing, now: Ms) {
        self.saw(Violation::Lost, now, || format!("row {row}: {standing:?}"));
    }
}
