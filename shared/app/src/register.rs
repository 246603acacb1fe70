//! A visitor registers.

mod late;

use domain::form::RegistrationForm;
use domain::ids::ParticipantId;
use domain::links::{referral_url, wa_me_url};
use domain::message::{MessageKey, MessageType, NewMessage, Waiting, alert_id, welcome_id};
use domain::participant::{ConsentRecord, Participant, Referral};
use domain::phone::Phone;
use domain::referral_code::{CodeStyle, ReferralCode};
use domain::settings::{Contact, Settings};
use domain::zone::wib_day;
use jiff::Timestamp;
use store::{Guard, Registered, Registration, StoreError};

use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::{QueueMessage, ReferralJob};
use late::{Newcomer, late_reminder};

/// Registrations of one network address are counted in windows of ten minutes.
const ADDRESS_WINDOW_S: i64 = 600;
/// Others who register, stop or free the same number at the same moment.
const TRIES: u32 = 5;

/// The answer to a registration. It is the same for a number that was registered before, so
/// that nobody finds out who is (requirement L6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Taken.
    Accepted {
        /// WhatsApp of the admin, with a text.
        redirect_url: String,
        /// The participant's own link. `None` where links hide the number: an opaque code would
        /// tell whether the number was registered before, so it comes by WhatsApp.
        referral_link: Option<String>,
    },
    /// Too many from this address: come back later.
    TooMany,
    /// Nobody has set up an admin's number yet.
    NotOpen,
}

/// Why nothing could be answered.
#[derive(Debug, thiserror::Error)]
#[error("registration")]
pub struct RegisterError(#[from] StoreError);

/// Registers a visitor. `address` is the visitor's network address as the edge gives it, kept
/// only as a keyed hash; `fallback` is the code the edge kept in a cookie, used if the form has none.
///
/// # Errors
/// [`RegisterError`] if the store does not answer; then nothing is half-written.
pub async fn register(
    app: &App,
    form: RegistrationForm,
    address: &str,
    fallback: Option<ReferralCode>,
) -> Result<Answer, RegisterError> {
    let now = app.now();
    let settings = app.settings().await?;
    let Some(contact) = app.contact().await? else {
        tracing::error!("registration refused: set an admin number first");
        return Ok(Answer::NotOpen);
    };
    let accepted = accepted(&contact, &settings, form.phone);
    if form.honeypot_filled {
        tracing::info!("honeypot filled, nothing stored");
        return Ok(accepted);
    }
    if !within_limit(app, &settings, address, now).await? {
        return Ok(Answer::TooMany);
    }

    let own_index = app.store.phone_index(&form.phone)?;
    let referrer_index = referrer_index(app, &form, fallback).await?;
    let evidence = format!("address {}", app.store.address_hash(address)?);
    for _ in 0..TRIES {
        let around = app
            .store
            .surroundings(&own_index, referrer_index.as_deref())
            .await?;
        if let Some(holder) = around.own.holder() {
            again(app, holder, &evidence, now).await?;
            return Ok(accepted);
        }
        let referral = match (around.referrer, &referrer_index) {
            (Some(id), _) => Referral::Known(id),
            (None, Some(index)) => {
                if !around.referrer_awaited {
                    app.store.mark_awaited(index).await?;
                }
                Referral::Pending(index.clone())
            }
            (None, None) => Referral::None,
        };
        let found = Found {
            own_index: &own_index,
            referral,
            referrer_index: referrer_index.clone(),
            awaited: around.awaited,
            stopped: around.own == Guard::Stopped,
            evidence: &evidence,
        };
        let new = decide(app, &form, found, now).await?;
        if app.store.register(&new).await? == Registered::Stored {
            Failpoint::RegisterCommitted.reach();
            announce(app, &new).await?;
            return Ok(accepted);
        }
    }
    Err(StoreError::Contended { what: "register" }.into())
}

fn accepted(contact: &Contact, settings: &Settings, phone: Phone) -> Answer {
    let link = || referral_url(&settings.site_host, &phone.link_form());
    Answer::Accepted {
        redirect_url: wa_me_url(contact.admin_number, &contact.wa_text),
        referral_link: match settings.referral_code_style {
            CodeStyle::Phone => Some(link()),
            CodeStyle::Opaque => None,
        },
    }
}

async fn within_limit(
    app: &App,
    settings: &Settings,
    address: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let limit = settings.registrations_per_address;
    within_address_limit(app, "IP", address, limit, now).await
}

/// Counts one call of this kind from an address; false once more than `limit` came in ten minutes.
pub(crate) async fn within_address_limit(
    app: &App,
    kind: &str,
    address: &str,
    limit: u32,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let key = format!("{kind}#{}", app.store.address_hash(address)?);
    let start = now.as_second().div_euclid(ADDRESS_WINDOW_S) * ADDRESS_WINDOW_S;
    let window = Timestamp::from_second(start).unwrap_or(now);
    app.store
        .count_within(&key, window, limit, 2 * ADDRESS_WINDOW_S)
        .await
}

/// `phone_index` of whoever was named as referrer, by number or by opaque code; one's own number
/// and a code that leads to nobody are ignored.
async fn referrer_index(
    app: &App,
    form: &RegistrationForm,
    fallback: Option<ReferralCode>,
) -> Result<Option<String>, StoreError> {
    match form.referral.clone().or(fallback) {
        Some(ReferralCode::Phone(phone)) if phone != form.phone => {
            app.store.phone_index(&phone).map(Some)
        }
        Some(ReferralCode::Opaque(code)) => {
            let holder = app.store.holder_of_code(&code).await?;
            Ok(holder
                .filter(|holder| holder.phone != form.phone)
                .map(|holder| holder.phone_index))
        }
        Some(ReferralCode::Phone(_)) | None => Ok(None),
    }
}

/// What was found out before somebody is registered.
struct Found<'a> {
    own_index: &'a str,
    referral: Referral,
    referrer_index: Option<String>,
    awaited: bool,
    stopped: bool,
    evidence: &'a str,
}

