//! Whose presence a report proves. What is not certain goes to a person.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::names::{is_initial, one_holds_the_other, words};
use super::report::Attendee;
use crate::ids::ParticipantId;
use crate::person::is_place_kind;
use crate::phone::Phone;

/// Most candidates shown for one attendee.
const CANDIDATES: usize = 10;
/// A word that more registrants than this have tells nobody apart.
const COMMON_WORD: usize = 500;

/// Somebody who may have come.
#[derive(Debug, Clone, Copy)]
pub struct Registrant<'a> {
    /// Who.
    pub id: ParticipantId,
    /// Their name as registered.
    pub name: &'a str,
    /// Their city as registered: hosts ask people to call themselves `Nama_Kota`.
    pub city: &'a str,
    /// Their number.
    pub phone: Phone,
    /// Opened the join link of this event.
    pub clicked: bool,
}

/// By what somebody was recognised, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Their number stands in the report.
    Number,
    /// They opened the join link, and nobody else who did has that name.
    Click,
    /// Nobody else who registered has that name, or that name with their city behind it.
    Name,
}

/// Somebody who was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub participant: ParticipantId,
    /// How long, minutes, over all devices and names.
    pub minutes: u32,
    /// By what they were recognised; the surest, if by several.
    pub by: By,
}

/// Why a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It may be one of several, or somebody else by that name.
    Ambiguous,
    /// Nobody's name fits; candidates, if any, share a word with it.
    Unknown,
}

/// Somebody in the report whom no rule recognises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// As the report shows them.
    pub attendee: Attendee,
    /// Why.
    pub why: Why,
    /// Who it may be, the likeliest first; at most ten.
    pub candidates: Vec<ParticipantId>,
}

/// What a report proves. It changes nobody's status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matched {
    /// Who was there, by id.
    pub present: Vec<Present>,
    /// What a person has to look at, in the report's order.
    pub review: Vec<Review>,
}

/// What one attendee comes to. Indexes are those of the registrants.
enum Verdict {
    /// `weak`: the name is only part of the registered one or the reverse.
    Is {
        who: usize,
        by: By,
        weak: bool,
    },
    Look {
        why: Why,
        candidates: Vec<usize>,
    },
}

