//! Somebody wrote to one of our numbers: stop, wrong number, a question, anything else
//! (requirements I1, I2, I5). All that follows is one transaction with the mark that the message was
//! seen, so a message has its effect once, however often it comes.

use std::fmt;

use domain::answers::{self, Joining};
use domain::ids::NumberId;
use domain::inbound::{Lid, Received, Request, Sender};
use domain::inbox::{InboxKind, MOST_RAW, UNREADABLE_A_DAY};
use domain::message::Class;
use domain::participant::Chat;
use domain::reception::{Known, Reply, decide, next_chat, written_at};
use domain::time_text::Zone;
use domain::zone::{next_wib_day, wib_day};
use jiff::Timestamp;
use store::{Cause, Correspondent, Mover, Reception, StoreError, Taken, Unmatched};

use crate::context::App;
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;

/// Others who move the same person at the same moment.
pub(crate) const TRIES: u32 = 10;
/// Counters of a day are kept two days, in seconds.
const KEEP_DAY_S: i64 = 2 * 86_400;

/// What goes back through the webhook's answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text, for the one who wrote.
    pub text: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.text.len())
    }
}

/// Takes a message that came to our number `via`, and says what is answered; `None`: nothing.
/// A message that was taken before has no effect and no answer.
///
/// # Errors
/// [`StoreError`] if the store does not answer; the message is to be brought again.
pub async fn receive(
    app: &App,
    via: NumberId,
    received: &Received,
    request: Request,
) -> Result<Option<Answer>, StoreError> {
    let (phone_index, lid) = match &received.sender {
        Sender::Phone { phone, lid } => (app.store.phone_index(phone)?, lid.as_ref()),
        Sender::Hidden(lid) => match app.store.index_of_lid(lid).await? {
            Some(index) => (index, None),
            None => {
                unresolved(app, via, received, lid, request).await?;
                return Ok(None);
            }
        },
    };
    // Boxed: a future with all of this in it is too large to be moved about.
    let reply = Box::pin(take(app, via, received, request, &phone_index, lid)).await?;
    Ok(reply.map(|text| Answer { text }))
}

/// Somebody of whom only the hidden id is known: a stop goes to the admin, the rest cannot be
/// answered to anybody in particular.
async fn unresolved(
    app: &App,
    via: NumberId,
    received: &Received,
    lid: &Lid,
    request: Request,
) -> Result<(), StoreError> {
    let kind = match request {
        Request::Stop => InboxKind::StopUnresolved,
        Request::WrongNumber => InboxKind::WrongNumberUnresolved,
        Request::Link | Request::Schedule | Request::Other => {
            tracing::info!(number = %via, "message of an unknown sender, nothing done");
            return Ok(());
        }
    };
    let raw = serde_json::json!({
        "id": received.id.as_str(),
        "lid": lid.digits(),
        "text": received.wording.as_str(),
        "sent_at": received.sent_at,
    });
    let raw = raw.to_string();
    let new = unmatched(via, kind, Some(lid), raw.as_bytes(), app.now());
    if app.store.keep_message(new, &received.id).await? {
        tracing::warn!(alarm = "inbox", number = %via, kind = kind.as_str(), "somebody has to look into the inbox");
    }
    Ok(())
}

fn unmatched<'a>(
    via: NumberId,
    kind: InboxKind,
    lid: Option<&'a Lid>,
    raw: &'a [u8],
    at: Timestamp,
) -> Unmatched<'a> {
    Unmatched {
        via,
        kind,
        lid,
        raw: raw.get(..MOST_RAW).unwrap_or(raw),
        at,
    }
}

/// Keeps what nobody could act on for the admin, sealed, the first 8 KB of it; the same once, and a
/// stop once a minute of `received_at`, when it came. At most 50 unreadable payloads of a number a
/// day.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn keep_for_admin(
    app: &App,
    via: NumberId,
    kind: InboxKind,
    raw: &[u8],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    if kind == InboxKind::Unreadable {
        let day = next_wib_day(received_at);
        let key = format!("UNREADABLE#{via}");
        let store = &app.store;
        if !store
            .count_within(&key, day, UNREADABLE_A_DAY, KEEP_DAY_S)
            .await?
        {
            tracing::warn!(number = %via, "too many unreadable payloads today, this one is not kept");
            return Ok(());
        }
    }
    let new = unmatched(via, kind, None, raw, received_at);
    if app.store.keep(new).await? {
        tracing::warn!(alarm = "inbox", number = %via, kind = kind.as_str(), "somebody has to look into the inbox");
    }
    Ok(())
}

