//! A page of participants, by any combination of conditions.

use std::collections::{BTreeSet, HashMap};

use domain::event::Event;
use domain::form::FieldErrors;
use domain::ids::ParticipantId;
use domain::people::{Filter, ListQuery, Mark, Plan, QUERIES_A_PAGE, WORDS_TRIED, evaluated};
use jiff::Timestamp;
use store::{Profile, StoreError};

use crate::context::App;

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Something asked for is wrong.
    #[error("the question cannot be read")]
    Fields(FieldErrors),
    /// The store did not answer.
    #[error("participants list")]
    Store(#[from] StoreError),
}

/// A participant in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// They.
    pub profile: Profile,
    /// Who invited them; none if nobody is known, or they were erased.
    pub referrer: Option<Profile>,
}

/// Some participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// They, the newest first; of one referrer's invited the last place first. May be fewer than asked
    /// for, or none, although more follow.
    pub people: Vec<Listed>,
    /// Behind whom the next page begins; none at the end.
    pub next: Option<Mark>,
}

/// A page of those whom all conditions mean. Pages that follow one another repeat nobody and leave
/// nobody out who was there at the first; who registers meanwhile stands before them. At most eight
/// calls of the database.
///
/// # Errors
/// [`ListError`].
pub async fn list_participants(app: &App, query: &ListQuery) -> Result<ListPage, ListError> {
    let filter = &query.filter;
    let now = app.now();
    let event = match filter.event {
        Some(id) => Some(known_event(app, id).await?),
        None => None,
    };
    let (word, mut looks) = rarest_word(app, query, now).await?;
    let plan = Plan::of(filter, word.as_deref(), now);
    let mut people: Vec<Profile> = Vec::with_capacity(query.limit);
    let mut mark = query.after.unwrap_or_else(|| plan.start());
    let mut round = 0;
    let next = loop {
        let Some(look) = plan.look(mark) else {
            break None;
        };
        let missing = query.limit.saturating_sub(people.len());
        if looks == 0 || missing == 0 {
            break Some(mark);
        }
        let selective = filter.rest(&look.part) != Filter::default();
        let evaluated = evaluated(round, missing, selective);
        let looked = app
            .store
            .look(&look, filter, event.as_ref(), evaluated, missing);
        let looked = looked.await?;
        people.extend(looked.people);
        match looked.next.or_else(|| plan.behind(&look.part)) {
            Some(behind) => mark = behind,
            None => break None,
        }
        looks -= 1;
        round += 1;
    };
    Ok(ListPage {
        people: with_referrers(app, people).await?,
        next,
    })
}

async fn known_event(app: &App, id: domain::ids::EventId) -> Result<Event, ListError> {
    match app.store.event(id).await? {
        Some(event) => Ok(event),
        None => {
            let mut errors = FieldErrors::default();
            errors.push("event_id", "Event ini tidak dikenal.");
            Err(ListError::Fields(errors))
        }
    }
}

/// The word of a search under which fewest are found, as far as a look at the newest of them tells,
/// and how many looks are left for the page.
async fn rarest_word(
    app: &App,
    query: &ListQuery,
    now: Timestamp,
) -> Result<(Option<String>, usize), StoreError> {
    let mut words: Vec<&String> = query.filter.words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words.truncate(WORDS_TRIED);
    // People of a word are read in a second call.
    match words.as_slice() {
        [] => return Ok((None, QUERIES_A_PAGE)),
        [only] => return Ok((Some((*only).clone()), QUERIES_A_PAGE / 2)),
        _ => {}
    }
    let mut rarest: Option<(Option<Timestamp>, &String)> = None;
    for word in &words {
        let plan = Plan::of(&query.filter, Some(word), now);
        let from = query.after.unwrap_or_else(|| plan.start());
        let Some(look) = plan.look(from) else {
            continue;
        };
        let reach = app.store.reach_of_word(&look).await?;
        // One that reaches its end is the rarest of all.
        if rarest.is_none_or(|(best, _)| reach < best) {
            rarest = Some((reach, word));
        }
    }
    let looks = (QUERIES_A_PAGE - words.len()) / 2;
    let word = rarest
        .map(|(_, word)| word)
        .or_else(|| words.first().copied());
    Ok((word.cloned(), looks))
}

/// These with who invited them, by one read.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub(super) async fn with_referrers(
    app: &App,
    people: Vec<Profile>,
) -> Result<Vec<Listed>, StoreError> {
    let ids: BTreeSet<ParticipantId> = people
        .iter()
        .filter_map(|one| one.participant.referrer_id)
        .collect();
    let ids: Vec<ParticipantId> = ids.into_iter().collect();
    let referrers = app.store.profiles(&ids).await?;
    let referrers: HashMap<ParticipantId, Profile> = referrers
        .into_iter()
        .map(|one| (one.participant.id, one))
        .collect();
    let listed = people.into_iter().map(|profile| Listed {
        referrer: profile
            .participant
            .referrer_id
            .and_then(|id| referrers.get(&id).cloned()),
        profile,
    });
    Ok(listed.collect())
}
