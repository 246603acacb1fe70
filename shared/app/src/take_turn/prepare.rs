//! From a claimed row to a request that can be made, or to the reason why not.

use domain::lane::Lane;
use domain::message::DueMessage;
use domain::pace::Pace;
use jiff::Timestamp;
use store::StoreError;

use super::gate::Gate;
use super::standing::{Standing, standing};
use super::verdict::{self, About, Moment, Verdict};
use super::view::View;
use super::{Held, Sender};
use crate::unreadable_key::take_out;

/// The check at the moment of sending, the text, and what is asked of some types besides.
pub(super) async fn prepare(
    sender: &Sender,
    view: &View,
    held: Held,
    pace: &Pace,
    message: &mut DueMessage,
    claimed_at: Timestamp,
) -> Result<Verdict, StoreError> {
    let app = &sender.app;
    let mut checked = app.store.check(message, held.number_id, held.token).await?;
    if let Some((number, Err(why))) = &checked.number {
        take_out(app, number, why).await?;
    }
    let stands = standing(message, checked.event.as_ref(), checked.campaign.as_ref());
    if stands == Standing::Alone {
        message.lane = Lane::Class(message.message_type.class());
    }
    if let Some(campaign) = &checked.campaign
        && campaign.new.template.is_some()
    {
        checked.template = sender.texts.of(app, campaign).await?;
    }
    let join = match &checked.event {
        Some(event) => Some(app.store.join_token(event.id, message.participant_id)?),
        None => None,
    };
    let event = app.next_event(app.now()).await?;
    let gate = Gate::of(message, &checked);
    let verdict = verdict::judge(
        checked,
        &view.roster,
        message,
        pace,
        About {
            next: event.as_ref(),
            join: join.map(|token| token.encode()),
            stands,
        },
        Moment {
            now: app.now(),
            claimed_at,
            random: app.dice.roll(),
        },
    );
    match verdict {
        Verdict::Send(ready) => gate.pass(app, held, message, ready, claimed_at).await,
        other => Ok(other),
    }
}
