//! The log of messages, page by page (requirement A4).

use domain::lane::Lane;
use domain::log::{Filter, Mark, Part, Plan};
use domain::message::Class;
use store::{Entry, Logged, StoreError};

use crate::campaign::MOST_CAMPAIGNS;
use crate::context::App;

/// Calls of the database that a page makes at most.
const CALLS_A_PAGE: usize = 7;
/// What a look may cost: the query, and the rows it brings.
const CALLS_A_LOOK: usize = 2;
/// Rows read for one look: as many as a batch read takes.
const ROWS_A_LOOK: usize = 100;
/// Entries of an index that shows states, looked through for the rows of one look.
const ENTRIES_A_LOOK: usize = 1_000;

/// Some messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// They, the newest first; what waits, lane by lane and the first due first. May be fewer than
    /// asked for, or none, although more follow.
    pub messages: Vec<Logged>,
    /// Behind what the next page begins; none at the end.
    pub next: Option<Mark>,
}

/// A page of those messages for which all conditions hold, at most `limit`, from behind `after`. At
/// most seven calls of the database; days without messages are passed over, one for each. A list of what waits is a picture of something that moves: a row
/// that changes its lane between two pages can be seen twice or not at all.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn message_log(
    app: &App,
    filter: &Filter,
    after: Option<Mark>,
    limit: usize,
) -> Result<LogPage, StoreError> {
    let (plan, mut calls) = plan(app, filter).await?;
    let mut messages = Vec::with_capacity(limit);
    let mut place = after.or_else(|| plan.start());
    while calls + CALLS_A_LOOK <= CALLS_A_PAGE {
        let Some(look) = place.as_ref().and_then(|place| plan.look(place)) else {
            return Ok(LogPage {
                messages,
                next: None,
            });
        };
        let shows_states = matches!(look.part, Part::Campaign(_) | Part::Lane(_));
        let entries = if shows_states {
            ENTRIES_A_LOOK
        } else {
            ROWS_A_LOOK
        };
        let seen = app.store.log_entries(&look, entries).await?;
        calls += 1;
        let last = seen.found.last().map(|entry| entry.mark.clone());
        let candidates = seen.found.into_iter();
        let mut candidates: Vec<Entry> = candidates
            .filter(|entry| filter.may_hold_for(&entry.glimpse))
            .collect();
        let mut reached = if seen.ended {
            plan.behind(&look.part)
        } else {
            last
        };
        if candidates.len() > ROWS_A_LOOK {
            candidates.truncate(ROWS_A_LOOK);
            reached = candidates.last().map(|entry| entry.mark.clone());
        }
        let ids: Vec<_> = candidates.iter().map(|entry| entry.id).collect();
        calls += usize::from(!ids.is_empty());
        let mut rows = app.store.logged(&ids).await?.into_iter().peekable();
        for entry in candidates {
            let Some(row) = rows.next_if(|row| row.id == entry.id) else {
                continue;
            };
            if !filter.may_hold_for(&row.glimpse()) {
                continue;
            }
            messages.push(row);
            if messages.len() == limit {
                return Ok(LogPage {
                    messages,
                    next: Some(entry.mark),
                });
            }
        }
        place = reached;
    }
    Ok(LogPage {
        messages,
        next: place,
    })
}

/// The plan, and how many calls it took to make it.
async fn plan(app: &App, filter: &Filter) -> Result<(Plan, usize), StoreError> {
    let now = app.now();
    let without_lanes = Plan::of(filter, &[], now);
    if without_lanes.start().is_some() {
        return Ok((without_lanes, 0));
    }
    let campaigns = app.store.live_campaigns(MOST_CAMPAIGNS).await?;
    let of_campaigns = campaigns.iter().flat_map(|campaign| campaign.all_lanes());
    let mut lanes: Vec<String> = of_campaigns.map(|lane| lane.partition()).collect();
    // Where a campaign that has ended stood can be found in this order.
    lanes.sort_unstable();
    let classes = Class::ALL
        .into_iter()
        .filter(|class| *class != Class::Broadcast)
        .map(|class| Lane::Class(class).partition());
    let others = [
        Lane::Sending.partition(),
        domain::lane::STICKY.to_owned(),
        Lane::WaitingSequence.partition(),
        Lane::Held.partition(),
    ];
    let lanes: Vec<String> = others.into_iter().chain(classes).chain(lanes).collect();
    Ok((Plan::of(filter, &lanes, now), 1))
}
