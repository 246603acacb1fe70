//! An audience as an admin enters it.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;

use super::{AttendanceOf, Audience, Segment};
use crate::attendance::Attendance;
use crate::form::FieldErrors;
use crate::participant::JoinStatus;
use crate::person::City;

/// Most cities in one segment.
const CITIES_MAX: usize = 50;

/// The fields, as they come. What is missing or blank counts as not set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AudienceInput {
    /// `event_default`, `segment` or `everybody`.
    pub kind: String,
    /// For `event_default`: the event.
    pub event: String,
    /// Cities in any writing: `Bogor`, `Kota Bogor`.
    pub cities: Vec<String>,
    /// Day in WIB, `2026-11-01`.
    pub registered_from: String,
    /// Day in WIB, inclusive.
    pub registered_to: String,
    /// A participant's id.
    pub referrer: String,
    /// `belum_join` or `sudah_join`.
    pub status: String,
    /// `came`, `missed` or `unknown`.
    pub attendance: String,
    /// The event that `attendance` is about.
    pub attendance_event: String,
    /// An event's id.
    pub registered_for: String,
}

impl Audience {
    /// Reads what an admin entered.
    ///
    /// # Errors
    /// [`FieldErrors`] in Indonesian for each field that is wrong, or that the kind does not take.
    pub fn parse(input: &AudienceInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kind = input.kind.trim();
        if kind != "segment" {
            for field in input.conditions() {
                errors.push(field, "Hanya untuk segmen. Kosongkan isian ini.");
            }
        }
        if kind != "event_default" && !input.event.trim().is_empty() {
            errors.push("event", "Hanya untuk peserta event. Kosongkan isian ini.");
        }
        let audience = match kind {
            "everybody" => Some(Self::Everybody),
            "event_default" => {
                let event = optional("event", &input.event, NO_EVENT, &mut errors);
                if event.is_none() {
                    errors.push("event", "Pilih event.");
                }
                event.map(|event| Self::EventDefault { event })
            }
            "segment" => Some(Self::Segment(Segment::parse(input, &mut errors))),
            _ => {
                errors.push("kind", "Pilih penerima: peserta event, segmen, atau semua.");
                None
            }
        };
        match audience {
            Some(audience) if errors.is_empty() => Ok(audience),
            _ => Err(errors),
        }
    }
}

const NO_EVENT: &str = "Event ini tidak dikenal.";
const NO_DAY: &str = "Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-11-01.";

impl AudienceInput {
    /// Fields of a segment that are filled in.
    fn conditions(&self) -> Vec<&'static str> {
        let mut filled = Vec::new();
        if self.cities.iter().any(|city| !city.trim().is_empty()) {
            filled.push("cities");
        }
        for (field, value) in [
            ("registered_from", &self.registered_from),
            ("registered_to", &self.registered_to),
            ("referrer", &self.referrer),
            ("status", &self.status),
            ("attendance", &self.attendance),
            ("attendance_event", &self.attendance_event),
            ("registered_for", &self.registered_for),
        ] {
            if !value.trim().is_empty() {
                filled.push(field);
            }
        }
        filled
    }
}

impl Segment {
    fn parse(input: &AudienceInput, errors: &mut FieldErrors) -> Self {
        if input.conditions().is_empty() {
            errors.push(
                "kind",
                "Pilih sedikitnya satu syarat, atau pilih semua peserta.",
            );
        }
        let from: Option<Date> =
            optional("registered_from", &input.registered_from, NO_DAY, errors);
        let to: Option<Date> = optional("registered_to", &input.registered_to, NO_DAY, errors);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            errors.push("registered_to", "Tanggal akhir sebelum tanggal awal.");
        }
        Self {
            cities: cities(&input.cities, errors),
            registered_from: from,
            registered_to: to,
            referrer: optional(
                "referrer",
                &input.referrer,
                "Pengundang ini tidak dikenal.",
                errors,
            ),
            status: word(
                "status",
                &input.status,
                "Pilih belum_join atau sudah_join.",
                JoinStatus::parse,
                errors,
            ),
            attendance: attendance(input, errors),
            registered_for: optional("registered_for", &input.registered_for, NO_EVENT, errors),
        }
    }
}

fn attendance(input: &AudienceInput, errors: &mut FieldErrors) -> Option<AttendanceOf> {
    let is = word(
        "attendance",
        &input.attendance,
        "Pilih hadir, tidak hadir, atau tidak diketahui.",
        Attendance::parse,
        errors,
    );
    let event = optional(
        "attendance_event",
        &input.attendance_event,
        NO_EVENT,
        errors,
    );
    let (asked, about) = (input.attendance.trim(), input.attendance_event.trim());
    if !asked.is_empty() && about.is_empty() {
        errors.push("attendance_event", "Pilih event untuk syarat kehadiran.");
    }
    if asked.is_empty() && !about.is_empty() {
        errors.push("attendance", "Pilih kehadiran untuk event ini.");
    }
    Some(AttendanceOf {
        event: event?,
        is: is?,
    })
}

/// Cities by their key. An error names the one that is wrong by its place in the list.
fn cities(written: &[String], errors: &mut FieldErrors) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (at, city) in (1..).zip(written) {
        if city.trim().is_empty() {
            continue;
        }
        match City::parse(city) {
            Ok(city) => {
                keys.insert(city.key());
            }
            Err(error) => {
                errors.push("cities", &format!("Kota ke-{at}: {}", error.message()));
            }
        }
    }
    if keys.len() > CITIES_MAX {
        errors.push("cities", &format!("Paling banyak {CITIES_MAX} kota."));
    }
    keys
}

/// A value that its type reads; nothing if the field is blank.
fn optional<T: FromStr>(
    field: &str,
    written: &str,
    problem: &str,
    errors: &mut FieldErrors,
) -> Option<T> {
    word(field, written, problem, |text| text.parse().ok(), errors)
}

fn word<T>(
    field: &str,
    written: &str,
    problem: &str,
    read: impl FnOnce(&str) -> Option<T>,
    errors: &mut FieldErrors,
) -> Option<T> {
    let text = written.trim();
    if text.is_empty() {
        return None;
    }
    let value = read(text);
    if value.is_none() {
        errors.push(field, problem);
    }
    value
}
