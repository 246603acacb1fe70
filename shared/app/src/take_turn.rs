//! One turn of one number: at most one message.
//!
//! fence → pick → claim → check → render → request → record → next turn. After the fence nothing
//! goes back to the queue: a claimed row whose request has not begun is handed back, and the next
//! turn is armed ten seconds ahead. Once a request may have begun, only its outcome, or the end
//! of the lease, decides about the row.

mod campaign_text;
mod deliver;
mod gate;
pub(crate) mod group;
mod pick;
mod prepare;
mod probe;
pub(crate) mod render;
mod settle;
mod standing;
mod verdict;
mod view;

use std::sync::Arc;

use domain::breaker::Passage;
use domain::ids::{NumberId, Token};
use domain::message::{DueMessage, Waiting};
use domain::number::Number;
use domain::pace::{HORIZON, MaySend, Pace, START_WITHIN, may_send};
use domain::reserve::Reserve;
use domain::settings::Settings;
use gateway::Gateway;
use jiff::{SignedDuration, Timestamp};
use store::{Chain, Claimed, Fenced, NextTurn, Refusal, StoreError};

use crate::context::{App, Cached, delay_until};
use crate::failpoint::Failpoint;
use crate::ports::{QueueError, QueueMessage};
use campaign_text::CampaignTexts;
use prepare::prepare;
use probe::{MayClaim, may_claim};
use verdict::Verdict;
use view::View;

/// A refused row lets the same turn pick again, so often.
const REFUSALS: u32 = 10;
/// A row that somebody else claimed first lets the turn pick again, so often.
const LOST_CLAIMS: u32 = 5;
/// After an error behind the fence.
const AFTER_ERROR: SignedDuration = SignedDuration::from_secs(10);
/// No pick begins later than this after the fence: what follows must end before the function does.
const PICK_WITHIN: SignedDuration = SignedDuration::from_secs(8);
/// After too many lost claims.
const AFTER_LOST_CLAIMS: SignedDuration = SignedDuration::from_secs(1);

/// What the sender works with.
pub struct Sender {
    pub(crate) app: App,
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) live: bool,
    pub(crate) view: Cached<View>,
    pub(crate) texts: CampaignTexts,
}

impl Sender {
    /// Sends through `gateway`; unless it is `live` (`GATEWAY_MODE`), nothing leaves and rows wait.
    #[must_use]
    pub fn new(app: App, gateway: Arc<dyn Gateway>, live: bool) -> Self {
        Self {
            app,
            gateway,
            live,
            view: Cached::empty(view::TRUSTED),
            texts: CampaignTexts::default(),
        }
    }
}