async fn take(
    app: &App,
    via: NumberId,
    received: &Received,
    request: Request,
    phone_index: &str,
    lid: Option<&Lid>,
) -> Result<Option<String>, StoreError> {
    let cause = Cause::Message {
        via,
        id: &received.id,
    };
    let mover = Mover {
        by: "participant".to_owned(),
        reason: None,
        evidence: Some(format!(
            "message {}",
            app.store.inbound_hash(via, &received.id)?
        )),
    };
    for _ in 0..TRIES {
        let now = app.now();
        let today = wib_day(now);
        let asked = (request == Request::Other).then_some(today);
        let known = app
            .store
            .correspondent(phone_index, lid, asked, now)
            .await?;
        let decision = decide(
            request,
            Known {
                suppression: known.suppression,
                is_registered: known.holder.is_some(),
                pointed_today: known.pointed,
            },
        );
        let reply = match decision.reply {
            Some(reply) => text_of(app, reply, &known, now).await?,
            None => None,
        };
        let is_pointer = reply.is_some() && decision.reply == Some(Reply::Pointer);
        let reception = Reception {
            standing: decision.standing,
            mover: mover.clone(),
            channel: "whatsapp",
            erases: decision.erases,
            chat: chat(&known, via, received, now),
            releases: releases(app, &known, now).await?,
            pointer: is_pointer.then_some(today),
            at: now,
        };
        Failpoint::ReceiveBeforeCommit.reach();
        match app.store.take(cause, &known, &reception).await? {
            Taken::Done { released } => {
                Failpoint::ReceiveCommitted.reach();
                if released {
                    app.notify(QueueMessage::Wake).await;
                }
                return Ok(reply);
            }
            Taken::Repeated => {
                tracing::info!(number = %via, "message came again, nothing done");
                return Ok(None);
            }
            Taken::Moved => {}
        }
    }
    Err(StoreError::Contended { what: "receive" })
}

/// The chat as it is to be remembered, if it is.
fn chat(known: &Correspondent, via: NumberId, received: &Received, now: Timestamp) -> Option<Chat> {
    let participant = known.participant.as_ref()?;
    let written = Chat {
        number_id: via,
        at: written_at(received.sent_at, now),
    };
    next_chat(participant.chat, written)
}

/// When the welcome may leave that a ceiling holds or would hold: whoever writes has opened the chat
/// (requirement L8).
async fn releases(
    app: &App,
    known: &Correspondent,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(cause_at) = known.welcome_cause() else {
        return Ok(None);
    };
    let hours = app.settings().await?.hours;
    Ok(Some(hours.opens_at(Class::Welcome, cause_at, now)))
}

/// The words of an answer; none if there is nothing to say.
async fn text_of(
    app: &App,
    reply: Reply,
    known: &Correspondent,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let participant = known.participant.as_ref();
    Ok(match reply {
        Reply::Stopped => Some(answers::stopped()),
        Reply::WrongNumber => Some(answers::wrong_number()),
        Reply::Link => {
            let settings = app.settings().await?;
            match participant {
                Some(participant) => Some(answers::link(
                    participant,
                    settings.referral_code_style,
                    &settings.site_host,
                )),
                None => known
                    .holder
                    .is_none()
                    .then(|| answers::no_link(&settings.site_host)),
            }
        }
        Reply::Schedule => {
            let settings = app.settings().await?;
            let event = app.next_event(now).await?;
            let zone = participant.and_then(|one| one.city.zone());
            let joining = match known.holder {
                None => Joining::Unregistered,
                Some(_) if known.suppression.standing.is_stopped() => Joining::Silent,
                Some(_) => Joining::Reminded,
            };
            let zone = zone.unwrap_or(Zone::Wib);
            Some(answers::schedule(
                event.as_ref(),
                zone,
                joining,
                &settings.site_host,
            ))
        }
        Reply::Pointer => {
            let contact = app.contact().await?;
            contact.map(|contact| answers::pointer(contact.admin_number))
        }
    })
}