/// Everything the registration writes, as a value.
async fn decide(
    app: &App,
    form: &RegistrationForm,
    found: Found<'_>,
    now: Timestamp,
) -> Result<Registration, StoreError> {
    let Found {
        own_index,
        referral,
        referrer_index,
        awaited,
        stopped,
        evidence,
    } = found;
    let id = app.dice.participant_id();
    let referrer = match referral {
        Referral::Known(referrer) => Some(referrer),
        Referral::None | Referral::Pending(_) => None,
    };
    let events = app.next_events(now).await?;
    let event_id = events.first().map(|event| event.id);
    let welcome = NewMessage {
        id: welcome_id(id),
        message_type: MessageType::Welcome,
        participant_id: id,
        target_index: own_index.to_owned(),
        subject_id: None,
        event_id,
        cause_at: now,
        created_at: now,
        expires_at: end_of_use(MessageType::Welcome, now),
        waiting: Waiting::Number,
        not_before: now,
        expected_at: now,
        sticky: None,
        campaign: None,
    };
    let mut messages = vec![welcome];
    let newcomer = Newcomer {
        id,
        form,
        own_index,
        referrer,
        event_id,
        now,
    };
    // Reminders of more than one event may have begun, and the newcomer is among those they are for.
    messages.extend(
        events
            .iter()
            .filter_map(|event| late_reminder(event, &newcomer)),
    );
    if let (Referral::Known(referrer), Some(index)) = (&referral, referrer_index) {
        messages.push(alert(*referrer, index, id, now, Waiting::Sequence, now));
    }
    Ok(Registration {
        participant: Participant {
            id,
            sapaan: form.sapaan,
            name: form.name.clone(),
            city: form.city.clone(),
            profession: form.profession.clone(),
            phone: form.phone,
            phone_index: own_index.to_owned(),
            referrer_id: referrer,
            referrer_sequence: None,
            registered_at: now,
            event_id,
            consent_share: form.consent_share,
            unsubscribed: stopped,
            chat: None,
        },
        referral,
        consent: proof(form.consent_share, evidence, now),
        messages,
        awaited,
        stopped,
    })
}

