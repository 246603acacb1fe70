//! What the gateway posts when people write to our numbers (requirement I3): whose address it is,
//! whether it comes too often, every message in it; and what becomes of it while the store does
//! not answer.

use std::error::Error;
use std::time::Duration;

use domain::ids::NumberId;
use domain::inbound::{Received, Request, Sender};
use domain::inbox::InboxKind;
use gateway::inbound::{Parsed, parse};
use jiff::Timestamp;
use store::{Chain, StoreError};
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::context::App;
use crate::hook_token::{number_of_hook, within_hook_limit};
use crate::ports::{Aside, QueueError, QueueMessage};
use crate::receive::{Answer, keep_for_admin, receive};

/// So long the keys and the store may take; the function has time left then to put the body aside.
/// What was stored nevertheless is not done again.
const PATIENCE: Duration = Duration::from_secs(5);
/// So long it may take to encrypt a body and to put it aside.
const ASIDE_PATIENCE: Duration = Duration::from_secs(8);
/// Ends the token before a body that is put aside; no token holds it.
const END_OF_TOKEN: u8 = b'\n';

/// What became of a request.
#[derive(Debug)]
pub enum Hooked {
    /// The door is shut to whoever asked.
    Shut,
    /// No number has this address.
    UnknownAddress,
    /// More than the address takes in a minute, and nobody in it asks to stop.
    TooOften,
    /// The body is no JSON.
    NotJson,
    /// Everything in it is stored, and this is to be answered, if anything.
    Taken(Option<Answer>),
    /// The store did not answer; the body waits in its queue. There is nothing to say.
    PutAside,
}

