//! What the tick mends: lost queue messages, lost workers, work that a crash left.

use domain::dispatch::Runner;
use domain::lane::Lane;
use domain::message::DueMessage;
use domain::pace::{LATE, Phase};
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use store::{Chain, LeftOver, StoreError, SweepKey};

use crate::campaign::{note_outcome, sweep_campaigns};
use crate::context::{App, delay_until};
use crate::dispatch::Earliest;
use crate::ports::{QueueMessage, ReferralJob};
use crate::sweep_groups::carried;

/// Rows of one kind that a tick looks at; the rest waits for the next.
const AT_ONCE: usize = 100;
/// A referral that waits longer than this has lost its queue message.
const SEQUENCE_LATE: SignedDuration = SignedDuration::from_secs(60);
/// Longer than a registration may run, so that both sides of a race have committed.
const REFERRAL_SETTLED: SignedDuration = SignedDuration::from_secs(120);

/// Mends what can be seen to be wrong and notes when to look again. Each part fails alone: one
/// item that cannot be mended must not keep the rest, nor the sending itself, from going on.
pub(crate) async fn sweep(
    app: &App,
    settings: &Settings,
    runners: &[Runner],
    now: Timestamp,
    next: &mut Earliest,
) {
    let campaigns = sweep_campaigns(app, settings, now, next);
    let parts = [
        ("campaigns", Box::pin(campaigns).await),
        ("turns", turns(app, runners, now, next).await),
        ("claims", claims(app, now, next).await),
        ("sequences", sequences(app, now, next).await),
        ("referrals", referrals(app, now, next).await),
    ];
    for (part, done) in parts {
        if let Err(error) = done {
            tracing::error!(part, error = %Chain(&error), "sweep");
            next.at(now);
        }
    }
}

/// Ends the rows of a lane that nobody has a use for any more; returns the others, as far as this
/// look went.
pub(crate) async fn expire(
    app: &App,
    lane: &Lane,
    now: Timestamp,
    next: &mut Earliest,
) -> Result<Vec<DueMessage>, StoreError> {
    let mut left = Vec::new();
    for row in app
        .store
        .due(lane, Timestamp::MIN, Timestamp::MAX, AT_ONCE)
        .await?
    {
        if row.expires_at < now {
            app.store.expire_waiting(&row, now).await?;
            next.at(now);
        } else {
            next.at(row.expires_at);
            left.push(row);
        }
    }
    Ok(left)
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// A turn that is late is sent again under its own number; a worker that is gone loses its turn.
async fn turns(
    app: &App,
    runners: &[Runner],
    now: Timestamp,
    next: &mut Earliest,
) -> Result<(), StoreError> {
    for Runner { pace, .. } in runners {
        let number_id = pace.number_id;
        match pace.phase {
            Phase::Idle => {}
            Phase::Armed { due } if after(due, LATE) < now => {
                tracing::warn!(number = %number_id, turn = pace.turn, "turn is late, sent again");
                app.notify(QueueMessage::Turn {
                    number_id,
                    turn: pace.turn,
                    delay_s: 0,
                })
                .await;
                next.at(after(now, LATE));
            }
            Phase::Armed { due } => next.at(after(due, LATE)),
            Phase::Held { token, lease_end } if lease_end < now => {
                if let Some(due) = app.store.take_over(pace, token, now).await? {
                    tracing::warn!(number = %number_id, turn = pace.turn, "lease is over, turn taken over");
                    app.notify(QueueMessage::Turn {
                        number_id,
                        turn: pace.turn + 1,
                        delay_s: delay_until(due, now),
                    })
                    .await;
                }
                next.at(after(now, LATE));
            }
            Phase::Held { lease_end, .. } => next.at(lease_end),
        }
    }
    Ok(())
}

/// A claim whose lease is over: its request may have begun, so it is never sent again by itself.
async fn claims(app: &App, now: Timestamp, next: &mut Earliest) -> Result<(), StoreError> {
    let claimed = app
        .store
        .due(&Lane::Sending, Timestamp::MIN, Timestamp::MAX, AT_ONCE)
        .await?;
    let carried = carried(app, &claimed, now).await?;
    for row in claimed {
        match row.claim {
            Some(claim) if row.due < now && carried.contains_key(&row.id) => {
                let fate = carried.get(&row.id).copied();
                tracing::warn!(row = %row.id, ?fate, "claim expired, row follows its carrier");
                let rows: Vec<_> = fate.map(|fate| (row, fate)).into_iter().collect();
                app.store.settle_members(&rows, claim, now).await?;
                next.at(now);
            }
            Some(claim) if row.due < now => {
                if app.store.expire_claim(&row, claim, now).await? {
                    tracing::warn!(row = %row.id, "claim expired, row is unconfirmed");
                    note_outcome(app, &row, false).await;
                }
            }
            Some(_) => next.at(row.due),
            None => tracing::error!(row = %row.id, "a row in the sending lane has no claim"),
        }
    }
    Ok(())
}

/// Alerts that still wait for their sequence: the job is sent again.
async fn sequences(app: &App, now: Timestamp, next: &mut Earliest) -> Result<(), StoreError> {
    let waiting = app
        .store
        .due(
            &Lane::WaitingSequence,
            Timestamp::MIN,
            Timestamp::MAX,
            AT_ONCE,
        )
        .await?;
    for row in waiting {
        if row.expires_at < now {
            app.store.expire_waiting(&row, now).await?;
            continue;
        }
        let late = after(row.due, SEQUENCE_LATE);
        if late >= now {
            next.at(late);
            continue;
        }
        next.at(after(now, SEQUENCE_LATE));
        let Some(participant_id) = row.subject_id else {
            tracing::error!(row = %row.id, "an alert has no subject");
            continue;
        };
        let job = ReferralJob::Sequence {
            participant_id,
            referrer_id: row.participant_id,
        };
        app.notify(QueueMessage::Referral(job)).await;
    }
    Ok(())
}

/// Adoptions that were lost, and pending items whose race is over.
async fn referrals(app: &App, now: Timestamp, next: &mut Earliest) -> Result<(), StoreError> {
    let keys = app.store.referral_sweep(AT_ONCE).await?;
    let (old, young): (Vec<SweepKey>, Vec<SweepKey>) = keys
        .into_iter()
        .partition(|k| after(k.since(), REFERRAL_SETTLED) < now);
    if let Some(first) = young.first() {
        next.at(after(first.since(), REFERRAL_SETTLED));
    }
    if old.is_empty() {
        return Ok(());
    }
    let mut adopted = Vec::new();
    for left in app.store.left_over(&old).await? {
        match left {
            LeftOver::Adoption { referrer_id } => {
                next.at(after(now, SEQUENCE_LATE));
                if !adopted.contains(&referrer_id) {
                    adopted.push(referrer_id);
                    app.notify(QueueMessage::Referral(ReferralJob::Adopt { referrer_id }))
                        .await;
                }
            }
            LeftOver::Settled(settled) => app.store.settle_pending(&settled).await?,
        }
    }
    Ok(())
}
