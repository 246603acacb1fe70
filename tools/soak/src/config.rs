//! What is simulated: how much, how badly things go, and which mistake is planted.

use domain::settings::Strategy;

/// One simulation. The same value gives the same run.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Messages in all.
    pub messages: u32,
    /// Sending numbers, at most 60.
    pub numbers: u16,
    /// Per cent of the usual limits: small runs need small caps to reach them.
    pub scale_percent: u32,
    /// Seconds between two measurements of the throughput.
    pub sample_s: u16,
    /// Sending hours are the whole day, so that midnight comes while messages are sent.
    pub all_day: bool,
    /// What is decided when.
    pub story: Story,
    /// How numbers share work.
    pub strategy: Strategy,
    /// What goes wrong.
    pub faults: Faults,
    /// A mistake in the model that the observer must see.
    pub bug: Option<Bug>,
}

impl Config {
    /// 50 numbers with the limits that are used in practice, and the faults of a bad week.
    #[must_use]
    pub fn large(seed: u64, messages: u32) -> Self {
        Self {
            seed,
            messages,
            numbers: 50,
            scale_percent: 100,
            sample_s: 5,
            all_day: false,
            story: Story::Week,
            strategy: if seed.is_multiple_of(2) {
                Strategy::RoundRobin
            } else {
                Strategy::Random
            },
            faults: Faults::USUAL,
            bug: None,
        }
    }

    /// Five numbers with small caps and a hundred times the faults: every rare case comes up.
    #[must_use]
    pub fn small(seed: u64) -> Self {
        Self {
            messages: 2_000,
            numbers: 5,
            scale_percent: 10,
            sample_s: 60,
            all_day: seed % 4 == 3,
            faults: Faults::HARSH,
            ..Self::large(seed, 2_000)
        }
    }

    /// 50 numbers without faults, and everything waits at once: what a forecast is held against.
    #[must_use]
    pub fn backlog(seed: u64, messages: u32) -> Self {
        Self {
            faults: Faults::NONE,
            story: Story::Backlog,
            ..Self::large(seed, messages)
        }
    }

    /// The same with a planted mistake.
    #[must_use]
    pub fn with_bug(self, bug: Bug) -> Self {
        Self {
            bug: Some(bug),
            ..self
        }
    }
}

/// What is decided when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    /// Days of events, broadcasts, registrations, and of people who switch and edit.
    Week,
    /// Everything waits at ten in the morning, when the forecast is asked.
    Backlog,
}

/// Chances of faults, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// A worker ends, at each of its steps.
    pub crash: f64,
    /// A step takes seconds.
    pub stall: f64,
    /// A queue message is lost.
    pub lost: f64,
    /// A queue message comes twice.
    pub doubled: f64,
    /// A queue message comes up to minutes late.
    pub late: f64,
    /// The index shows a change up to three seconds late.
    pub stale: f64,
    /// A request ends in one of the ways that are not “accepted”.
    pub refused: f64,
    /// Whether people switch, pause and edit, numbers are banned, and the gateway is down for minutes.
    pub people: bool,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        crash: 0.0,
        stall: 0.0,
        lost: 0.0,
        doubled: 0.0,
        late: 0.0,
        stale: 0.0,
        refused: 0.0,
        people: false,
    };
    /// A bad week.
    pub const USUAL: Self = Self {
        crash: 0.000_01,
        stall: 0.000_1,
        lost: 0.000_02,
        doubled: 0.001,
        late: 0.000_1,
        stale: 0.02,
        refused: 0.02,
        people: true,
    };
    /// Far worse than anything seen.
    pub const HARSH: Self = Self {
        crash: 0.005,
        stall: 0.01,
        lost: 0.005,
        doubled: 0.05,
        late: 0.01,
        stale: 0.2,
        refused: 0.15,
        people: true,
    };
}

/// A mistake that can be planted in the model, to see that the observer notices it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A claim whose worker is gone goes back to its lane.
    RequeueExpiredClaim,
    /// Any turn message is taken, and the turn's token is not asked for.
    NoFence,
    /// A row is claimed whoever has it.
    ClaimUnconditional,
    /// The gap counts from the start of the request.
    GapFromStart,
    /// The hourly cap counts 59 minutes.
    CapOf59Minutes,
    /// The permit leaves the next free moment as it was.
    PermitNotPessimistic,
    /// A send counts towards the caps only when its outcome is recorded.
    CountedWhenRecorded,
    /// The check before the request is left out.
    CheckSkipped,
    /// A request begins however late after its claim.
    StartsLate,
    /// What may have been accepted is tried again.
    UnconfirmedRetried,
    /// Nobody looks after the leases of workers that are gone.
    NoSweep,
    /// The least urgent class first.
    PriorityReversed,
    /// An expired row is ended as one that every try failed for.
    WrongReason,
    /// The check trusts what a warm worker has known for an hour.
    StaleCheck,
    /// Sending hours are nobody's business.
    HoursIgnored,
    /// The day's count starts at 0 with each turn.
    DayForgotten,
    /// Rows are taken ten minutes before they may go.
    LooksAhead,
    /// Who was blamed for the gateway's fault stays blamed.
    NotAbsolved,
    /// A probe is not noted, so that others probe too.
    ProbeNotSingle,
    /// Nobody asks whether the gateway is held to be down.
    BreakerIgnored,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::RequeueExpiredClaim,
        Self::NoFence,
        Self::ClaimUnconditional,
        Self::GapFromStart,
        Self::CapOf59Minutes,
        Self::PermitNotPessimistic,
        Self::CountedWhenRecorded,
        Self::CheckSkipped,
        Self::StartsLate,
        Self::UnconfirmedRetried,
        Self::NoSweep,
        Self::PriorityReversed,
        Self::WrongReason,
        Self::StaleCheck,
        Self::HoursIgnored,
        Self::DayForgotten,
        Self::LooksAhead,
        Self::NotAbsolved,
        Self::ProbeNotSingle,
        Self::BreakerIgnored,
    ];
}
