//! Events in stories.

use std::ops::Range;

use app::event::{EventError, Wishes, create_event, edit_event};
use domain::event::{Event, EventForm};
use domain::ids::EventId;
use domain::participant::{ConsentRecord, Participant, Referral};
use domain::person::{City, PersonName, Profession, Sapaan};
use jiff::Timestamp;
use store::{Registered, Registration};

use crate::person::Person;
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

impl Town {
    /// People who registered for an event long enough ago that their welcomes are over: stored
    /// without messages, so that a story about thousands is not about their welcomes.
    pub async fn settle(&self, people: Range<u32>, event: Option<EventId>) {
        let now = self.now();
        for n in people {
            let registration = self.registration_of(&Person::nth(n), event, now);
            let registered = self.cloud.app.store.register(&registration).await;
            assert_eq!(registered.expect("stored"), Registered::Stored);
        }
    }

    fn registration_of(
        &self,
        person: &Person,
        event_id: Option<EventId>,
        now: Timestamp,
    ) -> Registration {
        let app = &self.cloud.app;
        let phone = person.phone();
        Registration {
            participant: Participant {
                id: app.dice.participant_id(),
                sapaan: Sapaan::parse(&person.sapaan).expect("a form of address"),
                name: PersonName::parse(&person.name).expect("a name"),
                city: City::parse(&person.city).expect("a city"),
                profession: Profession::parse(&person.profession).expect("a profession"),
                phone,
                phone_index: app.store.phone_index(&phone).expect("a hash"),
                referrer_id: None,
                referrer_sequence: None,
                registered_at: now,
                event_id,
                consent_share: false,
                chat: None,
            },
            referral: Referral::None,
            consent: ConsentRecord {
                text_version: domain::consent::CURRENT.version,
                text_sha256: String::new(),
                purposes: domain::consent::CURRENT.purposes_given(false),
                channel: "landing_form",
                at: now,
            },
            messages: Vec::new(),
            awaited: false,
        }
    }
}
