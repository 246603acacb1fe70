//! A participant is forgotten (requirement C3).

use domain::ids::ParticipantId;
use domain::reception::StandingStep;
use store::{Along, Cause, Mover, Reception, StoreError, Taken};

use crate::act::Act;
use crate::context::App;
use crate::receive::TRIES;

/// What became of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nothing is left that names them. A stop stays in place.
    Now,
    /// They were not there.
    NotThere,
}

/// Erases a participant: the profile goes, and with it what opens their ciphertexts; their place
/// among those their referrer invited stays, and so does proof of consent. `by` is the admin.
///
/// # Errors
/// [`StoreError`] if the store does not answer or the profile cannot be read.
pub async fn erase(app: &App, id: ParticipantId, by: &str) -> Result<Erased, StoreError> {
    erase_along(app, id, by, &Along::nothing()).await
}

/// The same as somebody's act.
///
/// # Errors
/// As [`erase`].
pub async fn erase_by(app: &App, id: ParticipantId, act: &Act) -> Result<Erased, StoreError> {
    let along = act.along(app, &id.to_string());
    erase_along(app, id, &act.author().word(), &along).await
}

async fn erase_along(
    app: &App,
    id: ParticipantId,
    by: &str,
    along: &Along,
) -> Result<Erased, StoreError> {
    for _ in 0..TRIES {
        let now = app.now();
        let Some(invitee) = app.store.invitee(id).await? else {
            return Ok(Erased::NotThere);
        };
        let index = &invitee.phone_index;
        let known = app.store.correspondent(index, None, None, now).await?;
        if known.holder != Some(id) {
            continue;
        }
        let reception = Reception {
            standing: StandingStep::Leave,
            mover: Mover {
                by: by.to_owned(),
                reason: None,
                evidence: None,
            },
            channel: "admin",
            erases: true,
            chat: None,
            releases: None,
            pointer: None,
            at: now,
        };
        let taken = app
            .store
            .take_along(Cause::Admin, &known, &reception, along);
        if taken.await? != Taken::Moved {
            return Ok(Erased::Now);
        }
    }
    Err(StoreError::Contended { what: "erase" })
}
