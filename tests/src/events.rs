//! Events in stories.

use app::event::{EventError, Wishes, create_event, edit_event};
use domain::event::{Event, EventForm};

use crate::town::Town;

/// What an admin says who takes what comes.
pub const ACCEPTING: Wishes<'static> = Wishes {
    accept_shortfall: true,
    notify: false,
    by: "admin",
};

/// An event of this title at this time, `2026-11-29 19:30` in WIB.
#[must_use]
pub fn event_form(title: &str, start: &str) -> EventForm {
    EventForm {
        title: Some(title.to_owned()),
        start_time: Some(start.to_owned()),
        zoom_link: Some("https://zoom.example/j/1".to_owned()),
        ..EventForm::default()
    }
}

/// Only another time.
#[must_use]
pub fn at_time(start: &str) -> EventForm {
    EventForm {
        start_time: Some(start.to_owned()),
        ..EventForm::default()
    }
}

impl Town {
    /// Plans an event, whoever stays without a reminder.
    pub async fn plan_event(&self, title: &str, start: &str) -> Event {
        let form = event_form(title, start);
        let created = Box::pin(create_event(&self.cloud.app, form, ACCEPTING)).await;
        created.expect("an event")
    }

    /// Moves an event that was seen like this.
    ///
    /// # Errors
    /// As [`edit_event`].
    pub async fn move_event(&self, event: &Event, start: &str) -> Result<Event, EventError> {
        let form = at_time(start);
        let app = &self.cloud.app;
        Box::pin(edit_event(app, event.id, event.revision, form, ACCEPTING)).await
    }
}
