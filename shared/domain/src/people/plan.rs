//! Which part of which index is looked through, and in which order.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::filter::Filter;
use super::mark::Mark;
use crate::campaign::FIRST_YEAR;
use crate::ids::ParticipantId;

/// Parts of an index that one page looks into at most. With an event and the referrers of those who
/// are shown it makes eight calls of the database at most, whatever the size of the table.
pub const QUERIES_A_PAGE: usize = 6;
/// Words of a search that are asked for; the others are looked for in the names that these bring.
pub const WORDS_TRIED: usize = 3;
/// People that one look evaluates at most: about a megabyte, where a look ends anyway.
const EVALUATED_MOST: usize = 1_000;
/// No place among the invited is higher.
const HIGHEST_PLACE: u64 = 1_000_000_000_000;

/// A list in the order in which it is read: the newest first, and of a referrer's invited the last
/// place first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    source: Source,
    /// Nobody who registered before is asked for.
    from: Timestamp,
    /// Where it begins.
    start: Mark,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Referrer(ParticipantId),
    City(String),
    Months,
    Word(String),
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// `by_referrer`: whom this participant invited.
    Referrer(ParticipantId),
    /// `by_city`: who lives there.
    City(String),
    /// `by_registered`: who registered in this month, `2026-11`, UTC.
    Month(String),
    /// The items of a name's word: who has it in their name.
    Word(String),
}

/// What is to be read next: a part of an index from its end at `below` down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which part.
    pub part: Part,
    /// Nobody is asked for who registered before; not a part of a referrer's order.
    pub from: Timestamp,
    /// Everybody from here on has been shown.
    pub below: Mark,
}

impl Plan {
    /// The narrowest index first: whom a referrer invited, then a city, then the months. What else is
    /// asked is asked of each one who is read. Whoever is looked for by name is found under `word`,
    /// one of the words of the search: the list is the same under each of them.
    #[must_use]
    pub fn of(filter: &Filter, word: Option<&str>, now: Timestamp) -> Self {
        let source = match (word, filter.referrer, &filter.city) {
            (Some(word), ..) => Source::Word(word.to_owned()),
            (None, Some(referrer), _) => Source::Referrer(referrer),
            (None, None, Some(city)) => Source::City(city.clone()),
            (None, None, None) => Source::Months,
        };
        let first = Date::constant(FIRST_YEAR, 1, 1);
        let first = first_moment(first, TimeZone::UTC).unwrap_or(Timestamp::UNIX_EPOCH);
        let (from, to) = filter.registered_between();
        // Who registers from now on is newer than what is being looked at.
        let end = next_month(now);
        let start = match source {
            Source::Referrer(_) => Mark::Place(HIGHEST_PLACE),
            Source::City(_) | Source::Months | Source::Word(_) => Mark::Registered {
                at: to.map_or(end, |to| to.min(end)),
                id: None,
            },
        };
        Self {
            source,
            from: from.map_or(first, |from| from.max(first)),
            start,
        }
    }

    /// Where the list begins.
    #[must_use]
    pub fn start(&self) -> Mark {
        self.start
    }

    /// What is to be read behind `below`; `None` if nobody is left.
    #[must_use]
    pub fn look(&self, below: Mark) -> Option<Look> {
        let part = match (&self.source, below) {
            (Source::Referrer(referrer), Mark::Place(place)) => {
                (place > 1).then_some(Part::Referrer(*referrer))
            }
            (Source::City(city), Mark::Registered { at, id }) => {
                self.is_above(at, id).then(|| Part::City(city.clone()))
            }
            (Source::Months, Mark::Registered { at, id }) => self
                .is_above(at, id)
                .then(|| month_below(at, id).map(Part::Month))
                .flatten(),
            (Source::Word(word), Mark::Registered { at, id }) => {
                self.is_above(at, id).then(|| Part::Word(word.clone()))
            }
            // A mark of another order is none of this list.
            (Source::Referrer(_), Mark::Registered { .. })
            | (Source::City(_) | Source::Months | Source::Word(_), Mark::Place(_)) => None,
        };
        let part = part?;
        let from = match &part {
            Part::Month(month) => month_start(month).map_or(self.from, |at| at.max(self.from)),
            Part::Referrer(_) | Part::City(_) | Part::Word(_) => self.from,
        };
        Some(Look { part, from, below })
    }

    /// Where to go on once a part is looked through; `None` at the end of the list.
    #[must_use]
    pub fn behind(&self, part: &Part) -> Option<Mark> {
        match part {
            Part::Referrer(_) | Part::City(_) | Part::Word(_) => None,
            Part::Month(month) => {
                let at = month_start(month)?;
                self.is_above(at, None)
                    .then_some(Mark::Registered { at, id: None })
            }
        }
    }

    /// Whether anybody who is asked for can stand below.
    fn is_above(&self, at: Timestamp, id: Option<ParticipantId>) -> bool {
        at > self.from || (at == self.from && id.is_some())
    }
}

/// How many people a look evaluates that is the `round`th of a page, counted from 0, while so many
/// are missing. Where not everybody is wanted, ever more are looked at, so that a page with few
/// hits does not cost many calls, nor one with many hits much reading.
#[must_use]
pub fn evaluated(round: usize, missing: usize, selective: bool) -> usize {
    if !selective {
        return missing.min(EVALUATED_MOST);
    }
    let growth = 4_usize.saturating_pow(u32::try_from(round + 1).unwrap_or(u32::MAX));
    missing.saturating_mul(growth).min(EVALUATED_MOST)
}

fn first_moment(day: Date, zone: TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned(zone).ok()?.timestamp())
}

fn next_month(at: Timestamp) -> Timestamp {
    let day = at.to_zoned(TimeZone::UTC).date().first_of_month();
    let next = day.checked_add(Span::new().months(1)).ok();
    next.and_then(|day| first_moment(day, TimeZone::UTC))
        .unwrap_or(Timestamp::MAX)
}

/// The month of the last moment that somebody below can have registered in.
fn month_below(at: Timestamp, id: Option<ParticipantId>) -> Option<String> {
    let last = match id {
        Some(_) => at,
        None => at.checked_sub(jiff::SignedDuration::from_millis(1)).ok()?,
    };
    let day = last.to_zoned(TimeZone::UTC).date();
    Some(format!("{:04}-{:02}", day.year(), day.month()))
}

fn month_start(month: &str) -> Option<Timestamp> {
    let day: Date = format!("{month}-01").parse().ok()?;
    first_moment(day, TimeZone::UTC)
}
