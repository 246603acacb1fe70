//! Times as participants read them (requirement N3, N4).

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};

pub use crate::zone::Zone;

/// `Minggu, 29 November 2026, 19.30 WIB`, and for a recipient in another zone
/// `… 19.30 WIB (20.30 WITA)`; where it is another day there, `… 23.30 WIB (Senin, 00.30 WITA)`.
#[must_use]
pub fn date_time(time: Timestamp, recipient: Zone) -> String {
    let wib = Zone::Wib.local(time);
    let text = format!("{}, {} WIB", date_of(wib), clock(wib));
    if recipient == Zone::Wib {
        return text;
    }
    let local = recipient.local(time);
    let other_day = if local.date() == wib.date() {
        String::new()
    } else {
        format!("{}, ", day_name(local))
    };
    format!("{text} ({other_day}{} {})", clock(local), recipient.label())
}

/// `Minggu, 29 November 2026`: the day in WIB.
#[must_use]
pub fn date(time: Timestamp) -> String {
    date_of(Zone::Wib.local(time))
}

/// `29 November 2026`.
#[must_use]
pub fn day_text(day: Date) -> String {
    format!("{} {} {}", day.day(), month_name(day), day.year())
}

/// The time of day in each zone, `19.30 WIB`, `20.30 WITA`, `21.30 WIT`; with the day where it is
/// another one than in WIB, `Senin, 00.30 WITA` (requirement L2).
#[must_use]
pub fn clocks(time: Timestamp) -> [String; 3] {
    let day = Zone::Wib.local(time).date();
    [Zone::Wib, Zone::Wita, Zone::Wit].map(|zone| {
        let local = zone.local(time);
        let text = format!("{} {}", clock(local), zone.label());
        if local.date() == day {
            text
        } else {
            format!("{}, {text}", day_name(local))
        }
    })
}

/// How long until `start`, for `{time_left} lagi`: `1 jam` from 55 to 65 minutes, else rounded
/// to 5 minutes (`45 menit`, `2 jam 30 menit`), and `sebentar` below 2.5 minutes.
#[must_use]
pub fn time_left(now: Timestamp, start: Timestamp) -> String {
    const MINUTE: i64 = 60;
    let seconds = start.as_second().saturating_sub(now.as_second());
    if (55 * MINUTE..=65 * MINUTE).contains(&seconds) {
        return "1 jam".to_owned();
    }
    let step = 5 * MINUTE;
    let minutes = (seconds.max(0) + step / 2) / step * 5;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "sebentar".to_owned(),
        (0, minutes) => format!("{minutes} menit"),
        (hours, 0) => format!("{hours} jam"),
        (hours, minutes) => format!("{hours} jam {minutes} menit"),
    }
}

fn date_of(local: DateTime) -> String {
    format!("{}, {}", day_name(local), day_text(local.date()))
}

fn clock(local: DateTime) -> String {
    format!("{:02}.{:02}", local.hour(), local.minute())
}

fn day_name(local: DateTime) -> &'static str {
    match local.weekday() {
        Weekday::Monday => "Senin",
        Weekday::Tuesday => "Selasa",
        Weekday::Wednesday => "Rabu",
        Weekday::Thursday => "Kamis",
        Weekday::Friday => "Jumat",
        Weekday::Saturday => "Sabtu",
        Weekday::Sunday => "Minggu",
    }
}

fn month_name(day: Date) -> &'static str {
    match day.month() {
        1 => "Januari",
        2 => "Februari",
        3 => "Maret",
        4 => "April",
        5 => "Mei",
        6 => "Juni",
        7 => "Juli",
        8 => "Agustus",
        9 => "September",
        10 => "Oktober",
        11 => "November",
        _ => "Desember",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use jiff::{SignedDuration, Timestamp};

    use super::{Zone, clocks, date, date_time, time_left};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_written_in_wib_and_in_the_recipients_zone() {
        let start = at("2026-11-29T12:30:00Z");
        assert_eq!(
            date_time(start, Zone::Wib),
            "Minggu, 29 November 2026, 19.30 WIB"
        );
        assert_eq!(
            date_time(start, Zone::Wita),
            "Minggu, 29 November 2026, 19.30 WIB (20.30 WITA)"
        );
        assert_eq!(
            date_time(start, Zone::Wit),
            "Minggu, 29 November 2026, 19.30 WIB (21.30 WIT)"
        );
        assert_eq!(date(start), "Minggu, 29 November 2026");
    }

    #[test]
    fn the_day_is_the_local_one() {
        let late = at("2026-12-31T16:30:00Z");
        assert_eq!(
            date_time(late, Zone::Wita),
            "Kamis, 31 Desember 2026, 23.30 WIB (Jumat, 00.30 WITA)"
        );
        assert_eq!(date(at("2026-12-31T17:00:00Z")), "Jumat, 1 Januari 2027");
    }

    #[test]
    fn a_session_is_shown_by_the_clocks_of_all_three_zones() {
        assert_eq!(
            clocks(at("2026-11-29T12:30:00Z")),
            ["19.30 WIB", "20.30 WITA", "21.30 WIT"]
        );
        assert_eq!(
            clocks(at("2026-12-31T16:30:00Z")),
            ["23.30 WIB", "Jumat, 00.30 WITA", "Jumat, 01.30 WIT"]
        );
    }

    #[test]
    fn every_month_and_day_has_its_indonesian_name() {
        let months: Vec<String> = (1..=12)
            .map(|month| date(at(&format!("2026-{month:02}-01T00:00:00Z"))))
            .collect();
        assert_eq!(
            months,
            [
                "Kamis, 1 Januari 2026",
                "Minggu, 1 Februari 2026",
                "Minggu, 1 Maret 2026",
                "Rabu, 1 April 2026",
                "Jumat, 1 Mei 2026",
                "Senin, 1 Juni 2026",
                "Rabu, 1 Juli 2026",
                "Sabtu, 1 Agustus 2026",
                "Selasa, 1 September 2026",
                "Kamis, 1 Oktober 2026",
                "Minggu, 1 November 2026",
                "Selasa, 1 Desember 2026",
            ]
        );
    }

    #[test]
    fn about_an_hour_is_an_hour_and_the_rest_is_rounded() {
        let start = at("2026-11-29T12:30:00Z");
        for (seconds, text) in [
            (0, "sebentar"),
            (149, "sebentar"),
            (150, "5 menit"),
            (45 * 60, "45 menit"),
            (52 * 60 + 29, "50 menit"),
            (55 * 60 - 1, "55 menit"),
            (55 * 60, "1 jam"),
            (60 * 60, "1 jam"),
            (65 * 60, "1 jam"),
            (65 * 60 + 1, "1 jam 5 menit"),
            (68 * 60, "1 jam 10 menit"),
            (120 * 60, "2 jam"),
            (118 * 60, "2 jam"),
            (150 * 60, "2 jam 30 menit"),
            (180 * 60, "3 jam"),
            (-60, "sebentar"),
        ] {
            let now = start - SignedDuration::from_secs(seconds);
            assert_eq!(time_left(now, start), text, "{seconds} s");
        }
    }
}
