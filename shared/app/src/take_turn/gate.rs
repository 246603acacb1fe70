//! What an alert and a cold welcome need besides the check, the last thing before the request: a
//! slot of their referrer (requirement N1), a place under the day's ceiling (requirement L8).

use domain::alert_pace::{AlertPace, FOLLOWS, Telling};
use domain::ceiling::counts_against;
use domain::message::{DueMessage, MessageType, Waiting};
use domain::pace::HORIZON;
use domain::participant::Participant;
use domain::settings::Settings;
use domain::suppression::Suppression;
use domain::zone::wib_day;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{Chain, Checked, Refusal, Slot, StoreError};

use super::verdict::{Ready, Verdict, wait};
use super::{Held, group, in_time, later, opens_at};
use crate::context::App;
use crate::ports::QueueMessage;

/// What is left to ask before a request.
pub(super) enum Gate {
    /// Nothing.
    Open,
    /// Whether the referrer is told now, and with whom else.
    Alert(Box<Alert>),
    /// Whether so many cold welcomes went today.
    Cold {
        /// The ceiling.
        per_day: u32,
    },
}

/// An alert with what the check said about it.
pub(super) struct Alert {
    pub(super) referrer: Participant,
    pub(super) subject: Participant,
    pub(super) pace: AlertPace,
    pub(super) total: u64,
    pub(super) settings: Settings,
    pub(super) suppression: Suppression,
}

/// Taken for a request, and given back if it was surely not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Permit {
    /// It needed none.
    None,
    /// A slot of a referrer.
    Slot(Slot),
    /// A place under the ceiling of this day.
    Cold(Date),
}

impl Gate {
    /// What the message needs, as of the check.
    pub(super) fn of(message: &DueMessage, checked: &Checked) -> Self {
        let Some(recipient) = &checked.recipient else {
            return Self::Open;
        };
        let settings = &checked.settings;
        if let (MessageType::ReferrerAlert, Some(subject)) =
            (message.message_type, &checked.subject)
        {
            return Self::Alert(Box::new(Alert {
                referrer: recipient.clone(),
                subject: subject.clone(),
                pace: checked.alerts.clone(),
                total: checked.referrals,
                settings: settings.clone(),
                suppression: checked.suppression,
            }));
        }
        let per_day = settings.cold_welcomes_per_day;
        counts_against(message.message_type, recipient, checked.released, per_day)
            .map_or(Self::Open, |per_day| Self::Cold { per_day })
    }

    /// Asks, and takes what is needed.
    pub(super) async fn pass(
        self,
        app: &App,
        held: Held,
        message: &DueMessage,
        ready: Box<Ready>,
        claimed_at: Timestamp,
    ) -> Result<Verdict, StoreError> {
        let mut verdict = match self {
            Self::Open => return Ok(Verdict::Send(ready)),
            Self::Alert(alert) => alert.pass(app, held, message, ready).await?,
            Self::Cold { per_day } => cold(app, per_day, ready).await?,
        };
        // What was asked took time too.
        if let Verdict::Send(ready) = &verdict
            && !in_time(claimed_at, app.now())
        {
            group::give_back(app, held, &ready.members).await?;
            ready.permit.give_back(app).await;
            verdict = wait(Waiting::Number, message.due);
        }
        Ok(verdict)
    }
}

async fn cold(app: &App, per_day: u32, mut ready: Box<Ready>) -> Result<Verdict, StoreError> {
    let now = app.now();
    let day = wib_day(now);
    if !app.store.count_cold(day, per_day, now).await? {
        return Ok(Verdict::Refuse {
            refusal: Refusal::Hold,
            number_ends: false,
        });
    }
    ready.permit = Permit::Cold(day);
    Ok(Verdict::Send(ready))
}

impl Alert {
    async fn pass(
        &self,
        app: &App,
        held: Held,
        message: &DueMessage,
        mut ready: Box<Ready>,
    ) -> Result<Verdict, StoreError> {
        let now = app.now();
        let place = self.subject.referrer_sequence.unwrap_or(self.total);
        let members = if self.pace.asks_who_waits(now) {
            app.store.members(message, place, now).await?
        } else {
            Vec::new()
        };
        let telling = self.pace.decide(now, members.len() + 1);
        let slot = Slot {
            referrer_id: message.participant_id,
            seen: self.pace.clone(),
            next: self.pace.after(telling, now),
        };
        // Whoever lost the slot was overtaken: what is true now is read by the next pick.
        let lost = wait(Waiting::Number, message.due);
        match telling {
            Telling::Single => {
                if !app.store.take_slot(&slot).await? {
                    return Ok(lost);
                }
                ready.permit = Permit::Slot(slot);
                Ok(Verdict::Send(ready))
            }
            Telling::Group => {
                let sent = group::claim(app, held, message, self, &slot, members, &mut ready);
                if !sent.await? {
                    return Ok(lost);
                }
                ready.permit = Permit::Slot(slot);
                Ok(Verdict::Send(ready))
            }
            Telling::Lead(until) => {
                let from = opens_at(&self.settings, message, until);
                if !app.store.plan_group(&slot, members, from, now).await? {
                    return Ok(lost);
                }
                // A tick may come too late for a number to be armed for just then.
                if from <= later(now, HORIZON) {
                    app.notify(QueueMessage::Wake).await;
                }
                Ok(wait(Waiting::Scheduled, from))
            }
            Telling::Follow(until) => {
                let from = opens_at(&self.settings, message, until);
                Ok(wait(Waiting::Scheduled, later(from, FOLLOWS)))
            }
        }
    }
}

impl Permit {
    /// Gives it back. If that fails it stays used, which costs time and nothing else.
    pub(super) async fn give_back(&self, app: &App) {
        let done = match self {
            Self::None => return,
            Self::Slot(slot) => {
                let mut before = slot.seen.clone();
                before.revision = slot.next.revision + 1;
                let back = Slot {
                    referrer_id: slot.referrer_id,
                    seen: slot.next.clone(),
                    next: before,
                };
                app.store.take_slot(&back).await.map(|_| ())
            }
            Self::Cold(day) => app.store.uncount_cold(*day).await,
        };
        if let Err(error) = done {
            tracing::warn!(error = %Chain(&error), "a permit could not be given back");
        }
    }
}
