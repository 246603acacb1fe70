//! What came in and waits for an admin (requirement I2): reading it, and deciding.

use std::fmt;

use domain::ids::NumberId;
use domain::inbound::Request;
use domain::inbox::{InboxId, InboxKind, InboxState};
use domain::phone::Phone;
use domain::reception::{Known, decide};
use jiff::Timestamp;
use store::{Along, Cause, Mover, Reception, StoreError, Taken, Waiting};
use zeroize::Zeroizing;

use crate::act::Act;
use crate::context::App;
use crate::receive::TRIES;

/// What came, opened: in memory only.
pub struct Opened(Zeroizing<String>);

impl Opened {
    /// The text; what is no UTF-8 in it is replaced.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({} bytes)", self.0.len())
    }
}

/// An item that waits.
#[derive(Debug)]
pub struct InboxItem {
    /// Its id.
    pub id: InboxId,
    /// Why it waits.
    pub kind: InboxKind,
    /// To which of our numbers it came.
    pub via: NumberId,
    /// When, UTC.
    pub received_at: Timestamp,
    /// What came; none if it cannot be opened.
    pub content: Option<Opened>,
}

/// A page of the inbox.
#[derive(Debug)]
pub struct InboxPage {
    /// The items, the oldest first.
    pub items: Vec<InboxItem>,
    /// Where the next page begins; none behind the last.
    pub next: Option<String>,
}

/// The items that wait, at most `limit`, from `cursor` on.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn inbox(app: &App, cursor: Option<&str>, limit: usize) -> Result<InboxPage, StoreError> {
    let waiting = app.store.open_items(cursor, limit).await?;
    let open = |item: Waiting| InboxItem {
        id: item.id,
        kind: item.kind,
        via: item.via,
        received_at: item.received_at,
        content: item.raw.map(|raw| {
            let text = String::from_utf8_lossy(&raw).into_owned();
            Opened(Zeroizing::new(text))
        }),
    };
    Ok(InboxPage {
        items: waiting.items.into_iter().map(open).collect(),
        next: waiting.next,
    })
}

/// What an admin decides about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// This number asked to stop.
    Stop {
        /// The number.
        phone: Phone,
    },
    /// This number is not its participant's.
    WrongNumber {
        /// The number.
        phone: Phone,
        /// Whether who decides may erase the participant, if there is one.
        may_erase: bool,
    },
    /// There is nothing to do.
    Dismiss,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// It was acted on, and the item does not wait any more.
    Done,
    /// It does not wait, or never did.
    NotOpen,
    /// A participant would be erased by somebody who may not; nothing was done.
    MayNotErase,
}

/// Acts on an item as the admin `by` decides, and settles it, both or neither. The hidden id it
/// came from is known from then on.
///
/// # Errors
/// [`StoreError`] if the store does not answer; then it may be done.
pub async fn resolve_inbox(
    app: &App,
    id: &InboxId,
    resolution: Resolution,
    by: &str,
) -> Result<Resolved, StoreError> {
    resolve_inbox_as(app, id, resolution, by, &Act::of_the_system()).await
}

/// The same as somebody's act in the panel.
///
/// # Errors
/// [`StoreError`] if the store does not answer; then it may be done.
pub async fn resolve_inbox_by(
    app: &App,
    id: &InboxId,
    resolution: Resolution,
    act: &Act,
) -> Result<Resolved, StoreError> {
    resolve_inbox_as(app, id, resolution, &act.author().word(), act).await
}

async fn resolve_inbox_as(
    app: &App,
    id: &InboxId,
    resolution: Resolution,
    by: &str,
    act: &Act,
) -> Result<Resolved, StoreError> {
    let (request, phone, may_erase) = match resolution {
        Resolution::Stop { phone } => (Request::Stop, phone, false),
        Resolution::WrongNumber { phone, may_erase } => (Request::WrongNumber, phone, may_erase),
        Resolution::Dismiss => {
            return dismiss(app, id, by, &act.along(app, id.as_str())).await;
        }
    };
    let settled = app.store.settled(id, InboxState::Resolved, by).await?;
    let Some(settled) = settled else {
        return Ok(Resolved::NotOpen);
    };
    let index = app.store.phone_index(&phone)?;
    for _ in 0..TRIES {
        let now = app.now();
        let known = app.store.correspondent(&index, None, None, now).await?;
        let decision = decide(
            request,
            Known {
                suppression: known.suppression,
                is_registered: known.holder.is_some(),
                pointed_today: true,
            },
        );
        if decision.erases && !may_erase {
            return Ok(Resolved::MayNotErase);
        }
        // The log names whom it befell, where that is somebody.
        let subject = known.holder.map(|holder| holder.to_string());
        let along = act.along(app, subject.as_deref().unwrap_or(id.as_str()));
        let reception = Reception {
            standing: decision.standing,
            mover: Mover {
                by: by.to_owned(),
                reason: None,
                evidence: Some(format!("inbox {}", id.as_str())),
            },
            channel: "whatsapp",
            erases: decision.erases,
            chat: None,
            releases: None,
            pointer: None,
            at: now,
        };
        let cause = Cause::Inbox(&settled);
        let taken = app.store.take_along(cause, &known, &reception, &along);
        match taken.await? {
            Taken::Done { .. } => return Ok(Resolved::Done),
            Taken::Repeated => return Ok(Resolved::NotOpen),
            Taken::Moved => {}
        }
    }
    Err(StoreError::Contended { what: "inbox" })
}

async fn dismiss(app: &App, id: &InboxId, by: &str, along: &Along) -> Result<Resolved, StoreError> {
    let settled = app.store.settled(id, InboxState::Dismissed, by).await?;
    let Some(settled) = settled else {
        return Ok(Resolved::NotOpen);
    };
    let done = app.store.settle_item(&settled, app.now(), along).await?;
    Ok(if done {
        Resolved::Done
    } else {
        Resolved::NotOpen
    })
}
