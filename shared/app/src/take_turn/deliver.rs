//! The request, what it came to, and the record of it.

use std::time::Duration;

use domain::message::DueMessage;
use domain::reaction::{AfterMessage, AfterNumber, Tried, react};
use domain::settle::{Attempt, Settled, settle};
use gateway::{ApiKey, SendRequest};
use jiff::Timestamp;
use store::{Chain, NextTurn, Record, Recorded, StoreError};

use super::settle::{Known, next_turn_of};
use super::verdict::Ready;
use super::{AFTER_ERROR, Held, Sender, TurnEnd, group, later, next_turn};
use crate::campaign::note_outcome;
use crate::context::{App, delay_until};
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;

/// An outcome that is known must not be lost to one failed write: the row would read unconfirmed,
/// and whoever sends it again sends it twice.
const RECORD_TRIES: u32 = 5;
/// So often number or breaker may have changed before the outcome could be written: each time
/// somebody else's change went through.
const MOVED_TRIES: u32 = 20;
/// At most so long between two of these, so that those who change the same do not meet again.
const MOVED_PAUSE_MS: u64 = 50;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Makes the request and records what it came to. From here on nothing hands the row back: only
/// the outcome, or the end of the lease, decides about it.
pub(super) async fn deliver(
    sender: &Sender,
    held: Held,
    message: &DueMessage,
    ready: &Ready,
) -> TurnEnd {
    let app = &sender.app;
    let api_key = ApiKey::new(ready.key.0.to_string());
    Failpoint::TurnBeforeRequest.reach();
    let reply = sender
        .gateway
        .send(&SendRequest {
            api_key: &api_key,
            phone_digits: &ready.phone_digits,
            text: &ready.text,
            media_url: ready.media_url.as_deref(),
        })
        .await;
    Failpoint::TurnAnswered.reach();
    let now = app.now();
    let outcome = reply.outcome;
    tracing::info!(
        row = %message.id,
        message_type = message.message_type.as_str(),
        number = %held.number_id,
        outcome = outcome.label(),
        odd_body = reply.odd_body,
        "request made"
    );
    let random = app.dice.roll();
    let next_free_at = later(now, ready.number.limits.draw_gap(app.dice.roll()));
    let mut known = Known {
        number: ready.number.clone(),
        gateway: ready.gateway.clone(),
    };
    for tried in 0..=MOVED_TRIES {
        let attempt = Attempt::of(message, held.token, next_free_at);
        let mut settled = settle(known.as_seen(), attempt, outcome, now, random);
        if tried == MOVED_TRIES {
            tracing::error!(row = %message.id, outcome = outcome.label(), "number or breaker kept changing, the outcome is recorded without them");
            settled = settled.of_row_alone();
        }
        let next = next_turn_of(&settled, held);
        let record = Record {
            message,
            number_id: held.number_id,
            token: held.token,
            after: settled.after,
            number: settled.number,
            health: settled.health.as_ref(),
            gateway: settled.step.next.as_ref(),
            absolved: &settled.step.absolved,
            answer: outcome.label(),
            template_version: ready.template_version,
            next_free_at,
            next,
        };
        match record_surely(app, &record, now).await {
            Ok(Recorded::Moved) => {}
            Ok(recorded) => {
                Failpoint::TurnRecorded.reach();
                let ours = recorded == Recorded::Ours;
                if recorded != Recorded::RowGone {
                    tell(sender, held, &settled).await;
                }
                let of_member = |member: &DueMessage| {
                    let tried = Tried {
                        attempts: member.attempts,
                        expires_at: member.expires_at,
                        streak: known.number.failure_streak,
                    };
                    react(outcome, tried, now, random).0
                };
                group::record(app, &record, &ready.members, of_member, now).await;
                if !outcome.may_have_left() {
                    ready.permit.give_back(app).await;
                }
                go_on(app, held, &settled, ours).await;
                if recorded != Recorded::RowGone {
                    match settled.after {
                        AfterMessage::Sent => note_outcome(app, message, true).await,
                        AfterMessage::Failed(_) => note_outcome(app, message, false).await,
                        AfterMessage::Again { .. } => {}
                    }
                }
                return TurnEnd::Sent(outcome.label());
            }
            Err(error) => {
                tracing::error!(row = %message.id, outcome = outcome.label(), error = %Chain(&error), "the outcome could not be recorded");
                break;
            }
        }
        tokio::time::sleep(app.dice.wait_ms(MOVED_PAUSE_MS)).await;
        match app.store.facts(held.number_id).await {
            Ok(facts) => {
                known.gateway = facts.gateway;
                known.number = facts.number.unwrap_or(known.number);
            }
            // The last try needs none of it.
            Err(error) => {
                tracing::warn!(number = %held.number_id, error = %Chain(&error), "number and breaker could not be read");
            }
        }
    }
    let due = next_free_at.max(later(app.now(), AFTER_ERROR));
    if let Err(error) = next_turn(app, held, due).await {
        tracing::error!(number = %held.number_id, error = %Chain(&error), "turn could not be passed on, its lease will end");
    }
    TurnEnd::Sent(outcome.label())
}

/// Records, again if need be; recording twice changes nothing the second time.
async fn record_surely(
    app: &App,
    record: &Record<'_>,
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..RECORD_TRIES {
        match app.store.record(record, now).await {
            Ok(recorded) => return Ok(recorded),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "record failed, tried again");
            }
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    app.store.record(record, now).await
}

/// Says what a person should know, once: whoever stored it says it.
async fn tell(sender: &Sender, held: Held, settled: &Settled) {
    if let (AfterNumber::Out { reason, .. }, true) = (settled.number, settled.health.is_some()) {
        tracing::error!(
            alarm = "number_out",
            number = %held.number_id,
            reason = reason.as_str(),
            "number taken out"
        );
    }
    if settled.step.opened {
        tracing::error!(
            alarm = "gateway_open",
            "two numbers failed alike: the gateway is held to be down"
        );
    }
    if settled.closed {
        tracing::info!("the gateway works again");
    }
    if settled.step.next.is_some() {
        sender.view.forget().await;
    }
}

/// Queues the next turn, and wakes the others if they are to take over.
async fn go_on(app: &App, held: Held, settled: &Settled, ours: bool) {
    let next = ours.then_some(next_turn_of(settled, held));
    if let Some(NextTurn::Armed { turn, due }) = next {
        app.notify(QueueMessage::Turn {
            number_id: held.number_id,
            turn,
            delay_s: delay_until(due, app.now()),
        })
        .await;
    }
    Failpoint::TurnNextSent.reach();
    let goes_elsewhere = matches!(settled.after, AfterMessage::Again { .. });
    if goes_elsewhere || next == Some(NextTurn::Idle) || settled.closed {
        app.notify(QueueMessage::Wake).await;
    }
}
