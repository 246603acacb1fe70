//! Gives invitees their place among those invited by one referrer: 1, 2, 3 …
//!
//! Jobs of one referrer come one after the other (FIFO group), but nothing here relies on it: the
//! counter moves only from the value that was read. Those that come together are done together,
//! which spares a referrer whom many name most of the calls.

use domain::alert_pace::{AlertPace, FOLLOWS};
use domain::ids::ParticipantId;
use domain::message::{MessageType, NewMessage, State, Waiting, alert_id};
use domain::sequence::{Invited, Profile, Step, steps};
use jiff::Timestamp;
use store::{
    AlertStep, Invitee, PLACES_AT_ONCE, Pending, PlaceStep, ReferralState, SequenceStep, StoreError,
};

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

/// One who was invited.
#[derive(Clone, Copy)]
struct Invitation<'a> {
    participant_id: ParticipantId,
    /// Set if they named the number before it registered; with the one whose number it is.
    early: Option<(&'a Pending, &'a Invitee)>,
}

/// Whether the alert about one invitee became sendable, or why their items cannot be read.
type Credited = Result<bool, StoreError>;

/// Does these jobs in their order, neighbours of one referrer together, and answers for each. Doing
/// one twice changes nothing the second time.
///
/// A job about somebody whose items cannot be read fails alone. Behind any other failure nothing is
/// tried: there are fewer answers than jobs then.
pub async fn run_referral_jobs(app: &App, jobs: &[ReferralJob]) -> Vec<Result<(), ReferralError>> {
    let mut answers = Vec::with_capacity(jobs.len());
    for run in jobs.chunk_by(ReferralJob::goes_with) {
        match run_together(app, run).await {
            Ok(done) => answers.extend(done),
            Err(error) => {
                answers.push(Err(error));
                break;
            }
        }
    }
    answers
}

async fn run_together(
    app: &App,
    run: &[ReferralJob],
) -> Result<Vec<Result<(), ReferralError>>, ReferralError> {
    let mut named = None;
    let mut invited = Vec::with_capacity(run.len());
    for job in run {
        match job {
            ReferralJob::Adopt { referrer_id } => {
                adopt(app, *referrer_id).await?;
                return Ok(vec![Ok(())]);
            }
            ReferralJob::Sequence {
                participant_id,
                referrer_id,
            } => {
                named = Some(*referrer_id);
                invited.push(Invitation {
                    participant_id: *participant_id,
                    early: None,
                });
            }
        }
    }
    let Some(referrer_id) = named else {
        return Ok(Vec::new());
    };
    let credited = credit_all(app, referrer_id, &invited).await;
    let nothing_new = |all: &Vec<Credited>| !all.iter().any(|one| matches!(one, Ok(true)));
    // After a failure nobody knows what was written.
    if !credited.as_ref().is_ok_and(nothing_new) {
        wake(app).await;
    }
    let done = |one: Credited| one.map(|_| ()).map_err(ReferralError::from);
    Ok(credited?.into_iter().map(done).collect())
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
    let early = |pending| Invitation {
        early: Some((pending, &referrer)),
        participant_id: pending.participant_id,
    };
    let invited: Vec<_> = page.waiting.iter().map(early).collect();
    let credited = credit_all(app, referrer_id, &invited).await;
    if !page.waiting.is_empty() {
        wake(app).await;
    }
    // Whoever cannot be read stays pending, and the mark with them.
    credited?.into_iter().collect::<Result<Vec<_>, _>>()?;
    if page.more {
        app.queue
            .send(QueueMessage::Referral(ReferralJob::Adopt { referrer_id }))
            .await?;
    } else if page.whole {
        // Otherwise the mark stays: the sweep comes again for what could not be read.
        app.store.drop_mark(&referrer.phone_index).await?;
    }
    Ok(())
}

