//! Gives invitees their place among those invited by one referrer: 1, 2, 3 …
//!
//! Jobs of one referrer come one after the other (FIFO group), but nothing here relies on it: the
//! counter moves only from the value that was read.

use domain::alert_pace::{AlertPace, FOLLOWS};
use domain::ids::ParticipantId;
use domain::message::{MessageType, NewMessage, State, Waiting, alert_id};
use jiff::Timestamp;
use store::{AlertStep, Invitee, Pending, SequenceStep, StoreError};

use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::{QueueMessage, ReferralJob};
use crate::register::alert;

/// Reads that may be overtaken before the job goes back to its queue.
const TRIES: u32 = 5;
/// Pending referrals that one job credits before it hands the rest to the next.
const ADOPT_AT_ONCE: usize = 100;

/// Why a job could not be finished; the queue brings it again.
#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    /// The store did not answer.
    #[error("referral")]
    Store(#[from] StoreError),
    /// Somebody else kept moving the same counter.
    #[error("referral counter kept moving")]
    Overtaken,
    /// The rest of the work could not be handed on.
    #[error("the next adoption job could not be queued")]
    Queue(#[from] crate::ports::QueueError),
}

/// Does one job. Doing it twice changes nothing the second time.
///
/// # Errors
/// [`ReferralError`]; what was written stays right, the job is to be repeated.
pub async fn run_referral_job(app: &App, job: ReferralJob) -> Result<(), ReferralError> {
    match job {
        ReferralJob::Sequence {
            participant_id,
            referrer_id,
        } => {
            if credit(app, referrer_id, participant_id, None).await? {
                wake(app).await;
            }
            Ok(())
        }
        ReferralJob::Adopt { referrer_id } => adopt(app, referrer_id).await,
    }
}

async fn wake(app: &App) {
    app.notify(QueueMessage::Wake).await;
    Failpoint::SequenceWoken.reach();
}

async fn adopt(app: &App, referrer_id: ParticipantId) -> Result<(), ReferralError> {
    let Some(referrer) = app.store.invitee(referrer_id).await? else {
        return Ok(());
    };
    let page = app
        .store
        .pending_for(&referrer.phone_index, ADOPT_AT_ONCE)
        .await?;
    for pending in &page.waiting {
        credit(
            app,
            referrer_id,
            pending.participant_id,
            Some((pending, &referrer)),
        )
        .await?;
    }
    if page.more {
        app.queue
            .send(QueueMessage::Referral(ReferralJob::Adopt { referrer_id }))
            .await?;
    } else if page.whole {
        // Otherwise the mark stays: the sweep comes again for what could not be read.
        app.store.drop_mark(&referrer.phone_index).await?;
    }
    if !page.waiting.is_empty() {
        wake(app).await;
    }
    Ok(())
}

/// Credits one invitee; returns whether an alert became sendable.
async fn credit(
    app: &App,
    referrer_id: ParticipantId,
    participant_id: ParticipantId,
    adoption: Option<(&Pending, &Invitee)>,
) -> Result<bool, ReferralError> {
    let alert_id = alert_id(referrer_id, participant_id);
    for _ in 0..TRIES {
        let now = app.now();
        let state = app
            .store
            .referral_state(referrer_id, participant_id, alert_id)
            .await?;
        let waits = state.alert == Some(State::Queued(Waiting::Sequence));
        let open = match &state.invitee {
            None => false,
            Some(p) if adoption.is_some() => p.referrer_id.is_none(),
            Some(p) => p.referrer_id == Some(referrer_id),
        };
        let message = sendable_alert(
            app,
            referrer_id,
            participant_id,
            adoption,
            &state.alerts,
            now,
        )
        .await?;
        let has_place = state
            .invitee
            .as_ref()
            .is_some_and(|p| p.referrer_sequence.is_some());
        if !open || has_place {
            if let Some((pending, _)) = adoption {
                app.store.drop_pending(pending).await?;
            }
            if state.invitee.is_none() && waits {
                // They were erased before they had a place: there is nobody to tell of.
                app.store.cancel_alert(alert_id, now).await?;
            }
            return Ok(open && waits && app.store.release_alert(&message).await?);
        }
        let alert = match (adoption, waits) {
            (Some(_), _) => AlertStep::Write { message: &message },
            (None, true) => AlertStep::Release { message: &message },
            (None, false) => AlertStep::Leave,
        };
        let step = SequenceStep {
            referrer_id,
            participant_id,
            total: state.total,
            alert,
            pending: adoption.map(|(pending, _)| pending),
        };
        Failpoint::SequenceBefore.reach();
        if app.store.sequence(&step).await? {
            Failpoint::SequenceCommitted.reach();
            return Ok(true);
        }
    }
    Err(ReferralError::Overtaken)
}

/// The alert as it stands once its number is known: sendable at once, when sending hours begin, or
/// when the next group of this referrer goes (requirement N1).
async fn sendable_alert(
    app: &App,
    referrer_id: ParticipantId,
    participant_id: ParticipantId,
    adoption: Option<(&Pending, &Invitee)>,
    told: &AlertPace,
    now: Timestamp,
) -> Result<NewMessage, StoreError> {
    let settings = app.settings().await?;
    let planned = told.planned(now);
    let opens = settings.hours.opens_at(
        MessageType::ReferrerAlert.class(),
        now,
        planned.unwrap_or(now),
    );
    let waiting = if planned.is_some() {
        Waiting::Scheduled
    } else if opens > now {
        Waiting::Window
    } else {
        Waiting::Number
    };
    let index = adoption.map_or_else(String::new, |(_, referrer)| referrer.phone_index.clone());
    let message = alert(referrer_id, index, participant_id, now, waiting, opens);
    let not_before = match planned {
        Some(_) => opens.saturating_add(FOLLOWS).unwrap_or(opens),
        None => now,
    };
    Ok(NewMessage {
        not_before,
        ..message
    })
}
