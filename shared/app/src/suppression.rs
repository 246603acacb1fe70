//! Stops as an admin sees and changes them (requirements I4, L6).

use domain::ids::ParticipantId;
use domain::reception::StandingStep;
use domain::suppression::{Reason, Standing, Suppression};
use jiff::Timestamp;
use store::{
    Along, Cause, Correspondent, Lifting, Mover, Reception, StoreError, Suppressed, Taken,
};

use crate::act::Act;
use crate::context::App;
use crate::failpoint::Failpoint;
use crate::receive::TRIES;

/// Why an admin's act was not done.
#[derive(Debug, thiserror::Error)]
pub enum SuppressionError {
    /// There is no reason, or none that may be kept.
    #[error("a reason of 1 to 200 characters without a phone number is needed")]
    Reason,
    /// The store did not answer.
    #[error("suppression")]
    Store(#[from] StoreError),
}

/// What became of a lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifted {
    /// The number may be written to; only messages that are decided from now on go there.
    Done,
    /// It was not stopped.
    NotStopped,
    /// It was stopped, or asked, again since the admin looked: look again.
    Changed,
    /// There is no such participant, or no more.
    NotThere,
}

/// What became of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing goes there from now on.
    Now,
    /// It was stopped already.
    Already,
    /// There is no such participant, or no more.
    NotThere,
}

fn mover(by: &str, reason: &str) -> Result<Mover, SuppressionError> {
    let reason = Reason::parse(reason).ok_or(SuppressionError::Reason)?;
    Ok(Mover {
        by: by.to_owned(),
        reason: Some(reason.as_str().to_owned()),
        evidence: None,
    })
}

/// Lifts the stop that the admin saw, in place since `seen_at`; one that came later stays. The
/// history is kept. Messages that waited while it held are not sent.
///
/// # Errors
/// [`SuppressionError`]; nothing was changed unless the store's answer got lost.
pub async fn lift_stop(
    app: &App,
    phone_index: &str,
    seen_at: Timestamp,
    by: &str,
    reason: &str,
) -> Result<Lifted, SuppressionError> {
    let mover = mover(by, reason)?;
    let whose = Whose::Number(phone_index);
    lift(app, whose, seen_at, &mover, &Along::nothing()).await
}

/// The same as somebody's act in the panel.
///
/// # Errors
/// As [`lift_stop`].
pub async fn lift_stop_by(
    app: &App,
    phone_index: &str,
    seen_at: Timestamp,
    reason: &str,
    act: &Act,
) -> Result<Lifted, SuppressionError> {
    let mover = mover(&act.author().word(), reason)?;
    let along = act.along(app, phone_index);
    lift(app, Whose::Number(phone_index), seen_at, &mover, &along).await
}

/// The same on the number that this participant has, who is named in the audit log.
///
/// # Errors
/// As [`lift_stop`].
pub async fn lift_stop_of(
    app: &App,
    id: ParticipantId,
    seen_at: Timestamp,
    reason: &str,
    act: &Act,
) -> Result<Lifted, SuppressionError> {
    let mover = mover(&act.author().word(), reason)?;
    let along = act.along(app, &id.to_string());
    lift(app, Whose::Participant(id), seen_at, &mover, &along).await
}

/// Whose number is meant.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// This one, whoever has it.
    Number(&'a str),
    /// The one that they have when it is written: a correction may give them another meanwhile.
    Participant(ParticipantId),
}

/// What is known of the number that is meant.
enum Meant {
    Known(Box<Correspondent>),
    /// There is no such participant.
    Nobody,
    /// They got another number between two reads: read again.
    Moved,
}

async fn meant(app: &App, whose: Whose<'_>, now: Timestamp) -> Result<Meant, StoreError> {
    let correspondent = async |index: &str| app.store.correspondent(index, None, None, now).await;
    match whose {
        Whose::Number(index) => Ok(Meant::Known(Box::new(correspondent(index).await?))),
        Whose::Participant(id) => {
            let Some(invitee) = app.store.invitee(id).await? else {
                return Ok(Meant::Nobody);
            };
            let known = correspondent(&invitee.phone_index).await?;
            Ok(if known.holder == Some(id) {
                Meant::Known(Box::new(known))
            } else {
                Meant::Moved
            })
        }
    }
}

