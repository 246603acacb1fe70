//! An event for somebody's own calendar: an `.ics` file by RFC 5545 (requirement E3).

use icalendar::{Alarm, Calendar, Component, EventLike, EventStatus, Property};
use jiff::{SignedDuration, Timestamp};

use crate::ids::EventId;
use crate::time_text::{Zone, date_time};

/// How long an event lasts that does not say.
pub const USUAL_MINUTES: u32 = 120;

/// The calendar rings so many minutes before the start.
const ALARM_MINUTES: i64 = 60;

/// Who wrote the file, as RFC 5545 wants it.
const PRODUCT: &str = "-//Socialpreneur//Event//ID";

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The event; calendars know it again by this.
    pub id: EventId,
    /// Counts its changes; a calendar takes the highest it has seen.
    pub revision: u32,
    /// When it was changed last, UTC.
    pub changed_at: Timestamp,
    /// Title.
    pub title: &'a str,
    /// When it begins, UTC.
    pub start: Timestamp,
    /// How long it lasts, minutes.
    pub minutes: Option<u32>,
    /// What it is about.
    pub description: Option<&'a str>,
    /// The person's join link, or the site for whoever is not known.
    pub url: &'a str,
    /// Whether `url` is a join link.
    pub joins: bool,
    /// It does not take place.
    pub cancelled: bool,
}

/// The file, to be served as `text/calendar; charset=utf-8`. The same entry gives the same bytes.
#[must_use]
pub fn ics(entry: &Entry<'_>) -> String {
    let minutes = entry.minutes.unwrap_or(USUAL_MINUTES);
    let length = SignedDuration::from_mins(i64::from(minutes));
    let end = entry.start.saturating_add(length).unwrap_or(Timestamp::MAX);
    let (method, status) = if entry.cancelled {
        ("CANCEL", EventStatus::Cancelled)
    } else {
        ("PUBLISH", EventStatus::Confirmed)
    };
    let title = clean(entry.title);
    let mut event = icalendar::Event::with_uid(&entry.id.to_string());
    event
        .add_property("DTSTAMP", utc(entry.changed_at))
        .add_property("LAST-MODIFIED", utc(entry.changed_at))
        .add_property("SEQUENCE", entry.revision.to_string())
        .add_property("DTSTART", utc(entry.start))
        .add_property("DTEND", utc(end))
        .summary(&title)
        .description(&description(entry))
        .url(entry.url)
        .location("Zoom")
        .status(status);
    if !entry.cancelled {
        let before = chrono::TimeDelta::minutes(-ALARM_MINUTES);
        let mut alarm = Alarm::display(&title, before);
        // The writer would take both from the clock and from chance.
        alarm
            .add_property("UID", format!("{}-alarm", entry.id))
            .add_property("DTSTAMP", utc(entry.changed_at));
        event.alarm(alarm);
    }
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    calendar.push(event).to_string()
}

fn description(entry: &Entry<'_>) -> String {
    let mut lines = vec![date_time(entry.start, Zone::Wib)];
    if entry.cancelled {
        lines.insert(0, "Acara ini dibatalkan.".to_owned());
    } else if entry.joins {
        lines.push(format!("Ikut lewat Zoom: {}", entry.url));
    } else {
        lines.push("Link Zoom kami kirim lewat WhatsApp sebelum acara dimulai.".to_owned());
    }
    if let Some(description) = entry.description {
        lines.push(String::new());
        lines.push(clean(description));
    }
    lines.join("\n")
}

/// One kind of line end, and no other control character: a file may not have them.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
        .collect()
}

/// `20261129T123000Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests;