/// Credits these in their order, as many as fit into one transaction at once; if one of them or
/// the counter moved meanwhile, one by one.
async fn credit_all(
    app: &App,
    referrer_id: ParticipantId,
    invited: &[Invitation<'_>],
) -> Result<Vec<Credited>, ReferralError> {
    let mut all = Vec::with_capacity(invited.len());
    for together in invited.chunks(PLACES_AT_ONCE) {
        if together.len() > 1
            && let Some(credited) = try_to_credit(app, referrer_id, together).await?
        {
            all.extend(credited);
            continue;
        }
        for one in together.chunks(1) {
            all.extend(credit_one(app, referrer_id, one).await?);
        }
    }
    Ok(all)
}

async fn credit_one(
    app: &App,
    referrer_id: ParticipantId,
    one: &[Invitation<'_>],
) -> Result<Vec<Credited>, ReferralError> {
    for _ in 0..TRIES {
        if let Some(credited) = try_to_credit(app, referrer_id, one).await? {
            return Ok(credited);
        }
    }
    Err(ReferralError::Overtaken)
}

/// One read and one transaction for all of these. None if something moved in between: nobody has
/// got a place then.
async fn try_to_credit(
    app: &App,
    referrer_id: ParticipantId,
    invited: &[Invitation<'_>],
) -> Result<Option<Vec<Credited>>, ReferralError> {
    let now = app.now();
    let of = |one: &Invitation| {
        let id = one.participant_id;
        (id, alert_id(referrer_id, id))
    };
    let wanted: Vec<_> = invited.iter().map(of).collect();
    let read = app.store.referrals(referrer_id, &wanted).await?;
    let known: Vec<Invited> = invited
        .iter()
        .zip(&read.states)
        .filter_map(|(one, state)| Some(as_invited(one, state.as_ref().ok()?)))
        .collect();
    let mut next = steps(referrer_id, read.total, &known).into_iter();
    let mut places = Vec::new();
    let mut rest = Vec::new();
    let mut credited = Vec::with_capacity(invited.len());
    for (one, state) in invited.iter().zip(read.states) {
        let state = match state {
            Ok(state) => state,
            Err(error) => {
                credited.push(Err(error));
                continue;
            }
        };
        let step = next.next().unwrap_or(Step::Nothing);
        if matches!(step, Step::Place(_)) {
            places.push(PlaceStep {
                participant_id: one.participant_id,
                message: sendable_alert(app, referrer_id, one, &read.alerts, now).await?,
                alert: match (one.early, waits(&state)) {
                    (Some(_), _) => AlertStep::Write,
                    (None, true) => AlertStep::Release,
                    (None, false) => AlertStep::Leave,
                },
                pending: one.early.map(|(pending, _)| pending),
            });
        } else {
            rest.push((credited.len(), one, step));
        }
        credited.push(Ok(matches!(step, Step::Place(_))));
    }
    if !places.is_empty() {
        let step = SequenceStep {
            referrer_id,
            total: read.total,
            places,
        };
        Failpoint::SequenceBefore.reach();
        if !app.store.sequence(&step).await? {
            return Ok(None);
        }
        Failpoint::SequenceCommitted.reach();
    }
    for (at, one, step) in rest {
        if let Some((pending, _)) = one.early {
            app.store.drop_pending(pending).await?;
        }
        match step {
            Step::Release => {
                let message = sendable_alert(app, referrer_id, one, &read.alerts, now).await?;
                let released = app.store.release_alert(&message).await?;
                if let Some(answer) = credited.get_mut(at) {
                    *answer = Ok(released);
                }
            }
            Step::Withdraw => {
                let id = alert_id(referrer_id, one.participant_id);
                app.store.cancel_alert(id, now).await?;
            }
            Step::Place(_) | Step::Nothing => {}
        }
    }
    Ok(Some(credited))
}

fn waits(state: &ReferralState) -> bool {
    state.alert == Some(State::Queued(Waiting::Sequence))
}

fn as_invited(one: &Invitation<'_>, state: &ReferralState) -> Invited {
    Invited {
        participant_id: one.participant_id,
        profile: state.invitee.as_ref().map(|invitee| Profile {
            referrer_id: invitee.referrer_id,
            has_place: invitee.referrer_sequence.is_some(),
        }),
        alert_waits: waits(state),
        named_early: one.early.is_some(),
    }
}

/// The alert as it stands once its number is known: sendable at once, when sending hours begin, or
/// when the next group of this referrer goes (requirement N1).
async fn sendable_alert(
    app: &App,
    referrer_id: ParticipantId,
    one: &Invitation<'_>,
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
    let index = one
        .early
        .map_or_else(String::new, |(_, referrer)| referrer.phone_index.clone());
    let message = alert(referrer_id, index, one.participant_id, now, waiting, opens);
    let not_before = match planned {
        Some(_) => opens.saturating_add(FOLLOWS).unwrap_or(opens),
        None => now,
    };
    Ok(NewMessage {
        not_before,
        ..message
    })
}
