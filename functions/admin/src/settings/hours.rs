//! Sending hours as they are read and written.

use domain::hours::{HoursError, HoursPolicy, HoursRule, SendingHours, Window, Zone};
use domain::message::Class;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{ByClass, MessageClass};
use crate::error::Problem;

/// When messages may leave.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Hours {
    /// The hours of every class that has none of its own.
    common: Week,
    /// Hours that only one class has.
    #[serde(default)]
    own: ByClass<Week>,
    /// How each class treats them; one that is left out is as the brief has it.
    #[serde(default)]
    rules: ByClass<Rule>,
}

/// Windows for each weekday.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Week {
    /// WIB, WITA, WIT
    #[schema(example = "WIB", pattern = "^(WIB|WITA|WIT)$")]
    zone: String,
    /// Monday first; null on a day without sending.
    #[schema(min_items = 7, max_items = 7)]
    days: Vec<Option<Opening>>,
}

/// From when to when; a close that is not after the opening lies on the next day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Opening {
    #[schema(example = "09:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    open: String,
    #[schema(example = "17:00", pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    close: String,
}

/// How a class treats the hours.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "rule", deny_unknown_fields)]
enum Rule {
    /// Waits for them.
    Obeys,
    /// May go at once within so many minutes of its cause.
    AtOnceWithin {
        #[schema(minimum = 0, maximum = 1440)]
        minutes: u16,
    },
    /// Goes at any time.
    Free,
}

/// Most minutes within which a message may go at once.
const MOST_MINUTES: u16 = 1_440;

impl Hours {
    pub(super) fn of(policy: &HoursPolicy) -> Self {
        let own = |class| Some((MessageClass::from(class), Week::of(policy.own(class)?)));
        let rule = |class| {
            let rule = match policy.rule(class) {
                HoursRule::Obeys => Rule::Obeys,
                HoursRule::AtOnceWithin { minutes } => Rule::AtOnceWithin { minutes },
                HoursRule::Free => Rule::Free,
            };
            (MessageClass::from(class), rule)
        };
        Self {
            common: Week::of(policy.common()),
            own: Class::ALL.into_iter().filter_map(own).collect(),
            rules: Class::ALL.into_iter().map(rule).collect(),
        }
    }

    pub(super) fn read(self) -> Result<HoursPolicy, Problem> {
        let mut policy = HoursPolicy::new(self.common.read("hours.common")?);
        for (class, week) in self.own {
            let hours = week.read("hours.own")?;
            policy = policy.with_hours(class.into(), Some(hours));
        }
        for (class, rule) in self.rules {
            let rule = match rule {
                Rule::Obeys => HoursRule::Obeys,
                Rule::AtOnceWithin { minutes } if minutes > MOST_MINUTES => {
                    let text = format!("Isi 0 sampai {MOST_MINUTES} menit.");
                    return Err(Problem::field("hours.rules", &text));
                }
                Rule::AtOnceWithin { minutes } => HoursRule::AtOnceWithin { minutes },
                Rule::Free => HoursRule::Free,
            };
            policy = policy.with_rule(class.into(), rule);
        }
        Ok(policy)
    }
}

impl Week {
    fn of(hours: &SendingHours) -> Self {
        let opening = |window: Window| Opening {
            open: window.open().strftime("%H:%M").to_string(),
            close: window.close().strftime("%H:%M").to_string(),
        };
        Self {
            zone: hours.zone().label().to_owned(),
            days: hours.days().iter().map(|day| day.map(opening)).collect(),
        }
    }

    fn read(&self, field: &str) -> Result<SendingHours, Problem> {
        let wrong = |text: &str| Problem::field(field, text);
        let zone =
            Zone::parse(&self.zone).ok_or_else(|| wrong("Zona harus WIB, WITA, atau WIT."))?;
        let mut days = [None; 7];
        if self.days.len() != days.len() {
            return Err(wrong("Isi tujuh hari, Senin dulu."));
        }
        for (day, opening) in days.iter_mut().zip(&self.days) {
            let Some(opening) = opening else { continue };
            let time = |text: &str| -> Result<Time, Problem> {
                let parsed = Time::strptime("%H:%M", text);
                parsed.map_err(|_| wrong("Tulis jam seperti 09:00."))
            };
            let window = Window::new(time(&opening.open)?, time(&opening.close)?);
            *day = Some(window.map_err(|error| wrong(told(error)))?);
        }
        SendingHours::weekly(zone, days).map_err(|error| wrong(told(error)))
    }
}

fn told(error: HoursError) -> &'static str {
    match error {
        HoursError::Empty => {
            "Jam buka dan jam tutup tidak boleh sama, kecuali 00:00 untuk sehari penuh."
        }
        HoursError::Never => {
            "Paling sedikit satu hari harus buka. Untuk menghentikan semua pesan, pakai tombol berhenti."
        }
    }
}
