//! Notices that an event begins at another time or does not take place (requirement N2). They are
//! offered, never sent by themselves.

use std::collections::BTreeMap;

use domain::audience::{Audience, Segment};
use domain::campaign::{CampaignKind, NewCampaign, event_campaign_id};
use domain::event::Event;
use domain::template::Placeholder;
use domain::time_text::date_time;
use domain::zone::Zone;

use super::EventError;
use super::arrange::event_ref;
use crate::campaign::open_campaign;
use crate::context::App;

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// Another time.
    Changed,
    /// Called off.
    Cancelled,
}

/// Tells everybody who may know of the event as it was `before`: its registrants, and once its
/// reminders have begun all whom they were for.
pub(super) async fn notify(
    app: &App,
    notice: Notice,
    before: &Event,
    after: &Event,
    by: &str,
) -> Result<(), EventError> {
    let now = app.now();
    let were_reminded = before.remind_from().is_some_and(|from| from <= now);
    let audience = if were_reminded {
        before.whom()
    } else {
        Audience::Segment(Segment {
            registered_for: Some(before.id),
            ..Segment::default()
        })
    };
    let mut vars = BTreeMap::new();
    let (kind, expires_at) = match notice {
        Notice::Changed => {
            let old = date_time(before.start_time, Zone::Wib);
            vars.insert(Placeholder::EventOldDateTime, old);
            (CampaignKind::EventChanged, after.start_time)
        }
        Notice::Cancelled => (CampaignKind::EventCancelled, before.start_time),
    };
    let new = NewCampaign {
        id: event_campaign_id(kind, event_ref(after), after.revision),
        kind,
        event: Some(event_ref(after)),
        audience,
        template: None,
        vars,
        media: None,
        not_before: now,
        expires_at,
        staged: None,
        created_by: by.to_owned(),
        created_at: now,
    };
    open_campaign(app, &new).await?;
    Ok(())
}
