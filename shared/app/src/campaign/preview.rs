//! What a campaign would do, before it is decided (requirements E5, S11).

use domain::audience::LeftOut;
use domain::campaign::{Counts, NewCampaign, Source};
use domain::forecast::{Load, Outlook, REQUEST, forecast};
use domain::ids::NumberId;
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::StoreError;

use super::recipients::Recipients;
use super::waiting::waiting_loads;
use crate::context::App;
use crate::dispatch::runners;

/// What would become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// How many would get it.
    pub recipients: u32,
    /// How many of its audience would not, by reason.
    pub left_out: BTreeMap<LeftOut, u32>,
    /// Messages by number; they add up to those that leave in time.
    pub by_number: Vec<(NumberId, u32)>,
    /// When the first leaves, UTC.
    pub begins_at: Option<Timestamp>,
    /// When the last leaves, if all do, UTC.
    pub done_at: Option<Timestamp>,
    /// Messages that would expire before their turn.
    pub unsent: u32,
}

/// Looks at every participant of the audience as expansion does, and foretells when they are
/// reached, behind all that waits already. Nothing is written.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn preview(app: &App, new: &NewCampaign) -> Result<Preview, StoreError> {
    let start = Source::of(&new.audience, new.created_at).start();
    let mut recipients = Recipients::from(app, new, start).await?;
    let mut counts = Counts::default();
    while let Some(decided) = recipients.next(app).await? {
        match decided.admitted {
            Ok(()) => counts.queued += 1,
            Err(why) => counts.leave_out(why),
        }
    }
    let now = app.now();
    let steering = app.store.steering().await?;
    let runners = runners(app).await?;
    let outlook = Outlook {
        now,
        runners: &runners,
        hours: &steering.settings.hours,
        control: &steering.control,
        welcome_reserve_percent: steering.settings.welcome_reserve_percent,
        request: REQUEST,
    };
    let mut loads = waiting_loads(app, &[]).await?;
    loads.push(Load {
        class: new.kind.class(),
        messages: counts.queued,
        not_before: new.not_before.max(now),
        expires_at: new.expires_at,
    });
    let seen = forecast(&outlook, &loads).loads.pop();
    let seen = seen.filter(|_| counts.queued > 0);
    Ok(Preview {
        recipients: counts.queued,
        left_out: counts.left_out,
        by_number: seen
            .as_ref()
            .map_or(Vec::new(), |seen| seen.by_number.clone()),
        begins_at: seen.as_ref().and_then(|seen| seen.begins_at),
        done_at: seen.as_ref().and_then(|seen| seen.done_at),
        unsent: seen.as_ref().map_or(0, |seen| seen.unsent),
    })
}
