//! Every text about events and every broadcast, in every situation that changes it.
#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::{SignedDuration, Timestamp};

use super::{Placeholder, SystemTemplate, Template, TemplateName, Vars};
use crate::person::City;
use crate::time_text::{Zone, date, date_time, time_left};

/// Who reads, and what there is to tell.
#[derive(Clone, Copy)]
struct Case {
    title: &'static str,
    name: &'static str,
    city: &'static str,
    event: bool,
    video: bool,
    minutes_left: i64,
}

const USUAL: Case = Case {
    title: "an event, a video, an hour left",
    name: "Budi Santoso",
    city: "Kota Bogor",
    event: true,
    video: true,
    minutes_left: 60,
};

fn cases() -> Vec<Case> {
    let mut cases = vec![
        USUAL,
        Case {
            title: "no event",
            event: false,
            ..USUAL
        },
        Case {
            title: "no video",
            video: false,
            ..USUAL
        },
        Case {
            title: "one-word name",
            name: "Sari",
            ..USUAL
        },
        Case {
            title: "long name",
            name: "Prof. Dr. Ir. H. Raden Mas Muhammad Abdurrahman Wahyuningrat Kusumo Adiningrat, S.Pd., M.Kom., Ph.D.",
            ..USUAL
        },
        Case {
            title: "WITA",
            city: "Denpasar",
            ..USUAL
        },
        Case {
            title: "WIT",
            city: "Kabupaten Jayapura",
            ..USUAL
        },
    ];
    for (title, minutes_left) in [
        ("61 minutes left", 61),
        ("58 minutes left", 58),
        ("43 minutes left", 43),
        ("7 minutes left", 7),
    ] {
        cases.push(Case {
            title,
            minutes_left,
            ..USUAL
        });
    }
    cases
}

fn vars(case: Case) -> Vars {
    let zone = City::parse(case.city).unwrap().zone().unwrap_or(Zone::Wib);
    let start: Timestamp = "2026-11-29T12:30:00Z".parse().unwrap();
    let before: Timestamp = "2026-11-28T16:30:00Z".parse().unwrap();
    let now = start - SignedDuration::from_mins(case.minutes_left);
    let mut vars = Vars::new()
        .with(Placeholder::Sapaan, "Bapak")
        .with(Placeholder::Name, case.name)
        .with(Placeholder::City, case.city)
        .with(Placeholder::Profession, "Guru")
        .with(Placeholder::ReferralCode, "081234567890")
        .with(Placeholder::SiteHost, "www.webdonasi.com")
        .with(Placeholder::Topic, "modal usaha")
        .with(Placeholder::LinkPage, "https://www.webdonasi.com/modal");
    if case.video {
        vars = vars.with(Placeholder::LinkVideo, "https://youtu.be/abc");
    }
    if case.event {
        vars = vars
            .with(Placeholder::EventTitle, "Program Socialpreneur Batch 7")
            .with(Placeholder::EventDateTime, date_time(start, zone))
            .with(Placeholder::EventDate, date(start))
            .with(Placeholder::EventOldDateTime, date_time(before, zone))
            .with(Placeholder::ZoomLink, "https://www.webdonasi.com/j/k7m2xq")
            .with(Placeholder::TimeLeft, time_left(now, start));
    }
    vars
}

/// The text in each case; cases that read the same stand together.
fn matrix(render: impl Fn(&Vars) -> String) -> String {
    let mut seen: Vec<(Vec<&str>, String)> = Vec::new();
    for case in cases() {
        let text = render(&vars(case));
        match seen.iter_mut().find(|(_, known)| *known == text) {
            Some((titles, _)) => titles.push(case.title),
            None => seen.push((vec![case.title], text)),
        }
    }
    seen.iter()
        .map(|(titles, text)| format!("=== {}\n{text}\n", titles.join(" | ")))
        .collect()
}

#[test]
fn messages_about_events() {
    for template in [
        SystemTemplate::Welcome,
        SystemTemplate::Reminder,
        SystemTemplate::FollowUp,
        SystemTemplate::FollowUpMissed,
        SystemTemplate::FollowUpUnknown,
        SystemTemplate::EventChanged,
        SystemTemplate::EventCancelled,
    ] {
        let text = matrix(|vars| template.shipped(vars).unwrap());
        insta::assert_snapshot!(format!("matrix_{}", template.name()), text);
    }
}

#[test]
fn the_shipped_broadcasts() {
    for slug in ["kabar-baik", "ajak-teman"] {
        let name = TemplateName::parse(&format!("broadcast/{slug}")).unwrap();
        let shipped = name.shipped_text().unwrap();
        let template = Template::parse(shipped, name.placeholders()).unwrap();
        let text = matrix(|vars| template.render(vars));
        insta::assert_snapshot!(format!("matrix_broadcast_{slug}"), text);
    }
}