/// Why a turn could not even begin; the queue brings it again.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The store did not answer.
    #[error("turn")]
    Store(#[from] StoreError),
    /// An early turn could not be queued again.
    #[error("an early turn could not be queued again")]
    Queue(#[from] QueueError),
}

/// How a turn ended, for logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnEnd {
    /// It was not due; it comes again.
    Early,
    /// It was not this number's turn (any more).
    Stale,
    /// A request was made; its outcome's label.
    Sent(&'static str),
    /// Nothing could be sent.
    Nothing,
    /// The turn was lost to somebody else on the way.
    Lost,
    /// An error came up behind the fence.
    Broken,
}

/// A turn that is held.
#[derive(Debug, Clone, Copy)]
struct Held {
    number_id: NumberId,
    turn: u64,
    token: Token,
}

/// Takes a turn.
///
/// # Errors
/// [`TurnError`] only before the fence; afterwards an error ends in [`TurnEnd::Broken`].
pub async fn take_turn(
    sender: &Sender,
    number_id: NumberId,
    turn: u64,
) -> Result<TurnEnd, TurnError> {
    let app = &sender.app;
    Failpoint::TurnBeforeFence.reach();
    let token = app.dice.token();
    let now = app.now();
    let pace = match app.store.fence(number_id, turn, token, now).await? {
        Fenced::Held(pace) => pace,
        Fenced::Early(due) => {
            let delay_s = delay_until(due, now);
            app.queue
                .send(QueueMessage::Turn {
                    number_id,
                    turn,
                    delay_s,
                })
                .await?;
            return Ok(TurnEnd::Early);
        }
        Fenced::Stale => return Ok(TurnEnd::Stale),
    };
    Failpoint::TurnFenced.reach();
    let held = Held {
        number_id,
        turn,
        token,
    };
    match Box::pin(run(sender, held, &pace)).await {
        Ok(end) => Ok(end),
        Err(error) => {
            tracing::error!(number = %number_id, turn, error = %Chain(&error), "turn broke");
            if let Err(error) = next_turn(app, held, later(app.now(), AFTER_ERROR)).await {
                tracing::error!(number = %number_id, error = %Chain(&error), "turn could not be passed on, its lease will end");
            }
            Ok(TurnEnd::Broken)
        }
    }
}

async fn run(sender: &Sender, held: Held, pace: &Pace) -> Result<TurnEnd, StoreError> {
    let app = &sender.app;
    let began = app.now();
    let mut view = View::warm(sender).await?;
    let may_now = |view: &View| {
        view.number(held.number_id).map_or(MaySend::No, |number| {
            may_send(number, pace, Reserve::NONE, began)
        })
    };
    let blocked =
        may_now(&view) != MaySend::Now || view.gateway.passage(None, began) != Passage::Free;
    if blocked && view.is_older_than(began) {
        view = View::fresh(sender).await?;
    }
    match may_now(&view) {
        _ if !sender.live => return stop(app, held, false).await,
        MaySend::Now => {}
        MaySend::From(then) if then <= later(began, HORIZON) => {
            next_turn(app, held, then).await?;
            return Ok(TurnEnd::Nothing);
        }
        // The dispatcher arms the number again when the time comes within its horizon.
        MaySend::From(_) | MaySend::No => return stop(app, held, true).await,
    }
    let mut refusals = 0;
    let mut lost = 0;
    loop {
        let now = app.now();
        if refusals == REFUSALS || lost == LOST_CLAIMS || now > later(began, PICK_WITHIN) {
            next_turn(app, held, later(now, AFTER_LOST_CLAIMS)).await?;
            return Ok(TurnEnd::Nothing);
        }
        if view.is_older_than(earlier(now, view::TRUSTED)) {
            view = View::fresh(sender).await?;
        }
        let Some(number) = view.number(held.number_id).cloned() else {
            return stop(app, held, true).await;
        };
        let Some(mut message) = pick::pick(app, &view, &number, pace, now).await? else {
            if view.is_older_than(began) {
                view = View::fresh(sender).await?;
                continue;
            }
            return look_once_more(app, held, &view, &number, pace).await;
        };
        let begin_by = later(began, PICK_WITHIN);
        if may_claim(sender, held, &mut view.gateway, begin_by, now).await? == MayClaim::No {
            return stop(app, held, true).await;
        }
        Failpoint::TurnBeforeClaim.reach();
        let claimed_at = app.now();
        let after = pace.with_send(claimed_at, &number.limits);
        let claimed = app
            .store
            .claim(&message, held.token, &after, claimed_at)
            .await;
        match claimed {
            Ok(Claimed::Yes) => {}
            Ok(Claimed::TurnLost) => return Ok(TurnEnd::Lost),
            Ok(Claimed::RowGone) => {
                lost += 1;
                continue;
            }
            Err(error) => return Err(give_back(app, held, pace, &message, error).await),
        }
        Failpoint::TurnClaimed.reach();
        match Box::pin(prepare(sender, &view, held, pace, &mut message, claimed_at)).await {
            Ok(Verdict::Send(ready)) => {
                return Ok(deliver::deliver(sender, held, &message, &ready).await);
            }
            Ok(Verdict::Refuse {
                refusal,
                number_ends,
            }) => {
                app.store
                    .hand_back(&message, held.token, pace, refusal, app.now())
                    .await?;
                if matches!(refusal, Refusal::To { .. }) {
                    app.notify(QueueMessage::Wake).await;
                }
                refusals += 1;
                if number_ends {
                    return stop(app, held, true).await;
                }
                if view.is_older_than(began) {
                    view = View::fresh(sender).await?;
                }
            }
            Ok(Verdict::Lost) => {
                next_turn(app, held, later(app.now(), AFTER_LOST_CLAIMS)).await?;
                return Ok(TurnEnd::Lost);
            }
            Err(error) => return Err(give_back(app, held, pace, &message, error).await),
        }
    }
}

/// No request has begun: the row, if we have it, goes back, whatever was wrong. What lasts counts
/// as a try, so that this row does not come first for ever.
async fn give_back(
    app: &App,
    held: Held,
    pace: &Pace,
    message: &DueMessage,
    error: StoreError,
) -> StoreError {
    let now = app.now();
    let refusal = if error.is_lasting() {
        verdict::unreadable(message, now, app.dice.roll())
    } else {
        Refusal::Wait {
            why: Waiting::Retry,
            from: later(now, AFTER_ERROR),
        }
    };
    match app
        .store
        .hand_back(message, held.token, pace, refusal, now)
        .await
    {
        Ok(_) => error,
        Err(second) => {
            tracing::error!(row = %message.id, error = %Chain(&error), "turn broke");
            second
        }
    }
}

/// Arms the next turn and queues it.
async fn next_turn(app: &App, held: Held, due: Timestamp) -> Result<(), StoreError> {
    let turn = held.turn + 1;
    let next = NextTurn::Armed { turn, due };
    if app.store.end_turn(held.number_id, held.token, next).await? {
        let delay_s = delay_until(due, app.now());
        app.notify(QueueMessage::Turn {
            number_id: held.number_id,
            turn,
            delay_s,
        })
        .await;
    }
    Ok(())
}

/// Ends the chain; the dispatcher begins another when there is work that this number may do.
async fn stop(app: &App, held: Held, wake: bool) -> Result<TurnEnd, StoreError> {
    app.store
        .end_turn(held.number_id, held.token, NextTurn::Idle)
        .await?;
    if wake {
        app.notify(QueueMessage::Wake).await;
    }
    Ok(TurnEnd::Nothing)
}

/// Ends the chain and then looks again: a row that came between the pick and the end was seen
/// by a dispatcher that found this number busy.
async fn look_once_more(
    app: &App,
    held: Held,
    view: &View,
    number: &Number,
    pace: &Pace,
) -> Result<TurnEnd, StoreError> {
    app.store
        .end_turn(held.number_id, held.token, NextTurn::Idle)
        .await?;
    if pick::pick(app, view, number, pace, app.now())
        .await?
        .is_some()
    {
        app.notify(QueueMessage::Wake).await;
    }
    Ok(TurnEnd::Nothing)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// Whether a request may still begin under this claim.
fn in_time(claimed_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(claimed_at) <= START_WITHIN
}

/// Settings decide what a class may do now; used by pick and verdict alike.
fn opens_at(settings: &Settings, message: &DueMessage, now: Timestamp) -> Timestamp {
    settings
        .hours
        .opens_at(message.message_type.class(), message.cause_at, now)
}