async fn lift(
    app: &App,
    whose: Whose<'_>,
    seen_at: Timestamp,
    mover: &Mover,
    along: &Along,
) -> Result<Lifted, SuppressionError> {
    for _ in 0..TRIES {
        let now = app.now();
        let known = match meant(app, whose, now).await? {
            Meant::Known(known) => known,
            Meant::Nobody => return Ok(Lifted::NotThere),
            Meant::Moved => continue,
        };
        let seen = known.suppression;
        if !seen.standing.is_stopped() {
            return Ok(Lifted::NotStopped);
        }
        if seen.changed_at != seen_at {
            return Ok(Lifted::Changed);
        }
        Failpoint::StandingBeforeCommit.reach();
        match app
            .store
            .lift_along(&known, seen, mover, now, along)
            .await?
        {
            Lifting::Done => return Ok(Lifted::Done),
            Lifting::StandsElsewhere => return Ok(Lifted::Changed),
            Lifting::Moved => {}
        }
    }
    Err(StoreError::Contended { what: "lift" }.into())
}

/// Stops a number as an admin decides, whether or not it is registered.
///
/// # Errors
/// [`SuppressionError`]; nothing was changed unless the store's answer got lost.
pub async fn stop_by_admin(
    app: &App,
    phone_index: &str,
    by: &str,
    reason: &str,
) -> Result<Stopped, SuppressionError> {
    let mover = mover(by, reason)?;
    let whose = Whose::Number(phone_index);
    stop(app, whose, &mover, &Along::nothing()).await
}

/// The same as somebody's act in the panel.
///
/// # Errors
/// As [`stop_by_admin`].
pub async fn stop_number_by(
    app: &App,
    phone_index: &str,
    reason: &str,
    act: &Act,
) -> Result<Stopped, SuppressionError> {
    let mover = mover(&act.author().word(), reason)?;
    let along = act.along(app, phone_index);
    stop(app, Whose::Number(phone_index), &mover, &along).await
}

/// The same on the number that this participant has, who is named in the audit log.
///
/// # Errors
/// As [`stop_by_admin`].
pub async fn stop_number_of(
    app: &App,
    id: ParticipantId,
    reason: &str,
    act: &Act,
) -> Result<Stopped, SuppressionError> {
    let mover = mover(&act.author().word(), reason)?;
    let along = act.along(app, &id.to_string());
    stop(app, Whose::Participant(id), &mover, &along).await
}

async fn stop(
    app: &App,
    whose: Whose<'_>,
    mover: &Mover,
    along: &Along,
) -> Result<Stopped, SuppressionError> {
    for _ in 0..TRIES {
        let now = app.now();
        let known = match meant(app, whose, now).await? {
            Meant::Known(known) => known,
            Meant::Nobody => return Ok(Stopped::NotThere),
            Meant::Moved => continue,
        };
        if known.suppression.standing == Standing::Stopped {
            return Ok(Stopped::Already);
        }
        let reception = Reception {
            standing: StandingStep::Stop,
            mover: mover.clone(),
            channel: "admin",
            erases: false,
            chat: None,
            releases: None,
            pointer: None,
            at: now,
        };
        Failpoint::StandingBeforeCommit.reach();
        let taken = app
            .store
            .take_along(Cause::Admin, &known, &reception, along);
        if taken.await? != Taken::Moved {
            return Ok(Stopped::Now);
        }
    }
    Err(StoreError::Contended { what: "stop" }.into())
}

/// Where a number stands now.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn standing_of(app: &App, phone_index: &str) -> Result<Suppression, StoreError> {
    app.store.suppression(phone_index).await
}

/// The numbers that stand there, those first that have stood there longest; the next page begins
/// behind the last one's `changed_at`. Those that ask for messages again are `Standing::Asked`.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn suppressed(
    app: &App,
    standing: Standing,
    after: Timestamp,
    limit: usize,
) -> Result<Vec<Suppressed>, StoreError> {
    app.store.suppressed(standing, after, limit).await
}