/// Neither the store nor the queue took a body.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// It could not be encrypted.
    #[error("put aside")]
    Seal(#[source] StoreError),
    /// The queue refused it.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Both together took too long.
    #[error("putting aside took too long")]
    Late(#[from] Elapsed),
}

type Why = Box<dyn Error + Send + Sync>;

/// Takes a request's body, if `door` says that whoever asks may come in. Whatever is answered is
/// stored by then, or waits in the queue.
///
/// While the door cannot say, because what it goes by stands in the store, the body is put aside as
/// well: then the token alone decides, once the store can be asked, and no made-up one has an
/// effect.
///
/// # Errors
/// [`HookError`]: nobody has it, and the gateway should bring it again.
pub async fn hook<E: Into<Why>>(
    app: &App,
    door: impl Future<Output = Result<bool, E>>,
    token: &str,
    body: &[u8],
) -> Result<Hooked, HookError> {
    let received_at = app.now();
    let mut via = None;
    let attempt = async {
        if !door.await.map_err(Into::into)? {
            return Ok(Hooked::Shut);
        }
        app.store.prepare_keys(received_at).await?;
        let hooked = Box::pin(attempt(app, token, body, received_at, &mut via)).await;
        hooked.map_err(Why::from)
    };
    let why = match timeout(PATIENCE, Box::pin(attempt)).await {
        Ok(Ok(hooked)) => return Ok(hooked),
        Ok(Err(error)) => error,
        Err(elapsed) => elapsed.into(),
    };
    if parse(body, received_at).is_err() {
        return Ok(Hooked::NotJson);
    }
    let token = if via.is_none() { token } else { "" };
    let plain = Zeroizing::new([token.as_bytes(), &[END_OF_TOKEN], body].concat());
    let id = app.dice.uuid();
    tracing::error!(aside = %id, error = %Chain(&*why), "the store did not take a message, it is put aside");
    let put = Box::pin(put_aside(app, id, via, received_at, &plain));
    timeout(ASIDE_PATIENCE, put).await??;
    Ok(Hooked::PutAside)
}

/// Encrypts and sends, without any table.
async fn put_aside(
    app: &App,
    id: Uuid,
    number_id: Option<NumberId>,
    received_at: Timestamp,
    plain: &[u8],
) -> Result<(), HookError> {
    let sealed = app.store.seal_aside(id, plain).await;
    let aside = Aside {
        id,
        number_id,
        received_at,
        sealed: sealed.map_err(HookError::Seal)?,
    };
    app.queue.send(QueueMessage::Inbound(aside)).await?;
    Ok(())
}

/// Sets `via` once it is known.
async fn attempt(
    app: &App,
    token: &str,
    body: &[u8],
    received_at: Timestamp,
    via: &mut Option<NumberId>,
) -> Result<Hooked, StoreError> {
    let Some(number) = number_of_hook(app, token, received_at).await? else {
        return Ok(Hooked::UnknownAddress);
    };
    *via = Some(number);
    let is_within = within_hook_limit(app, number).await?;
    let Ok(mut parts) = parse(body, received_at) else {
        return Ok(Hooked::NotJson);
    };
    let is_one_person = is_one_person(&parts);
    if !is_within {
        // The gateway may never bring it again: a stop is not lost for others' noise.
        parts.retain(asks_to_stop);
        if parts.is_empty() {
            return Ok(Hooked::TooOften);
        }
    }
    let answer = take_in(app, number, &parts, received_at).await?;
    Ok(Hooked::Taken(answer.filter(|_| is_one_person)))
}

/// Takes what was put aside. Answers come too late and are dropped; what was stored at the first
/// try already is not done again.
///
/// # Errors
/// [`StoreError`]: it is to be tried again.
pub async fn take_up(app: &App, aside: &Aside) -> Result<(), StoreError> {
    app.store.prepare_keys(app.now()).await?;
    let plain = app.store.open_aside(aside.id, &aside.sealed).await?;
    let mut parts = plain.splitn(2, |byte| *byte == END_OF_TOKEN);
    let token = parts.next().unwrap_or_default();
    let body = parts.next().unwrap_or_default();
    let via = match aside.number_id {
        Some(via) => Some(via),
        None => {
            // A token that was good when the message came is not over because the store was down.
            let token = std::str::from_utf8(token).unwrap_or_default();
            number_of_hook(app, token, aside.received_at).await?
        }
    };
    let (Some(via), Ok(parts)) = (via, parse(body, aside.received_at)) else {
        tracing::warn!("a body that was put aside belongs to none of our addresses");
        return Ok(());
    };
    take_in(app, via, &parts, aside.received_at).await?;
    Ok(())
}

/// Receives every message, and gives the first answer; that a stop is confirmed is said before all
/// else. One that fails keeps none of the others from being received.
async fn take_in(
    app: &App,
    via: NumberId,
    parts: &[Parsed],
    received_at: Timestamp,
) -> Result<Option<Answer>, StoreError> {
    let mut confirmed = None;
    let mut answer = None;
    let mut failed = None;
    for part in parts {
        match Box::pin(take_part(app, via, part, received_at)).await {
            Ok(given) if asks_to_stop(part) => confirmed = confirmed.or(given),
            Ok(given) => answer = answer.or(given),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(confirmed.or(answer)),
    }
}

async fn take_part(
    app: &App,
    via: NumberId,
    part: &Parsed,
    received_at: Timestamp,
) -> Result<Option<Answer>, StoreError> {
    match part {
        Parsed::Message(received) => {
            let request = received.wording.request();
            Box::pin(receive(app, via, received, request)).await
        }
        Parsed::Ignored(why) => {
            tracing::debug!(number = %via, ?why, "nothing to receive");
            Ok(None)
        }
        Parsed::Unclear(unclear) => {
            let kind = if unclear.mentions_stop {
                InboxKind::StopUnresolved
            } else {
                InboxKind::Unreadable
            };
            keep_for_admin(app, via, kind, &unclear.raw, received_at).await?;
            Ok(None)
        }
    }
}

/// Whether it must have its effect whatever else comes.
fn asks_to_stop(part: &Parsed) -> bool {
    match part {
        Parsed::Message(received) => matches!(
            received.wording.request(),
            Request::Stop | Request::WrongNumber
        ),
        Parsed::Unclear(unclear) => unclear.mentions_stop,
        Parsed::Ignored(_) => false,
    }
}

/// The gateway sends an answer to whoever it takes for the writer. With anything else in the body
/// that could be somebody else, or a group.
fn is_one_person(parts: &[Parsed]) -> bool {
    let mut senders = parts.iter().map(|part| match part {
        Parsed::Message(Received { sender, .. }) => Some(match sender {
            Sender::Phone { phone, .. } => phone.e164(),
            Sender::Hidden(lid) => lid.digits().to_owned(),
        }),
        Parsed::Ignored(_) | Parsed::Unclear(_) => None,
    });
    let first = senders.next().flatten();
    first.is_some() && senders.all(|sender| sender == first)
}
