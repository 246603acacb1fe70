//! What an admin asks for, read from the fields of a list's address.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::mark::Mark;
use super::plan::Part;
use crate::event::Event;
use crate::form::FieldErrors;
use crate::ids::{EventId, ParticipantId};
use crate::name_words::{words_of_name, words_of_search};
use crate::participant::JoinStatus;
use crate::person::City;
use crate::phone::may_hold_a_number;
use crate::zone::{wib, wib_day};

/// Most characters of a name that is looked for.
const NAME_MOST: usize = 100;

/// A number must not stand in an address.
const NUMBER_AS_NAME: &str = "Cari nomor lewat kotak pencarian nomor, bukan lewat nama.";
const NO_DAY: &str = "Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-11-01.";
const NO_REFERRER: &str = "Pengundang ini tidak dikenal.";
const NO_BOOL: &str = "Pilih true atau false.";

/// Conditions that hold all together; one that is not set holds for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Lives there, by [`City::key`].
    pub city: Option<String>,
    /// Registered on this day or later, WIB.
    pub registered_from: Option<Date>,
    /// Registered on this day or earlier, WIB.
    pub registered_to: Option<Date>,
    /// Invited by this participant.
    pub referrer: Option<ParticipantId>,
    /// Has joined, or has not.
    pub status: Option<JoinStatus>,
    /// Asked to stop, or did not.
    pub unsubscribed: Option<bool>,
    /// The registration belongs to this event.
    pub event: Option<EventId>,
    /// The name has all of these words, as [`words_of_search`] makes them.
    pub words: BTreeSet<String>,
}

/// What is known of somebody, as far as a [`Filter`] asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Name.
    pub name: &'a str,
    /// [`City::key`].
    pub city_key: &'a str,
    /// When they registered, UTC.
    pub registered_at: Timestamp,
    /// Who invited them.
    pub referrer: Option<ParticipantId>,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// Whether they asked to stop.
    pub unsubscribed: bool,
    /// The event that was next when they registered.
    pub event_id: Option<EventId>,
}

/// The conditions as they come. What is missing or blank counts as not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilterInput {
    /// A city in any writing: `Bogor`, `Kota Bogor`.
    pub city: String,
    /// Day in WIB, `2026-11-01`.
    pub registered_from: String,
    /// Day in WIB, inclusive.
    pub registered_to: String,
    /// A participant's id.
    pub referrer_id: String,
    /// `belum_join` or `sudah_join`.
    pub status: String,
    /// `true` or `false`.
    pub unsubscribed: String,
    /// An event's id.
    pub event_id: String,
    /// Words of a name.
    pub name: String,
}

/// One page of a list, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Whom.
    pub filter: Filter,
    /// How many at most: 1–100.
    pub limit: usize,
    /// Behind whom; from the beginning if not set.
    pub after: Option<Mark>,
}

impl Filter {
    /// Whether all conditions hold for somebody. `event` is the one that is named; without it nobody
    /// belongs to it.
    #[must_use]
    pub fn holds_for(&self, person: &Facts<'_>, event: Option<&Event>) -> bool {
        let day = wib_day(person.registered_at);
        let belongs = |event: &Event| event.has_registrant(person.event_id, person.registered_at);
        let named = || self.words.is_subset(&words_of_name(person.name));
        self.city
            .as_ref()
            .is_none_or(|city| city == person.city_key)
            && self.registered_from.is_none_or(|from| day >= from)
            && self.registered_to.is_none_or(|to| day <= to)
            && self.referrer.is_none_or(|who| person.referrer == Some(who))
            && self.status.is_none_or(|status| person.status == status)
            && self.unsubscribed.is_none_or(|is| person.unsubscribed == is)
            && self.event.is_none_or(|_| event.is_some_and(belongs))
            && (self.words.is_empty() || named())
    }

