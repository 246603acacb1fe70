//! Events in stories.

use std::collections::BTreeMap;

pub use app::event::Wishes;
use app::event::{EventError, create_event, edit_event};
use app::numbers::{NumberEntry, add_number};
use domain::event::{Event, EventForm};
use domain::number::Limits;
use domain::phone::Phone;
use jiff::{SignedDuration, Timestamp};
use local::simulator::NumberSetup;
use store::GatewayKey;
use zeroize::Zeroizing;

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

/// What a reminder says, and nothing else does.
pub const REMINDER: &str = "pengingat ya";

impl Town {
    /// When messages with these words arrived, by the phone they came to.
    #[must_use]
    pub fn arrived(&self, words: &str) -> BTreeMap<String, Vec<Timestamp>> {
        let mut all: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for message in self.cloud.simulator.received() {
            if message.text.contains(words) {
                let times = all.entry(message.to.as_str().to_owned()).or_default();
                times.push(message.at_virtual);
            }
        }
        all
    }

    /// The first people of a town, who registered without any event.
    pub async fn crowd(&self, people: u32) -> Vec<Person> {
        let people: Vec<Person> = (0..people).map(Person::nth).collect();
        self.populate(&people, None).await;
        people
    }

    /// This person asks to stop.
    pub async fn stop(&self, person: &Person) {
        let store = &self.cloud.app.store;
        let index = store.phone_index(&person.phone()).expect("a hash");
        let stopped = store.suppress(&index, "participant", self.now()).await;
        stopped.expect("stored");
    }

    /// Sending numbers 4 to `last`, of the same strength as the three that are there.
    pub async fn add_numbers(&self, last: usize, hourly: u16) {
        for n in 4..=last {
            let phone = format!("+628110000000{n}");
            let key = format!("simulated-key-{n}");
            let setup = NumberSetup {
                phone: phone.parse().expect("a number"),
                label: format!("Nomor {n}"),
                api_key: key.clone(),
            };
            let simulator = &self.cloud.simulator;
            simulator.add_number(setup).await.expect("a port");
            let app = &self.cloud.app;
            let limits = Limits::new(2, 5, hourly, 8 * u32::from(hourly)).expect("limits");
            let entry = NumberEntry {
                label: format!("Nomor {n}"),
                phone: Phone::parse(&phone).expect("a number"),
                api_key: GatewayKey(Zeroizing::new(key)),
                priority: 1,
                in_use_since: app.now() - SignedDuration::from_hours(24 * 90),
                limits: limits.with_warm_up(false),
            };
            add_number(app, entry).await.expect("a number");
        }
    }
}
