//! What an admin asks for, read from the fields of a list's address.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;

use super::cursor::Mark;
use crate::event::Event;
use crate::form::FieldErrors;
use crate::ids::{EventId, ParticipantId};
use crate::name_words::{words_of_name, words_of_search};
use crate::participant::JoinStatus;
use crate::person::City;
use crate::phone::Phone;
use crate::zone::wib_day;

/// Participants on a page unless somebody says otherwise.
const LIMIT_DEFAULT: usize = 25;
/// Most participants on a page.
const LIMIT_MOST: usize = 100;

/// Most characters of a name that is looked for.
const NAME_MOST: usize = 100;

/// A number must not stand in an address.
const NUMBER_AS_NAME: &str = "Cari nomor lewat kotak pencarian nomor, bukan lewat nama.";
const NO_DAY: &str = "Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-11-01.";
const NO_CURSOR: &str = "Halaman ini bukan dari pencarian ini. Buka daftar dari awal.";

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

/// One page of a list, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Whom.
    pub filter: Filter,
    /// How many at most: 1–100, 25 unless somebody says otherwise.
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
        let belongs =
            |event: &Event| event.has_registrant(person.event_id, person.registered_at);
        let named = || self.words.is_subset(&words_of_name(person.name));
        self.city.as_ref().is_none_or(|city| city == person.city_key)
            && self.registered_from.is_none_or(|from| day >= from)
            && self.registered_to.is_none_or(|to| day <= to)
            && self.referrer.is_none_or(|who| person.referrer == Some(who))
            && self.status.is_none_or(|status| person.status == status)
            && self.unsubscribed.is_none_or(|is| person.unsubscribed == is)
            && self.event.is_none_or(|_| event.is_some_and(belongs))
            && (self.words.is_empty() || named())
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

impl ListQuery {
    /// Reads the fields of an address; a blank one counts as not set.
    ///
    /// # Errors
    /// [`FieldErrors`] in Indonesian for each field that is wrong or unknown, and for a cursor that
    /// belongs to another question.
    pub fn parse(fields: &BTreeMap<String, String>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut filter = Filter::default();
        let mut limit = LIMIT_DEFAULT;
        let mut cursor = None;
        for (field, raw) in fields {
            let value = raw.trim();
            if value.is_empty() {
                continue;
            }
            match field.as_str() {
                "city" => {
                    let city = City::parse(value);
                    let city = city.map_err(|error| errors.push(field, &error.message()));
                    filter.city = city.ok().map(|city| city.key());
                }
                "registered_from" => {
                    filter.registered_from = read(field, value, NO_DAY, &mut errors);
                }
                "registered_to" => filter.registered_to = read(field, value, NO_DAY, &mut errors),
                "referrer_id" => {
                    let problem = "Pengundang ini tidak dikenal.";
                    filter.referrer = read(field, value, problem, &mut errors);
                }
                "event_id" => {
                    filter.event = read(field, value, "Event ini tidak dikenal.", &mut errors);
                }
                "status" => {
                    filter.status = JoinStatus::parse(value);
                    if filter.status.is_none() {
                        errors.push(field, "Pilih belum_join atau sudah_join.");
                    }
                }
                "unsubscribed" => {
                    filter.unsubscribed = read(field, value, "Pilih true atau false.", &mut errors);
                }
                "name" => filter.words = words(value, &mut errors),
                "limit" => match value.parse() {
                    Ok(number) if (1..=LIMIT_MOST).contains(&number) => limit = number,
                    _ => {
                        let text = format!("Jumlah per halaman 1 sampai {LIMIT_MOST}.");
                        errors.push(field, &text);
                    }
                },
                "cursor" => cursor = Some(value),
                _ => errors.push("filter", "Ada saringan yang tidak dikenal."),
            }
        }
        if let (Some(from), Some(to)) = (filter.registered_from, filter.registered_to)
            && from > to
        {
            errors.push("registered_to", "Tanggal akhir sebelum tanggal awal.");
        }
        let after = cursor.and_then(|cursor| {
            let mark = Mark::from_cursor(cursor, &filter.question());
            // The order of a list follows from its question.
            let by_place = filter.referrer.is_some() && filter.words.is_empty();
            let mark = mark.filter(|mark| by_place == matches!(mark, Mark::Place(_)));
            if mark.is_none() {
                errors.push("cursor", NO_CURSOR);
            }
            mark
        });
        if errors.is_empty() {
            Ok(Self {
                filter,
                limit,
                after,
            })
        } else {
            Err(errors)
        }
    }
}

fn words(value: &str, errors: &mut FieldErrors) -> BTreeSet<String> {
    if Phone::parse(value).is_ok() {
        errors.push("name", NUMBER_AS_NAME);
        return BTreeSet::new();
    }
    let words = words_of_search(value);
    if words.is_empty() || value.chars().count() > NAME_MOST {
        errors.push("name", "Tulis satu kata nama atau lebih.");
    }
    words
}

fn read<T: FromStr>(
    field: &str,
    value: &str,
    problem: &str,
    errors: &mut FieldErrors,
) -> Option<T> {
    let read = value.parse().ok();
    if read.is_none() {
        errors.push(field, problem);
    }
    read
}