/// The row that tells `referrer` about `subject`.
pub(crate) fn alert(
    referrer: ParticipantId,
    target_index: String,
    subject: ParticipantId,
    now: Timestamp,
    waiting: Waiting,
    expected_at: Timestamp,
) -> NewMessage {
    NewMessage {
        id: alert_id(referrer, subject),
        message_type: MessageType::ReferrerAlert,
        participant_id: referrer,
        target_index,
        subject_id: Some(subject),
        event_id: None,
        cause_at: now,
        created_at: now,
        expires_at: end_of_use(MessageType::ReferrerAlert, now),
        waiting,
        not_before: now,
        expected_at,
        sticky: None,
        campaign: None,
    }
}

fn proof(consent_share: bool, evidence: &str, at: Timestamp) -> ConsentRecord {
    let text = domain::consent::CURRENT;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text.bytes_to_hash());
    ConsentRecord {
        text_version: text.version,
        text_sha256: digest.as_ref().iter().map(|b| format!("{b:02x}")).collect(),
        purposes: text.purposes_given(consent_share),
        channel: "landing_form",
        evidence: evidence.to_owned(),
        at,
    }
}

/// Somebody who is registered fills in the form again: their link goes out at most once a day, and
/// the day of the registration has the welcome. If they asked to stop nothing reaches them, and an
/// admin sees that they want messages again (requirement L6).
async fn again(
    app: &App,
    holder: ParticipantId,
    evidence: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(participant) = app.store.participant(holder).await? else {
        return Ok(());
    };
    if participant.unsubscribed {
        let index = &participant.phone_index;
        app.store.ask_again(index, evidence, now).await?;
    }
    let today = wib_day(now);
    if wib_day(participant.registered_at) == today {
        return Ok(());
    }
    let cause = today.to_string();
    let link = NewMessage {
        id: MessageKey {
            message_type: MessageType::Link,
            cause: &cause,
            participant: holder,
            revision: 0,
        }
        .id(),
        message_type: MessageType::Link,
        participant_id: holder,
        target_index: participant.phone_index,
        subject_id: None,
        event_id: None,
        cause_at: now,
        created_at: now,
        expires_at: end_of_use(MessageType::Link, now),
        waiting: Waiting::Number,
        not_before: now,
        expected_at: now,
        sticky: participant.chat.map(|chat| chat.number_id),
        campaign: None,
    };
    if app.store.add_message(&link).await? {
        app.notify(QueueMessage::Wake).await;
    }
    Ok(())
}

pub(crate) fn end_of_use(message_type: MessageType, now: Timestamp) -> Timestamp {
    now.saturating_add(message_type.useful_for())
        .unwrap_or(Timestamp::MAX)
}

/// Wakes whoever goes on from here. All of it is stored already.
async fn announce(app: &App, new: &Registration) -> Result<(), StoreError> {
    let id = new.participant.id;
    match &new.referral {
        Referral::None => {}
        Referral::Known(referrer) => {
            let job = ReferralJob::Sequence {
                participant_id: id,
                referrer_id: *referrer,
            };
            app.notify(QueueMessage::Referral(job)).await;
        }
        // The number may have registered between our read and our commit, without seeing us.
        Referral::Pending(index) => {
            if let Some(referrer_id) = app.store.holder_of(index).await? {
                app.notify(QueueMessage::Referral(ReferralJob::Adopt { referrer_id }))
                    .await;
            }
        }
    }
    if new.awaited {
        app.notify(QueueMessage::Referral(ReferralJob::Adopt {
            referrer_id: id,
        }))
        .await;
    }
    Failpoint::RegisterReferralSent.reach();
    app.notify(QueueMessage::Wake).await;
    Failpoint::RegisterWoken.reach();
    Ok(())
}
