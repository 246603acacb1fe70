//! An admin corrects what is stored of somebody.

use domain::form::FieldErrors;
use domain::ids::ParticipantId;
use domain::message::Waiting;
use domain::people::{Changes, Edit, NumberChange, NumberRefused};
use domain::phone::Phone;
use store::{Correction, Mover, NumberStep, Profile, ReferrerStep, StoreError, TwoNumbers, Way};

use crate::act::Act;
use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::{QueueMessage, ReferralJob};
use crate::receive::TRIES;
use crate::register::alert;

/// Kept with the history of a number to which a stop was carried.
const CARRIED: &str = "nomor peserta diganti, nomor lama berhenti";

/// Why nothing was corrected.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is nobody, or no more.
    #[error("there is no such participant")]
    NotFound,
    /// Somebody else corrected them first; they as they are now.
    #[error("somebody else changed this participant first")]
    Overtaken(Box<Profile>),
    /// Something cannot be as it is wanted.
    #[error("the correction does not fit")]
    Fields(FieldErrors),
    /// The store did not answer.
    #[error("correction")]
    Store(#[from] StoreError),
}

fn unfit<T>(field: &str, text: &str) -> Result<T, EditError> {
    let mut errors = FieldErrors::default();
    errors.push(field, text);
    Err(EditError::Fields(errors))
}

/// Corrects somebody who was seen at `revision`. A number that asked to stop stays stopped, and so
/// does the person; who invited them can be set where nobody is known, and never be changed
/// (requirement L7): the place follows through the referral queue, and the referrer is told as of any
/// other.
///
/// # Errors
/// [`EditError`]; nothing was changed unless the store's answer got lost.
pub async fn edit_participant(
    app: &App,
    id: ParticipantId,
    revision: u64,
    edit: &Edit,
    act: &Act,
) -> Result<Profile, EditError> {
    for _ in 0..TRIES {
        let seen = app.store.profile(id).await?.ok_or(EditError::NotFound)?;
        if seen.revision != revision {
            return Err(EditError::Overtaken(Box::new(seen)));
        }
        if let Some(done) = try_to_edit(app, &seen, edit, act).await? {
            return Ok(done);
        }
    }
    Err(StoreError::Contended { what: "correction" }.into())
}

/// None if something moved between reading and writing.
async fn try_to_edit(
    app: &App,
    seen: &Profile,
    edit: &Edit,
    act: &Act,
) -> Result<Option<Profile>, EditError> {
    let person = &seen.participant;
    let changes = edit.changes(person, seen.status);
    let phone = edit.phone.filter(|phone| *phone != person.phone);
    let two = match &phone {
        Some(phone) => Some(two_numbers(app, person.phone_index.as_str(), phone).await?),
        None => None,
    };
    let number = match (phone, &two) {
        (Some(phone), Some(known)) => Some(number_step(phone, known, &act.author().word())?),
        _ => None,
    };
    let referrer = match &edit.referrer_phone {
        Some(referrer) => referrer_step(app, seen, phone.as_ref(), referrer).await?,
        None => None,
    };
    if changes == Changes::default() && number.is_none() && referrer.is_none() {
        return Ok(Some(seen.clone()));
    }
    let awaited = two.as_ref().is_some_and(|two| two.awaited);
    let invited_by = referrer.as_ref().map(|step| step.id);
    let correction = Correction {
        seen,
        changes,
        number,
        referrer,
        at: app.now(),
    };
    Failpoint::EditBeforeCommit.reach();
    let along = act.along(app, &person.id.to_string());
    if !app.store.correct(&correction, &along).await? {
        return Ok(None);
    }
    Failpoint::EditCommitted.reach();
    let participant_id = person.id;
    if let Some(referrer_id) = invited_by {
        let job = ReferralJob::Sequence {
            participant_id,
            referrer_id,
        };
        app.notify(QueueMessage::Referral(job)).await;
    }
    if awaited {
        let job = ReferralJob::Adopt {
            referrer_id: participant_id,
        };
        app.notify(QueueMessage::Referral(job)).await;
    }
    let now = app.store.profile(participant_id).await?;
    now.map(Some).ok_or(EditError::NotFound)
}

async fn two_numbers(app: &App, old_index: &str, phone: &Phone) -> Result<TwoNumbers, StoreError> {
    let new_index = app.store.phone_index(phone)?;
    app.store.two_numbers(old_index, &new_index).await
}

fn number_step<'a>(
    phone: Phone,
    known: &'a TwoNumbers,
    by: &str,
) -> Result<NumberStep<'a>, EditError> {
    let change = match NumberChange::decide(known.facts) {
        Ok(change) => change,
        Err(NumberRefused::Taken) => {
            return unfit("phone", "Nomor ini sudah dipakai peserta lain.");
        }
        Err(NumberRefused::Crediting) => {
            return unfit(
                "phone",
                "Undangan lewat nomor lama masih dihitung. Coba lagi beberapa menit lagi.",
            );
        }
    };
    Ok(NumberStep {
        phone,
        known,
        change,
        mover: Mover {
            by: by.to_owned(),
            reason: Some(CARRIED.to_owned()),
            evidence: Some(Way::CARRIED.to_owned()),
        },
    })
}

/// None if they are known to be the referrer already.
async fn referrer_step(
    app: &App,
    seen: &Profile,
    own: Option<&Phone>,
    referrer: &Phone,
) -> Result<Option<ReferrerStep>, EditError> {
    const FIELD: &str = "referrer_phone";
    let person = &seen.participant;
    if *referrer == person.phone || own == Some(referrer) {
        return unfit(
            FIELD,
            "Peserta tidak dapat menjadi pengundang dirinya sendiri.",
        );
    }
    let phone_index = app.store.phone_index(referrer)?;
    let holder = app.store.holder_of(&phone_index).await?;
    match (person.referrer_id, holder) {
        (Some(known), Some(holder)) if known == holder => Ok(None),
        (Some(_), _) => unfit(
            FIELD,
            "Pengundang peserta ini sudah tercatat dan tidak dapat diganti.",
        ),
        (None, None) => unfit(FIELD, "Nomor pengundang ini belum terdaftar."),
        (None, Some(id)) => {
            let now = app.now();
            let alert = alert(
                id,
                phone_index.clone(),
                person.id,
                now,
                Waiting::Sequence,
                now,
            );
            Ok(Some(ReferrerStep {
                id,
                phone_index,
                alert,
            }))
        }
    }
}
