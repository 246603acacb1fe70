//! Why a message has not been sent yet, and when it can be (requirements N5, S3): for whoever looks
//! at its row. Closing a lane touches no row in it, so what a row says is brought up to date from
//! time to time by this rule.

use jiff::Timestamp;

use crate::dispatch::Runner;
use crate::message::{DueMessage, Waiting};
use crate::number::Health;
use crate::pace::{HORIZON, MaySend, may_send};
use crate::reserve::Reserves;
use crate::settings::{Control, Settings};

/// Why, and from when on it can go; `None` while only a person can change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// What it waits for.
    pub why: Waiting,
    /// The earliest moment as far as is known.
    pub from: Option<Timestamp>,
}

/// Everything that decides.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Settings.
    pub settings: &'a Settings,
    /// Switches.
    pub control: &'a Control,
    /// Numbers with their paces.
    pub runners: &'a [Runner],
    /// What is kept free of the caps.
    pub reserves: &'a Reserves<'a>,
}

/// What a row in a class's lane waits for. `stored` is what it says now.
#[must_use]
pub fn explain(message: &DueMessage, around: &Around<'_>, now: Timestamp) -> Explained {
    let class = message.message_type.class();
    let waits = |why, from| Explained {
        why,
        from: Some(from),
    };
    if around.control.stops(class) {
        return Explained {
            why: Waiting::Held,
            from: None,
        };
    }
    if message.due > now {
        let why = match message.said {
            (stored @ (Waiting::Retry | Waiting::Scheduled), _) => stored,
            _ => Waiting::Scheduled,
        };
        let hours = &around.settings.hours;
        let opens = hours.opens_at(class, message.cause_at, message.due);
        if opens > message.due {
            return waits(Waiting::Window, opens);
        }
        return waits(why, message.due);
    }
    let opens = around.settings.hours.opens_at(class, message.cause_at, now);
    if opens > now {
        return waits(Waiting::Window, opens);
    }
    let mut earliest: Option<(Timestamp, Waiting)> = None;
    for Runner { number, pace } in around.runners {
        let reserve = around.reserves.of(class, number, now);
        let (free, why) = match may_send(number, pace, reserve, now) {
            MaySend::No => continue,
            MaySend::Now => (pace.next_free_at.max(now), Waiting::Number),
            MaySend::From(then) => match number.health(now) {
                Health::CoolingUntil(until) if until >= then => (then, Waiting::Number),
                // At the cap a place frees every few seconds: that is waiting for a turn.
                _ if then.duration_since(now) < HORIZON => (then, Waiting::Number),
                _ => (then.max(pace.next_free_at), Waiting::Quota),
            },
        };
        if earliest.is_none_or(|(known, _)| free < known) {
            earliest = Some((free, why));
        }
    }
    match earliest {
        Some((from, why)) => waits(why, from),
        None => Explained {
            why: Waiting::Number,
            from: None,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::{MessageId, NumberId, ParticipantId};
    use crate::lane::Lane;
    use crate::message::{Class, MessageType};
    use crate::number::{Limits, Number};
    use crate::pace::Pace;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn runner() -> Runner {
        let id = NumberId(Uuid::from_u128(1));
        Runner {
            number: Number {
                id,
                priority: 1,
                is_active: true,
                out_reason: None,
                paused: false,
                in_use_since: Timestamp::UNIX_EPOCH,
                limits: Limits::new(2, 5, 1, 1_000).unwrap(),
                failure_streak: 0,
                cool_until: None,
                record: crate::number::HealthRecord::default(),
            },
            pace: Pace::new(id, at("2026-11-30T00:00:00Z")),
        }
    }

    fn why(
        stored: Waiting,
        due: &str,
        runners: &[Runner],
        control: &Control,
        now: &str,
    ) -> Explained {
        let message = DueMessage {
            id: MessageId(Uuid::from_u128(3)),
            message_type: MessageType::Welcome,
            participant_id: ParticipantId(Uuid::from_u128(4)),
            target_index: "1.x".to_owned(),
            subject_id: None,
            event_id: None,
            campaign_id: None,
            cause_at: at("2026-11-30T05:00:00Z"),
            expires_at: at("2026-12-03T05:00:00Z"),
            attempts: 0,
            due: at(due),
            lane: Lane::Class(Class::Welcome),
            said: (stored, None),
            claim: None,
        };
        let around = Around {
            settings: &Settings::default(),
            control,
            runners,
            reserves: &Reserves::new(0, &[], [], at(now)),
        };
        explain(&message, &around, at(now))
    }

    #[test]
    fn each_reason_with_its_time() {
        let noon = "2026-11-30T05:00:00Z";
        let free = [runner()];
        let open = Control::default();
        let expected = |why, from: Option<&str>| Explained {
            why,
            from: from.map(at),
        };
        let now = why(Waiting::Retry, noon, &free, &open, noon);
        assert_eq!(now, expected(Waiting::Number, Some(noon)));

        let stopped = Control {
            all_stopped: true,
            ..Control::default()
        };
        let held = why(Waiting::Number, noon, &free, &stopped, noon);
        assert_eq!(held, expected(Waiting::Held, None));

        let soon = "2026-11-30T05:10:00Z";
        let retry = why(Waiting::Retry, soon, &free, &open, noon);
        assert_eq!(retry, expected(Waiting::Retry, Some(soon)));
        // A retry that comes after closing waits for the morning.
        let night = "2026-11-30T15:00:00Z";
        let morning = Some("2026-12-01T02:00:00Z");
        let late = why(Waiting::Retry, night, &free, &open, noon);
        assert_eq!(late, expected(Waiting::Window, morning));
        let closed = why(Waiting::Number, noon, &free, &open, night);
        assert_eq!(closed, expected(Waiting::Window, morning));

        let mut full = runner();
        full.pace = full.pace.with_send(at(noon), &full.number.limits);
        let capped = why(Waiting::Number, noon, &[full], &open, soon);
        assert_eq!(
            capped,
            expected(Waiting::Quota, Some("2026-11-30T06:00:07Z"))
        );

        let mut resting = runner();
        resting.number.cool_until = Some(at(soon));
        let rests = why(Waiting::Number, noon, &[resting.clone()], &open, noon);
        assert_eq!(rests, expected(Waiting::Number, Some(soon)));
        // Another number is free earlier.
        let other = why(Waiting::Number, noon, &[resting, runner()], &open, noon);
        assert_eq!(other.from, Some(at(noon)));

        let mut out = runner();
        out.number.is_active = false;
        let nobody = why(Waiting::Number, noon, &[out], &open, noon);
        assert_eq!(nobody, expected(Waiting::Number, None));
    }
}
