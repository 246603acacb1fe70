//! What the totals count, and how they move when a row changes (requirements A2, A7).
//!
//! Every row has a [`Share`]: the counters it is counted in, each once, and the words it is found
//! under. Beside the counters stands a [`Mark`] for each row: the share that was counted last, and
//! up to where the row's changes were seen. A change moves mark and counters together, by the
//! difference of two shares; so a change that comes twice, late or in part cannot be counted twice.

mod as_of;
mod counter;
mod position;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use as_of::{Followed, Stream, as_of, counted_until};
pub use counter::{Counter, Outcome, Period, UnknownCounter};
pub use position::Position;
pub use share::{Entry, Facts, Share, of_erased, of_message, of_participant};

/// What was counted of one row. A row that nobody has counted yet has the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// How often it was written; 0 = it is not there.
    pub revision: u64,
    /// The last change that was counted; `None` if only a recount was here.
    pub position: Option<Position>,
    /// What the row is counted in.
    pub share: Share,
    /// Whether a recount wrote it: the change that made the row what it is may still come, and an
    /// older one behind it.
    pub recounted: bool,
}

/// A row as one of its changes left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which change.
    pub position: Position,
    /// What the row is to be counted in from then on; empty if it is gone.
    pub share: Share,
}

/// What a change of the totals consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The mark to be written; its revision is one more than that of the mark it replaces.
    pub mark: Mark,
    /// By how much counters change; never 0.
    pub steps: BTreeMap<Counter, i64>,
    /// Entries of words to be written.
    pub added: BTreeSet<Entry>,
    /// Entries of words to be removed.
    pub removed: BTreeSet<Entry>,
}

/// What follows from changes of one row, in whatever order they came and however often.
///
/// `None` if they were counted before, or if none of them makes a difference. If one in the middle
/// would, the mark is moved all the same: whoever has only that one in hand must see that it is
/// past, and whoever counts the row anew must see that something happened. So is the mark of a
/// recount, which was ahead of the changes.
#[must_use]
pub fn follow(mark: &Mark, seen: &[Seen]) -> Option<Move> {
    let is_new = |seen: &&Seen| Some(&seen.position) > mark.position.as_ref();
    let last = seen.iter().filter(is_new).max_by_key(|s| &s.position)?;
    let differs = seen.iter().filter(is_new).any(|s| s.share != mark.share);
    (differs || mark.recounted).then(|| {
        let position = Some(last.position.clone());
        moved(mark, position, last.share.clone(), false)
    })
}

/// What follows from the row as it was read after its mark; `None` if it is counted as it stands.
#[must_use]
pub fn correct(mark: &Mark, share: &Share) -> Option<Move> {
    (mark.share != *share).then(|| moved(mark, mark.position.clone(), share.clone(), true))
}

fn moved(mark: &Mark, position: Option<Position>, share: Share, recounted: bool) -> Move {
    let mut steps = BTreeMap::new();
    for counter in share.counters.difference(&mark.share.counters) {
        steps.insert(counter.clone(), 1);
    }
    for counter in mark.share.counters.difference(&share.counters) {
        steps.insert(counter.clone(), -1);
    }
    Move {
        steps,
        added: share
            .entries
            .difference(&mark.share.entries)
            .cloned()
            .collect(),
        removed: mark
            .share
            .entries
            .difference(&share.entries)
            .cloned()
            .collect(),
        mark: Mark {
            revision: mark.revision + 1,
            position,
            share,
            recounted,
        },
    }
}
