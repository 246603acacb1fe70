use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::counter::{Counter, Outcome, Period, UnknownCounter};
use crate::ids::ParticipantId;
use crate::name_words::words_of_name;
use crate::participant::JoinStatus;
use crate::zone::wib_day;

/// What one row is counted in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Share {
    /// Each by one.
    pub counters: BTreeSet<Counter>,
    /// What a participant is found under.
    pub entries: BTreeSet<Entry>,
}

/// One word of a name, at the place of its owner in lists. `Debug` does not show the word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// See [`crate::name_words`]; holds letters and digits alone.
    pub word: String,
    /// The participant's `reg_key`: `<time of registration>#<id>`.
    pub reg_key: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({} bytes, {})", self.word.len(), self.reg_key)
    }
}

impl Entry {
    /// As a mark remembers it.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}#{}", self.word, self.reg_key)
    }
}

impl FromStr for Entry {
    type Err = UnknownCounter;
    fn from_str(code: &str) -> Result<Self, UnknownCounter> {
        let (word, reg_key) = code.split_once('#').ok_or(UnknownCounter)?;
        Ok(Self {
            word: word.to_owned(),
            reg_key: reg_key.to_owned(),
        })
    }
}

impl Share {
    /// Whether the row is counted nowhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty() && self.entries.is_empty()
    }
}

/// Of a participant: the facts that are counted, as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// When they registered.
    pub registered_at: Timestamp,
    /// Their place in lists.
    pub reg_key: &'a str,
    /// Their name.
    pub name: &'a str,
    /// Their city's key.
    pub city_key: &'a str,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// Whether they have stopped messages.
    pub unsubscribed: bool,
    /// Who has given them a place.
    pub invited_by: Option<ParticipantId>,
}

/// The share of a participant.
#[must_use]
pub fn of_participant(facts: &Facts<'_>) -> Share {
    let mut share = of_erased(facts.registered_at, facts.invited_by);
    share.counters.extend([
        Counter::City(facts.city_key.to_owned()),
        Counter::status(facts.status),
        Counter::Subscribed(!facts.unsubscribed),
    ]);
    let entry = |word| Entry {
        word,
        reg_key: facts.reg_key.to_owned(),
    };
    share.entries = words_of_name(facts.name).into_iter().map(entry).collect();
    share
}

/// The share of what is left of an erased participant: day and place stay.
#[must_use]
pub fn of_erased(registered_at: Timestamp, invited_by: Option<ParticipantId>) -> Share {
    let mut counters = BTreeSet::from([Counter::Registered(wib_day(registered_at))]);
    if let Some(id) = invited_by {
        let periods = Period::all_of(registered_at).into_iter();
        counters.extend(periods.map(|period| Counter::Referred(id, period)));
    }
    Share {
        counters,
        entries: BTreeSet::new(),
    }
}

/// The share of a message.
#[must_use]
pub fn of_message(created_at: Timestamp, outcome: Outcome) -> Share {
    let counter = Counter::Messages(wib_day(created_at), outcome);
    Share {
        counters: BTreeSet::from([counter]),
        entries: BTreeSet::new(),
    }
}
