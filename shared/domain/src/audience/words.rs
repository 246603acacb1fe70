//! An audience in an admin's words.

use jiff::civil::Date;

use super::{Audience, Segment};
use crate::attendance::Attendance;
use crate::ids::{EventId, ParticipantId};
use crate::participant::JoinStatus;
use crate::time_text::day_text;

/// Names for the ids in an audience; what has none is described without it.
pub trait Names {
    /// An event's title.
    fn event(&self, id: EventId) -> Option<String>;
    /// A participant's name.
    fn participant(&self, id: ParticipantId) -> Option<String>;
}

impl Audience {
    /// One sentence without its full stop, in Indonesian:
    /// `Peserta dari Bogor yang daftar sejak 1 November 2026, belum join`.
    #[must_use]
    pub fn describe(&self, names: &impl Names) -> String {
        match self {
            Self::Everybody => "Semua peserta".to_owned(),
            Self::EventDefault { event } => format!(
                "Pendaftar {} dan semua yang belum join",
                event_name(names, *event)
            ),
            Self::Segment(segment) => segment.describe(names),
        }
    }
}

impl Segment {
    fn describe(&self, names: &impl Names) -> String {
        let mut whose = vec!["Peserta".to_owned()];
        let cities: Vec<String> = self.cities.iter().map(|key| title_case(key)).collect();
        if !cities.is_empty() {
            whose.push(format!("dari {}", either(&cities)));
        }
        let days = days(self.registered_from, self.registered_to);
        if let Some(days) = &days {
            whose.push(format!("yang daftar {days}"));
        }
        if let Some(referrer) = self.referrer {
            let name = names.participant(referrer);
            let name = name.unwrap_or_else(|| "satu pengundang".to_owned());
            let joint = if days.is_some() { "dan" } else { "yang" };
            whose.push(format!("{joint} diundang {name}"));
        }
        let mut parts = vec![whose.join(" ")];
        if let Some(event) = self.registered_for {
            parts.push(format!("terdaftar di {}", event_name(names, event)));
        }
        if let Some(of) = self.attendance {
            let event = event_name(names, of.event);
            parts.push(match of.is {
                Attendance::Came => format!("hadir di {event}"),
                Attendance::Missed => format!("tidak hadir di {event}"),
                Attendance::Unknown => format!("belum diketahui hadir di {event}"),
            });
        }
        match self.status {
            Some(JoinStatus::BelumJoin) => parts.push("belum join".to_owned()),
            Some(JoinStatus::SudahJoin) => parts.push("sudah join".to_owned()),
            None => {}
        }
        parts.join(", ")
    }
}

fn event_name(names: &impl Names, id: EventId) -> String {
    match names.event(id) {
        Some(title) => format!("“{title}”"),
        None => "satu event".to_owned(),
    }
}

fn days(from: Option<Date>, to: Option<Date>) -> Option<String> {
    match (from, to) {
        (None, None) => None,
        (Some(from), None) => Some(format!("sejak {}", day_text(from))),
        (None, Some(to)) => Some(format!("sampai {}", day_text(to))),
        (Some(from), Some(to)) if from == to => Some(format!("pada {}", day_text(from))),
        (Some(from), Some(to)) => Some(format!("{} sampai {}", day_text(from), day_text(to))),
    }
}

/// `Bogor`, `Bogor atau Depok`, `Bogor, Depok, atau Solo`.
fn either(names: &[String]) -> String {
    match names {
        [first, second] => format!("{first} atau {second}"),
        [first @ .., last] if !first.is_empty() => format!("{}, atau {last}", first.join(", ")),
        other => other.concat(),
    }
}

fn title_case(key: &str) -> String {
    key.split(' ')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().chain(letters).collect()
            })
        })
        .collect::<Vec<_>>()
        .join(" ")
}