    /// The moments between which they registered: from the first on, and before the second.
    #[must_use]
    pub fn registered_between(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let begins = |day: Date| Some(day.to_zoned(wib()).ok()?.timestamp());
        let behind = self.registered_to.and_then(|day| day.tomorrow().ok());
        (
            self.registered_from.and_then(begins),
            behind.and_then(begins),
        )
    }

    /// What is still to be asked of everybody who is found in this part of an index.
    #[must_use]
    pub fn rest(&self, part: &Part) -> Self {
        let rest = self.clone();
        let at_any_time = |rest: Self| Self {
            registered_from: None,
            registered_to: None,
            ..rest
        };
        match part {
            Part::Referrer(_) => Self {
                referrer: None,
                ..rest
            },
            Part::City(_) => Self {
                city: None,
                ..at_any_time(rest)
            },
            Part::Month(_) => at_any_time(rest),
            // Words are written a moment after the name they stand for: the name decides.
            Part::Word(_) => rest,
        }
    }

    /// One text for one question, in which a cursor is at home.
    #[must_use]
    pub fn question(&self) -> String {
        fn shown<T: std::fmt::Display>(value: Option<T>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        [
            words.join(" "),
            self.city.clone().unwrap_or_default(),
            shown(self.registered_from),
            shown(self.registered_to),
            shown(self.referrer),
            shown(self.status.map(JoinStatus::as_str)),
            shown(self.unsubscribed),
            shown(self.event),
        ]
        .join("|")
    }
}

impl Filter {
    /// Reads what an admin entered; a blank field counts as not set.
    ///
    /// # Errors
    /// [`FieldErrors`] in Indonesian for each field that is wrong.
    pub fn parse(input: &FilterInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e = &mut errors;
        let city = given(&input.city).and_then(|raw| {
            let city = City::parse(raw);
            let city = city.map_err(|error| e.push("city", &error.message()));
            city.ok().map(|city| city.key())
        });
        let status = given(&input.status).and_then(|raw| {
            let status = JoinStatus::parse(raw);
            if status.is_none() {
                e.push("status", "Pilih belum_join atau sudah_join.");
            }
            status
        });
        let filter = Self {
            city,
            registered_from: read("registered_from", &input.registered_from, NO_DAY, e),
            registered_to: read("registered_to", &input.registered_to, NO_DAY, e),
            referrer: read("referrer_id", &input.referrer_id, NO_REFERRER, e),
            status,
            unsubscribed: read("unsubscribed", &input.unsubscribed, NO_BOOL, e),
            event: read("event_id", &input.event_id, "Event ini tidak dikenal.", e),
            words: given(&input.name).map_or_else(BTreeSet::new, |raw| words(raw, e)),
        };
        if let (Some(from), Some(to)) = (filter.registered_from, filter.registered_to)
            && from > to
        {
            e.push("registered_to", "Tanggal akhir sebelum tanggal awal.");
        }
        if errors.is_empty() {
            Ok(filter)
        } else {
            Err(errors)
        }
    }
}

impl Filter {
    /// Those with this name, by its words.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn named(name: &str) -> Result<Self, FieldErrors> {
        Self::parse(&FilterInput {
            name: name.to_owned(),
            ..FilterInput::default()
        })
    }
}

fn given(raw: &str) -> Option<&str> {
    let text = raw.trim();
    (!text.is_empty()).then_some(text)
}

fn words(value: &str, errors: &mut FieldErrors) -> BTreeSet<String> {
    if may_hold_a_number(value) {
        errors.push("name", NUMBER_AS_NAME);
        return BTreeSet::new();
    }
    let words = words_of_search(value);
    if words.is_empty() || value.chars().count() > NAME_MOST {
        errors.push("name", "Tulis satu kata nama atau lebih.");
    }
    words
}

fn read<T: FromStr>(field: &str, raw: &str, problem: &str, errors: &mut FieldErrors) -> Option<T> {
    let text = given(raw)?;
    let read = text.parse().ok();
    if read.is_none() {
        errors.push(field, problem);
    }
    read
}