/// Recognises attendees among those who may have come: by their number; by the name of somebody who
/// opened the join link; by a name that only one of them has, whatever its case, titles and order.
#[must_use]
pub fn match_attendees(attendees: &[Attendee], registrants: &[Registrant<'_>]) -> Matched {
    let index = Index::new(registrants);
    let mut verdicts: Vec<Verdict> = attendees
        .iter()
        .map(|attendee| index.judge(attendee))
        .collect();
    let mut weak_claims: HashMap<usize, usize> = HashMap::new();
    for verdict in &verdicts {
        if let Verdict::Is {
            who, weak: true, ..
        } = verdict
        {
            *weak_claims.entry(*who).or_default() += 1;
        }
    }
    // Two of whom each may be the same one: neither is certain.
    for verdict in &mut verdicts {
        if let Verdict::Is {
            who, weak: true, ..
        } = verdict
            && weak_claims.get(who).is_some_and(|claims| *claims > 1)
        {
            *verdict = Verdict::Look {
                why: Why::Ambiguous,
                candidates: vec![*who],
            };
        }
    }
    let mut present: BTreeMap<ParticipantId, Present> = BTreeMap::new();
    let mut review = Vec::new();
    for (attendee, verdict) in attendees.iter().zip(verdicts) {
        match verdict {
            Verdict::Is { who, by, .. } => {
                let participant = registrants[who].id;
                let entry = present.entry(participant).or_insert(Present {
                    participant,
                    minutes: 0,
                    by,
                });
                entry.minutes = entry.minutes.saturating_add(attendee.minutes);
                entry.by = entry.by.min(by);
            }
            Verdict::Look { why, candidates } => review.push(Review {
                attendee: attendee.clone(),
                why,
                candidates: candidates.iter().map(|at| registrants[*at].id).collect(),
            }),
        }
    }
    Matched {
        present: present.into_values().collect(),
        review,
    }
}

struct Index<'a> {
    registrants: &'a [Registrant<'a>],
    words: Vec<Vec<String>>,
    by_phone: HashMap<Phone, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// By name and city together.
    by_both: HashMap<String, Vec<usize>>,
    by_word: HashMap<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(registrants: &'a [Registrant<'a>]) -> Self {
        let mut index = Self {
            registrants,
            words: Vec::with_capacity(registrants.len()),
            by_phone: HashMap::new(),
            by_name: HashMap::new(),
            by_both: HashMap::new(),
            by_word: HashMap::new(),
        };
        for (at, registrant) in registrants.iter().enumerate() {
            let mut words = words(registrant.name);
            index.by_phone.insert(registrant.phone, at);
            index.by_name.entry(words.join(" ")).or_default().push(at);
            let mut both = [words.clone(), place_words(registrant.city)].concat();
            both.sort_unstable();
            index.by_both.entry(both.join(" ")).or_default().push(at);
            index.words.push(words.clone());
            words.dedup();
            for word in words.into_iter().filter(|word| !is_initial(word)) {
                index.by_word.entry(word).or_default().push(at);
            }
        }
        index
    }

    fn judge(&self, attendee: &Attendee) -> Verdict {
        let by_number = distinct(
            attendee
                .numbers
                .iter()
                .filter_map(|number| self.by_phone.get(number).copied()),
        );
        match by_number[..] {
            [who] => {
                return Verdict::Is {
                    who,
                    by: By::Number,
                    weak: false,
                };
            }
            [] => {}
            _ => return self.look(Why::Ambiguous, by_number),
        }
        let names = attendee.all_names();
        let same = self.same(&names);
        if !attendee.numbers.is_empty() {
            // A number of nobody here: whoever has this name has another number.
            return self.look_among(same, &names);
        }
        // One account, two names, two registrants: they may have sat there together.
        if attendee.email.is_some() && attendee.names.len() > 1 && same.len() > 1 {
            return self.look(Why::Ambiguous, same);
        }
        match (&same[..], &self.clicked(&same)[..]) {
            (_, [who]) => Verdict::Is {
                who: *who,
                by: By::Click,
                weak: false,
            },
            ([who], _) => Verdict::Is {
                who: *who,
                by: By::Name,
                weak: false,
            },
            ([], _) => {
                let alike = self.alike(&names);
                match self.clicked(&alike)[..] {
                    [who] => Verdict::Is {
                        who,
                        by: By::Click,
                        weak: true,
                    },
                    _ => self.look_among(alike, &names),
                }
            }
            _ => self.look(Why::Ambiguous, same),
        }
    }

    /// Those who have one of these names; if nobody has, those who do with their city behind it.
    fn same(&self, names: &[Vec<String>]) -> Vec<usize> {
        let found = |index: &HashMap<String, Vec<usize>>, words: &[String]| {
            index.get(&words.join(" ")).cloned().unwrap_or_default()
        };
        let same = distinct(names.iter().flat_map(|words| found(&self.by_name, words)));
        if !same.is_empty() {
            return same;
        }
        distinct(names.iter().flat_map(|words| {
            let mut words = words.clone();
            words.retain(|word| !is_place_kind(word));
            found(&self.by_both, &words)
        }))
    }

    fn clicked(&self, among: &[usize]) -> Vec<usize> {
        let mut clicked = among.to_vec();
        clicked.retain(|at| self.registrants[*at].clicked);
        clicked
    }

    /// Those whose name holds one of these or is held by it.
    fn alike(&self, names: &[Vec<String>]) -> Vec<usize> {
        distinct(names.iter().flat_map(|words| {
            self.sharing(words)
                .into_iter()
                .filter(|at| one_holds_the_other(words, &self.words[*at]))
        }))
    }

    /// Those who share a telling word; if all are common, the first of those who share the rarest.
    fn sharing(&self, words: &[String]) -> Vec<usize> {
        let lists = || words.iter().filter_map(|word| self.by_word.get(word));
        let telling = || lists().filter(|list| list.len() <= COMMON_WORD);
        if telling().next().is_some() {
            return telling().flatten().copied().collect();
        }
        let rarest = lists().min_by_key(|list| list.len());
        rarest.map_or_else(Vec::new, |list| {
            list.iter().take(COMMON_WORD).copied().collect()
        })
    }

    /// To a person, with those who are like it, or at least share a word.
    fn look_among(&self, alike: Vec<usize>, names: &[Vec<String>]) -> Verdict {
        if !alike.is_empty() {
            return self.look(Why::Ambiguous, alike);
        }
        let near = distinct(names.iter().flat_map(|words| self.sharing(words)));
        self.look(Why::Unknown, near)
    }

    fn look(&self, why: Why, mut candidates: Vec<usize>) -> Verdict {
        candidates.sort_by_key(|at| !self.registrants[*at].clicked);
        candidates.truncate(CANDIDATES);
        Verdict::Look { why, candidates }
    }
}

/// A city's words, without those that only say what kind of place it is.
fn place_words(city: &str) -> Vec<String> {
    let mut words = words(city);
    words.retain(|word| !is_place_kind(word));
    words
}

/// Each once, in order.
fn distinct(indexes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = indexes.collect();
    all.sort_unstable();
    all.dedup();
    all
}
