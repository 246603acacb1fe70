//! Writing the rows of a campaign, page by page, by whoever has time: each page is written together
//! with how far that brings the campaign, so that it does not matter who wrote the one before, how
//! that ended, or how many try at once.

use domain::campaign::{Campaign, CampaignKind, Counts, Phase, Position};
use domain::ids::CampaignId;
use domain::message::{InCampaign, NewMessage, Waiting};
use jiff::Timestamp;
use store::{Page, PageWritten, Person, StoreError};

use super::CampaignError;
use super::close::end_waiting;
use super::recipients::{MOST_CAMPAIGNS, Recipients};
use super::steer::step;
use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;
use domain::audience::LeftOut;

/// People that a page looks at, at most: one that finds few recipients moves the campaign too.
const LOOKED_AT: usize = 2_000;

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expanded {
    /// All its rows are written, or, of one that was given up, ended.
    Done,
    /// The time is over, work is not: somebody has to go on.
    More,
    /// Nothing can be done about it now; the tick comes back to it.
    Stopped,
}

/// Works on a campaign until that moment: writes its rows, or ends them if it was given up. Anybody
/// may do so at any time, also several at once.
///
/// # Errors
/// [`CampaignError`]; what was written stays, and whoever comes next goes on behind it.
pub async fn expand(
    app: &App,
    id: CampaignId,
    until: Timestamp,
) -> Result<Expanded, CampaignError> {
    loop {
        let campaign = app.store.campaign(id).await?;
        let mut campaign = campaign.ok_or(CampaignError::Unknown)?;
        match campaign.status.phase {
            Phase::Closing => return end_waiting(app, &campaign, until).await,
            Phase::Open | Phase::Done | Phase::Closed => return Ok(Expanded::Done),
            Phase::Expanding => {}
        }
        let patience = super::sweep::patience(app).await?;
        if let Some(begin) = campaign.begins(patience, app.now()) {
            campaign = step(app, id, begin).await?;
        }
        if campaign.status.phase != Phase::Expanding {
            continue;
        }
        if others_first(app, &campaign).await? {
            return Ok(Expanded::Stopped);
        }
        match Box::pin(write_pages(app, campaign, until)).await? {
            Some(Expanded::Done) => {
                let campaign = app.store.campaign(id).await?;
                let campaign = campaign.ok_or(CampaignError::Unknown)?;
                super::lanes::sync(app, &campaign).await?;
                let_others(app, &campaign).await?;
                return Ok(Expanded::Done);
            }
            Some(end) => return Ok(end),
            // Somebody else wrote a page, or it was closed: what is true now decides.
            None => {}
        }
    }
}

/// Broadcasts are written one after the other, in the order in which they were decided: whom one
/// reaches counts against the cap of the next.
async fn others_first(app: &App, campaign: &Campaign) -> Result<bool, StoreError> {
    if campaign.new.kind != CampaignKind::Broadcast {
        return Ok(false);
    }
    let rank = |one: &Campaign| (one.new.created_at, one.new.id);
    let live = app.store.live_campaigns(MOST_CAMPAIGNS).await?;
    Ok(live
        .iter()
        .any(|other| is_being_written(other) && rank(other) < rank(campaign)))
}

fn is_being_written(campaign: &Campaign) -> bool {
    campaign.new.kind == CampaignKind::Broadcast && campaign.status.phase == Phase::Expanding
}

/// Those that wait for this one to be written go on.
async fn let_others(app: &App, campaign: &Campaign) -> Result<(), StoreError> {
    if campaign.new.kind != CampaignKind::Broadcast {
        return Ok(());
    }
    for other in app.store.live_campaigns(MOST_CAMPAIGNS).await? {
        if is_being_written(&other) && other.new.id != campaign.new.id {
            let campaign = other.new.id;
            app.notify(QueueMessage::Expand { campaign }).await;
        }
    }
    Ok(())
}

/// Writes pages until the end, the last, or until somebody else is found to have written one.
async fn write_pages(
    app: &App,
    mut campaign: Campaign,
    until: Timestamp,
) -> Result<Option<Expanded>, StoreError> {
    let new = campaign.new.clone();
    let mut recipients = Recipients::from(app, &new, campaign.position.clone()).await?;
    loop {
        if app.now() >= until {
            return Ok(Some(Expanded::More));
        }
        let draft = Draft::next(app, &mut recipients, &campaign).await?;
        Failpoint::ExpandBeforePage.reach();
        let Some(counts) = put(app, &campaign, draft.rows, &draft.next, draft.counts).await? else {
            return Ok(None);
        };
        Failpoint::ExpandPageCommitted.reach();
        campaign.counts = counts;
        campaign.position = draft.next;
        if campaign.position.is_none() {
            return Ok(Some(Expanded::Done));
        }
    }
}

/// A page that is decided.
struct Draft {
    rows: Vec<NewMessage>,
    next: Option<Position>,
    counts: Counts,
}

impl Draft {
    async fn next(
        app: &App,
        recipients: &mut Recipients<'_>,
        campaign: &Campaign,
    ) -> Result<Self, StoreError> {
        let mut draft = Self {
            rows: Vec::with_capacity(Page::MOST_ROWS),
            next: None,
            counts: campaign.counts.clone(),
        };
        let now = app.now();
        for _ in 0..LOOKED_AT {
            let Some(decided) = recipients.next(app).await? else {
                draft.next = None;
                break;
            };
            match decided.admitted {
                Ok(()) => {
                    let row = row(campaign, &decided.person, draft.counts.queued, now);
                    draft.rows.push(row);
                    draft.counts.queued += 1;
                }
                Err(why) => draft.counts.leave_out(why),
            }
            draft.next = recipients.behind(&decided);
            if draft.rows.len() == Page::MOST_ROWS || draft.next.is_none() {
                break;
            }
        }
        Ok(draft)
    }
}

fn row(campaign: &Campaign, person: &Person, n: u32, now: Timestamp) -> NewMessage {
    let new = &campaign.new;
    NewMessage {
        id: new.message_id(person.id),
        message_type: new.kind.message_type(),
        participant_id: person.id,
        target_index: person.phone_index.clone(),
        subject_id: None,
        event_id: new.event.map(|event| event.id),
        cause_at: new.not_before,
        created_at: now,
        expires_at: new.expires_at,
        waiting: if new.not_before > now {
            Waiting::Scheduled
        } else {
            Waiting::Number
        },
        not_before: new.not_before,
        expected_at: new.not_before,
        sticky: None,
        campaign: Some(InCampaign {
            id: new.id,
            shard: new.shard_of(n),
        }),
    }
}

/// Writes a page; rows that are there already are taken out of it and counted as had. Returns the
/// counts as they were written, or none if somebody else has moved the campaign.
async fn put(
    app: &App,
    campaign: &Campaign,
    mut rows: Vec<NewMessage>,
    next: &Option<Position>,
    mut counts: Counts,
) -> Result<Option<Counts>, StoreError> {
    if next.is_none() {
        Failpoint::ExpandBeforeDone.reach();
    }
    loop {
        let page = Page {
            campaign,
            rows: &rows,
            next: next.as_ref(),
            counts: &counts,
        };
        match app.store.put_page(&page, app.now()).await? {
            PageWritten::Yes => return Ok(Some(counts)),
            PageWritten::Moved => return Ok(None),
            PageWritten::There(at) => {
                for at in at.into_iter().rev() {
                    rows.remove(at);
                    counts.queued -= 1;
                    counts.leave_out(LeftOut::Duplicate);
                }
            }
        }
    }
}
