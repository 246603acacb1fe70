//! The request, what it came to, and the record of it.

use std::time::Duration;

use domain::message::DueMessage;
use domain::number::Number;
use domain::pace::HORIZON;
use domain::reaction::{AfterMessage, AfterNumber, Tried, react};
use gateway::{ApiKey, SendRequest};
use jiff::Timestamp;
use store::{Chain, NextTurn, Record, StoreError};

use super::verdict::Ready;
use super::{AFTER_ERROR, Held, Sender, TurnEnd, group, later, next_turn};
use crate::context::{App, delay_until};
use crate::failpoint::Failpoint;
use crate::ports::QueueMessage;

/// An outcome that is known must not be lost to one failed write: the row would read unconfirmed,
/// and whoever sends it again sends it twice.
const RECORD_TRIES: u32 = 5;
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
            media_url: None,
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
    let tried = Tried {
        attempts: message.attempts,
        expires_at: message.expires_at,
        streak: ready.number.failure_streak,
    };
    let roll = app.dice.roll();
    let (after, number_after) = react(outcome, tried, now, roll);
    let next_free_at = later(now, ready.number.limits.draw_gap(app.dice.roll()));
    let next = next_after(number_after, held.turn + 1, next_free_at, now);
    let record = Record {
        message,
        number_id: held.number_id,
        token: held.token,
        after,
        number: unless_known(number_after, &ready.number),
        answer: outcome.label(),
        template_version: ready.template_version,
        next_free_at,
        next,
    };
    match record_surely(app, &record, now).await {
        Ok(ours) => {
            Failpoint::TurnRecorded.reach();
            let of_member = |member: &DueMessage| {
                let tried = Tried {
                    attempts: member.attempts,
                    expires_at: member.expires_at,
                    ..tried
                };
                react(outcome, tried, now, roll).0
            };
            group::record(app, &record, &ready.members, of_member, now).await;
            if matches!(after, AfterMessage::Again { .. }) {
                ready.permit.give_back(app).await;
            }
            go_on(app, held, after, ours.then_some(next)).await;
        }
        Err(error) => {
            tracing::error!(row = %message.id, outcome = outcome.label(), error = %Chain(&error), "the outcome could not be recorded");
            let due = next_free_at.max(later(app.now(), AFTER_ERROR));
            if let Err(error) = next_turn(app, held, due).await {
                tracing::error!(number = %held.number_id, error = %Chain(&error), "turn could not be passed on, its lease will end");
            }
        }
    }
    TurnEnd::Sent(outcome.label())
}

/// Records, again if need be; recording twice changes nothing the second time.
async fn record_surely(app: &App, record: &Record<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..RECORD_TRIES {
        match app.store.record(record, now).await {
            Ok(ours) => return Ok(ours),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "record failed, tried again");
            }
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    app.store.record(record, now).await
}

/// Queues the next turn, and wakes the others if they are to take over.
async fn go_on(app: &App, held: Held, after: AfterMessage, next: Option<NextTurn>) {
    if let Some(NextTurn::Armed { turn, due }) = next {
        app.notify(QueueMessage::Turn {
            number_id: held.number_id,
            turn,
            delay_s: delay_until(due, app.now()),
        })
        .await;
    }
    Failpoint::TurnNextSent.reach();
    if matches!(after, AfterMessage::Again { .. }) || next == Some(NextTurn::Idle) {
        app.notify(QueueMessage::Wake).await;
    }
}

/// A number that was well and is well needs no write.
fn unless_known(after: AfterNumber, number: &Number) -> AfterNumber {
    match after {
        AfterNumber::Healthy if number.failure_streak == 0 && number.cool_until.is_none() => {
            AfterNumber::Unharmed
        }
        other => other,
    }
}

/// What the number does after a request.
fn next_after(number: AfterNumber, turn: u64, next_free_at: Timestamp, now: Timestamp) -> NextTurn {
    match number {
        AfterNumber::Healthy | AfterNumber::Unharmed => NextTurn::Armed {
            turn,
            due: next_free_at,
        },
        AfterNumber::Cools { until, .. } if until <= later(now, HORIZON) => NextTurn::Armed {
            turn,
            due: until.max(next_free_at),
        },
        AfterNumber::Cools { .. } | AfterNumber::Out { .. } => NextTurn::Idle,
    }
}
