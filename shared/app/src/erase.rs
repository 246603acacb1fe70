//! A participant is forgotten (requirement C3).

use domain::ids::ParticipantId;
use domain::reception::StandingStep;
use store::{Cause, Mover, Reception, StoreError, Taken};

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
        if app.store.take(Cause::Admin, &known, &reception).await? != Taken::Moved {
            return Ok(Erased::Now);
        }
    }
    Err(StoreError::Contended { what: "erase" })
}
