//! Brings changes of rows into the totals (requirements A2, A7), and counts rows anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::counting::{Mark, Move, Seen, Share, Stream, correct, follow};
use jiff::Timestamp;
use store::{Chain, Countable, Counted, Recount, Store, StoreError};

use crate::App;
use crate::failpoint::Failpoint;

/// Most rows whose marks are read at once.
const AT_ONCE: usize = 100;
/// Somebody else may move the same marks; whoever does so for the twentieth time will come again.
const ROUNDS: u32 = 20;
/// Items that a recount looks at in one step.
const PAGE: i32 = 400;

/// Why rows were not counted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CountError {
    /// The store did not answer, or what was counted of the row is unreadable.
    #[error("counting")]
    Store(#[source] Arc<StoreError>),
    /// The row was counted by others again and again.
    #[error("counting: others were always first")]
    Contended,
}

/// Counts changes of rows, all that are known of one row together. Answers with the rows that were
/// not counted; they are as they were before, and the changes must come again.
///
/// Rows that are counted in one transaction are so because they fit: which ones they are does not
/// matter, nor does it where a crash comes between two of them.
pub async fn count_changes(
    app: &App,
    changes: &BTreeMap<Countable, Vec<Seen>>,
) -> BTreeMap<Countable, CountError> {
    let rows: Vec<Countable> = changes.keys().cloned().collect();
    let mut failed = BTreeMap::new();
    for rows in rows.chunks(AT_ONCE) {
        let decide = |row: &Countable, mark: &Mark| follow(mark, changes.get(row)?);
        failed.extend(settle(app, rows.to_vec(), decide).await.1);
    }
    failed
}

/// Notes up to when streams were counted. One write an invocation; that it fails changes what is
/// shown as the time, and nothing else.
pub async fn note_followed(app: &App, reached: &BTreeMap<Stream, Timestamp>) {
    if reached.is_empty() {
        return;
    }
    if let Err(error) = app.store.note_followed(reached, app.now()).await {
        tracing::error!(error = %Chain(&error), "up to when it was counted could not be noted");
    }
}

/// Reads marks, decides and writes until each row is settled: how many were moved, and those that
/// were not settled.
async fn settle(
    app: &App,
    rows: Vec<Countable>,
    decide: impl Fn(&Countable, &Mark) -> Option<Move>,
) -> (u64, BTreeMap<Countable, CountError>) {
    let mut failed = BTreeMap::new();
    let mut moved = 0;
    let mut open = rows;
    for _ in 0..ROUNDS {
        if open.is_empty() {
            return (moved, failed);
        }
        let marks = match app.store.marks(&open).await {
            Ok(marks) => marks,
            Err(error) => {
                fail(&mut failed, open, error);
                return (moved, failed);
            }
        };
        let mut moves = Vec::new();
        for (row, mark) in open.into_iter().zip(marks) {
            match mark {
                Ok(mark) => moves.extend(decide(&row, &mark).map(|moved| (row, moved))),
                Err(error) => fail(&mut failed, vec![row], error),
            }
        }
        open = Vec::new();
        let mut rest = moves.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(Store::that_fit(rest));
            rest = later;
            let rows = || now.iter().map(|(row, _)| row.clone());
            Failpoint::CountBefore.reach();
            match app.store.count(now, app.now()).await {
                Ok(Counted::Yes) => moved += u64::try_from(now.len()).unwrap_or(u64::MAX),
                Ok(Counted::Moved(by_others)) => {
                    tracing::debug!(rows = by_others.len(), "marks were moved by others");
                    open.extend(rows());
                }
                Err(error) => fail(&mut failed, rows().collect(), error),
            }
            Failpoint::CountCommitted.reach();
        }
    }
    failed.extend(open.into_iter().map(|row| (row, CountError::Contended)));
    (moved, failed)
}

fn fail(failed: &mut BTreeMap<Countable, CountError>, rows: Vec<Countable>, error: StoreError) {
    let error = Arc::new(error);
    let why = |row| (row, CountError::Store(Arc::clone(&error)));
    failed.extend(rows.into_iter().map(why));
}

