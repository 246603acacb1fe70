//! What a campaign is doing: a pure function of what it was doing and what happened.

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Its rows are being written.
    Expanding,
    /// All its rows are written.
    Open,
    /// All its rows are over.
    Done,
    /// It is given up, and the rows that wait are being ended.
    Closing,
    /// It is given up, and none of its rows waits.
    Closed,
}

/// Why its lanes are shut for the time being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hold {
    /// An admin paused it.
    Paused,
    /// Too many of its messages failed (requirement E5).
    Failures,
    /// Its time was long over when it could have begun: somebody has to say that it is still wanted.
    Overdue,
}

/// Why it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Closing {
    /// Another campaign takes its place: the event was moved.
    Replaced,
    /// It is not wanted any more.
    Cancelled,
    /// Its use was over before all its rows were.
    Expired,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The stored word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the stored word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == word)
            }
        }
    };
}

words!(Phase { Expanding = "expanding", Open = "open", Done = "done", Closing = "closing", Closed = "closed" });
words!(Hold { Paused = "paused", Failures = "failures", Overdue = "overdue" });
words!(Closing { Replaced = "replaced", Cancelled = "cancelled", Expired = "expired" });

/// What a campaign is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status {
    /// How far it has come.
    pub phase: Phase,
    /// Why its lanes are shut, also while its rows are still being written.
    pub hold: Option<Hold>,
    /// Only its first rows may go.
    pub staged: bool,
    /// Its time has come.
    pub begun: bool,
    /// Why it is given up; set from `closing` on.
    pub closing: Option<Closing>,
}

/// What can happen to a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The last of its rows is written.
    Expanded,
    /// Its time has come; `late` if so long ago that somebody has to be asked.
    Begin {
        /// Whether to ask.
        late: bool,
    },
    /// An admin pauses it.
    Pause,
    /// Too many of its messages failed.
    Fail,
    /// An admin lets it go on, whatever held it.
    Resume,
    /// An admin lets the rest of a staged one go.
    Release,
    /// Nothing of it waits or is being sent.
    Empty,
    /// An admin has one of its rows tried again.
    Retry,
    /// It is given up.
    Close(Closing),
    /// It was given up, and nothing of it waits any more.
    Ended,
}

/// The campaign is over, or being given up: nothing more can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the campaign is {}", .0.as_str())]
pub struct Over(pub Phase);

impl Status {
    /// A campaign that was just decided.
    #[must_use]
    pub fn new(staged: bool) -> Self {
        Self {
            phase: Phase::Expanding,
            hold: None,
            staged,
            begun: false,
            closing: None,
        }
    }

    /// What becomes of it. Something that has happened already, or means nothing now, leaves it as
    /// it is.
    ///
    /// # Errors
    /// [`Over`] if somebody asks for something that cannot be had any more: a campaign that is done
    /// or given up neither goes on, nor stops, nor gets further rows. (One that is done opens again
    /// for a row that is tried again.)
    pub fn step(self, step: Step) -> Result<Self, Over> {
        let live = matches!(self.phase, Phase::Expanding | Phase::Open);
        let mut next = self;
        match step {
            Step::Ended if self.phase == Phase::Closing => next.phase = Phase::Closed,
            Step::Close(_) if matches!(self.phase, Phase::Closing | Phase::Closed) => {}
            Step::Ended | Step::Empty | Step::Begin { .. } | Step::Fail if !live => {}
            Step::Expanded if self.phase == Phase::Done => {}
            Step::Retry if self.phase == Phase::Done => next.phase = Phase::Open,
            _ if !live => return Err(Over(self.phase)),
            Step::Ended | Step::Retry => {}
            Step::Expanded => next.phase = Phase::Open,
            Step::Begin { late: true } if !self.begun => {
                next.hold = Some(self.hold.unwrap_or(Hold::Overdue));
                // Whoever paused it before its time decides by letting it go on.
                next.begun = true;
            }
            Step::Begin { .. } => next.begun = true,
            Step::Pause => next.hold = Some(self.hold.unwrap_or(Hold::Paused)),
            Step::Fail => next.hold = Some(self.hold.unwrap_or(Hold::Failures)),
            Step::Resume => next.hold = None,
            Step::Release => next.staged = false,
            Step::Empty => {
                if self.phase == Phase::Open && self.sends() && !self.staged {
                    next.phase = Phase::Done;
                }
            }
            Step::Close(why) => {
                next.phase = Phase::Closing;
                next.closing = Some(why);
            }
        }
        Ok(next)
    }

    /// Whether its rows may be sent.
    #[must_use]
    pub fn sends(&self) -> bool {
        let live = matches!(self.phase, Phase::Expanding | Phase::Open);
        live && self.begun && self.hold.is_none()
    }

    /// Whether something is still to come of it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.phase, Phase::Done | Phase::Closed)
    }

    /// One word for screens.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (self.phase, self.hold) {
            (Phase::Done | Phase::Closing | Phase::Closed, _) => self.phase.as_str(),
            (_, Some(hold)) => hold.as_str(),
            (Phase::Expanding, None) => "expanding",
            (Phase::Open, None) if !self.begun => "scheduled",
            (Phase::Open, None) if self.staged => "staged",
            (Phase::Open, None) => "open",
        }
    }
}
