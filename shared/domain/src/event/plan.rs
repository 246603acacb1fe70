//! When reminders begin, and the reasons in words (requirement S11).

use jiff::{SignedDuration, Timestamp};

use crate::forecast::Lead;
use crate::time_text::date_time;
use crate::zone::Zone;

/// What was computed about the reminders of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// When it was computed.
    pub at: Timestamp,
    /// When reminders begin.
    pub begins_at: Timestamp,
    /// How many people they are for.
    pub people: u32,
    /// How many of them would get none before the event.
    pub unsent: u32,
    /// Sending numbers that would be needed besides; `None` if there is none to compare with.
    pub more_numbers: Option<u32>,
}

impl Plan {
    /// What the forecast says, for so many people.
    #[must_use]
    pub fn new(lead: &Lead, people: u32, at: Timestamp) -> Self {
        Self {
            at,
            begins_at: lead.begins_at,
            people,
            unsent: lead.unsent,
            more_numbers: lead.more_numbers,
        }
    }

    /// Why they begin then, for an admin: Indonesian, one or two sentences.
    #[must_use]
    pub fn reason(&self, start_time: Timestamp) -> String {
        let begins = date_time(self.begins_at, Zone::Wib);
        let lead = words(start_time.duration_since(self.begins_at));
        let people = self.people;
        if people == 0 {
            return format!("Belum ada penerima. Pengingat mulai {begins}, {lead} sebelum acara.");
        }
        let plan = format!("Pengingat untuk {people} orang mulai {begins}, {lead} sebelum acara");
        if self.unsent == 0 {
            return format!("{plan}; semua terjangkau sebelum acara mulai.");
        }
        let unsent = self.unsent;
        let numbers = match self.more_numbers {
            Some(more) => format!("Butuh {more} nomor pengirim tambahan."),
            None => "Tidak ada nomor pengirim yang dapat dipakai.".to_owned(),
        };
        format!("{plan}; {unsent} orang tidak terjangkau sebelum acara mulai. {numbers}")
    }
}

/// `1 jam`, `2 jam 35 menit`, `40 menit`: whole minutes.
fn words(lead: SignedDuration) -> String {
    let minutes = lead.as_mins().max(0);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} menit"),
        (hours, 0) => format!("{hours} jam"),
        (hours, minutes) => format!("{hours} jam {minutes} menit"),
    }
}
