//! Throwing the kill switches (requirement S9).

use domain::audit::Author;
use domain::settings::{Switches, thrown};
use store::{Along, SeenSwitches, StoreError};

use crate::act::Act;
use crate::context::App;
use crate::ports::QueueMessage;

/// Others who throw them at the same moment.
const TRIES: u32 = 10;

/// Why the switches were not thrown.
#[derive(Debug, thiserror::Error)]
pub enum ThrowError {
    /// It would release something, and nobody says that they saw it.
    #[error("a release needs what was seen")]
    Unseen,
    /// It would release something, and somebody else has thrown them since. How they stand now.
    #[error("somebody else threw the switches first")]
    Overtaken(SeenSwitches),
    /// The store did not answer.
    #[error("switches")]
    Store(#[from] StoreError),
}

/// Throws the switches. Stopping is refused by nothing; a release holds over what was `seen` alone.
/// Answers how they stand then, with more stops than were wanted if somebody stops everything
/// without having seen the others. No request starts whose check began after this was stored.
///
/// # Errors
/// [`ThrowError`]; nothing was changed unless the store's answer got lost.
pub async fn throw_switches(
    app: &App,
    wanted: &Switches,
    seen: Option<u64>,
    author: Author,
) -> Result<SeenSwitches, ThrowError> {
    for _ in 0..TRIES {
        let now = app.store.switches().await?;
        let Some(next) = thrown(&now.switches, wanted, seen == Some(now.revision)) else {
            return Err(match seen {
                Some(_) => ThrowError::Overtaken(now),
                None => ThrowError::Unseen,
            });
        };
        if next == now.switches {
            return Ok(now);
        }
        let along = along(app, &now.switches, &next, author);
        let store = &app.store;
        if store.replace_switches(now.revision, &next, &along).await? {
            app.notify(QueueMessage::Wake).await;
            return Ok(SeenSwitches {
                switches: next,
                revision: now.revision + 1,
            });
        }
    }
    Err(StoreError::Contended { what: "switches" }.into())
}

/// What is stopped and what is released stand in entries of their own.
fn along(app: &App, now: &Switches, next: &Switches, author: Author) -> Along {
    let stop = ("settings.stop", next.beyond(now));
    let release = ("settings.release", now.beyond(next));
    let mut along = Along::nothing();
    for (action, fields) in [stop, release] {
        if !fields.is_empty() {
            let act = Act::by(author, action).on(fields);
            along = along.and(act.along(app, "switches"));
        }
    }
    along
}