/// How far a recount has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recounted {
    /// Everything was looked at.
    Done {
        /// Rows that were not counted as they stand.
        corrected: u64,
        /// Rows that could not be read; the log names them.
        unreadable: u64,
    },
    /// There is more; go on.
    More,
}

/// Begins to count all rows anew. What was counted stays and is corrected where it differs.
///
/// # Errors
/// [`CountError`] if the store does not answer.
pub async fn begin_recount(app: &App) -> Result<(), CountError> {
    let before = app.store.recount().await.map_err(store_error)?;
    // If somebody else begins one at this moment, that one will do.
    let began = app.store.begin_recount(before.as_ref(), app.now()).await;
    began.map(drop).map_err(store_error)
}

/// Takes the next step of a recount; nothing happens without one.
///
/// Of each row the mark is read first and the row after it, and the correction holds only for that
/// mark. So a row that changes meanwhile is counted by its own change, and rows may change and be
/// counted all the time.
///
/// # Errors
/// [`CountError`] if the store does not answer or others moved a row's mark all the time; the step
/// is not taken then and may be repeated.
pub async fn go_on_recounting(app: &App) -> Result<Recounted, CountError> {
    let Some(state) = app.store.recount().await.map_err(store_error)? else {
        return Ok(Recounted::Done {
            corrected: 0,
            unreadable: 0,
        });
    };
    let Some(round) = state.round else {
        return Ok(Recounted::Done {
            corrected: state.corrected,
            unreadable: state.unreadable,
        });
    };
    let page = app.store.counted_rows(round, state.after.as_ref(), PAGE);
    let page = page.await.map_err(store_error)?;
    let (mut corrected, mut unreadable) = (0, 0);
    for rows in page.rows.chunks(AT_ONCE) {
        let (moved, unread) = recount_rows(app, rows).await?;
        corrected += moved;
        unreadable += unread;
    }
    let next = Recount {
        round: match page.after {
            Some(_) => Some(round),
            None => round.next(),
        },
        after: page.after,
        corrected: state.corrected + corrected,
        unreadable: state.unreadable + unreadable,
        ..state
    };
    // Whoever was first has done the same page, and has noted it.
    app.store.move_recount(&next).await.map_err(store_error)?;
    Ok(Recounted::More)
}

/// Corrects what is counted of these rows: how many differed, and how many cannot be read.
async fn recount_rows(app: &App, rows: &[Countable]) -> Result<(u64, u64), CountError> {
    let (mut corrected, mut unreadable) = (0, BTreeSet::new());
    let mut open = rows.to_vec();
    for _ in 0..ROUNDS {
        let marks = app.store.marks(&open).await.map_err(store_error)?;
        let shares = app.store.shares(&open).await.map_err(store_error)?;
        let mut known: BTreeMap<Countable, (Mark, Share)> = BTreeMap::new();
        for (row, (mark, share)) in open.into_iter().zip(marks.into_iter().zip(shares)) {
            match mark.and_then(|mark| share.map(|share| (mark, share))) {
                Ok(both) => {
                    known.insert(row, both);
                }
                Err(error) => {
                    tracing::error!(?row, error = %Chain(&error), "a row cannot be counted");
                    unreadable.insert(row);
                }
            }
        }
        let moves = known.into_iter();
        let moves = moves.filter_map(|(row, (mark, share))| Some((row, correct(&mark, &share)?)));
        let moves: Vec<_> = moves.collect();
        open = Vec::new();
        let mut rest = moves.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(Store::that_fit(rest));
            rest = later;
            match app.store.count(now, app.now()).await.map_err(store_error)? {
                Counted::Yes => corrected += u64::try_from(now.len()).unwrap_or(u64::MAX),
                Counted::Moved(_) => open.extend(now.iter().map(|(row, _)| row.clone())),
            }
        }
        if open.is_empty() {
            let unreadable = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
            return Ok((corrected, unreadable));
        }
    }
    Err(CountError::Contended)
}

fn store_error(error: StoreError) -> CountError {
    CountError::Store(Arc::new(error))
}
