//! The personal join link and the event for one's own calendar (requirement E3).

use domain::calendar::{Entry, ics};
use domain::event::{Event, EventStatus};
use domain::ids::EventId;
use domain::join::{JoinToken, Way, is_preview, way};
use store::{Chain, StoreError};

use crate::context::App;

/// What an opened link comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// To the meeting, at this address.
    Meeting(String),
    /// A program looks what the link is about: it sees this event and not the meeting.
    Preview(Box<Event>),
    /// Nowhere.
    Closed {
        /// Why.
        why: Box<Closed>,
        /// The next event, once one is planned.
        next: Option<Box<Event>>,
    },
}

/// Why a link leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is none of ours, or its event is gone.
    Unknown,
    /// Whoever it was made for is erased.
    Erased,
    /// The event has no meeting yet.
    NotYet(Event),
    /// The event is over.
    Over(Event),
    /// The event does not take place.
    Cancelled(Event),
}

/// Why nothing could be answered.
#[derive(Debug, thiserror::Error)]
#[error("join link")]
pub struct JoinError(#[from] StoreError);

/// Follows a link: `token` as it stands in it, `agent` and `method` as the request says. Whoever is
/// led to the meeting has clicked, and that is noted; a preview has not.
///
/// # Errors
/// [`JoinError`] if the store does not answer. A click that cannot be noted keeps nobody out.
pub async fn open_link(
    app: &App,
    token: &str,
    agent: Option<&str>,
    method: &str,
) -> Result<Opened, JoinError> {
    let now = app.now();
    let token = JoinToken::decode(token);
    let Some(token) = token.filter(|token| app.store.is_ours(token).unwrap_or_default()) else {
        return closed(app, Closed::Unknown).await;
    };
    let facts = Box::pin(app.store.join_facts(&token)).await?;
    let Some(event) = facts.event else {
        return closed(app, Closed::Unknown).await;
    };
    if !facts.is_known {
        return closed(app, Closed::Erased).await;
    }
    let link = match way(&event, now) {
        Way::Meeting(link) => link.to_owned(),
        Way::NotYet => return closed(app, Closed::NotYet(event)).await,
        Way::Over => return closed(app, Closed::Over(event)).await,
        Way::Cancelled => return closed(app, Closed::Cancelled(event)).await,
    };
    if is_preview(agent, method) {
        return Ok(Opened::Preview(Box::new(event)));
    }
    let noted = app.store.record_click(&token, facts.last_click, now).await;
    if let Err(error) = noted {
        tracing::error!(event = %event.id, error = %Chain(&error), "a click was not noted");
    }
    Ok(Opened::Meeting(link))
}

async fn closed(app: &App, why: Closed) -> Result<Opened, JoinError> {
    let next = app.next_event(app.now()).await?;
    // The link's own event may be the next one, with no meeting yet.
    let next = next.filter(|next| match &why {
        Closed::NotYet(event) => event.id != next.id,
        _ => true,
    });
    Ok(Opened::Closed {
        why: Box::new(why),
        next: next.map(Box::new),
    })
}

/// An event as a calendar file, the same for everybody; none if there is no such event.
///
/// # Errors
/// [`JoinError`] if the store does not answer.
pub async fn calendar_file(app: &App, id: EventId) -> Result<Option<String>, JoinError> {
    let Some(event) = app.store.event(id).await? else {
        return Ok(None);
    };
    let site = format!("https://{}/", app.settings().await?.site_host);
    Ok(Some(ics(&Entry {
        id,
        revision: u32::try_from(event.revision).unwrap_or(u32::MAX),
        changed_at: event.changed_at,
        title: &event.title,
        start: event.start_time,
        minutes: Some(u32::from(event.duration_min)),
        description: event.description.as_deref(),
        url: &site,
        joins: false,
        cancelled: event.status == EventStatus::Cancelled,
    })))
}
