#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Event, EventDetails, EventForm, EventStatus, Plan, Reminder, reminders_from};
use crate::audience::{Audience, AudienceInput};
use crate::ids::{CampaignId, EventId};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-24T03:00:00Z";

fn form() -> EventForm {
    EventForm {
        title: Some(" Sosialisasi \n Program ".to_owned()),
        start_time: Some("2026-11-29 19:30".to_owned()),
        zoom_link: Some("https://zoom.us/j/123?pwd=a".to_owned()),
        ..EventForm::default()
    }
}

fn details() -> EventDetails {
    form().check(None, at(NOW)).unwrap()
}

fn event() -> Event {
    let id = EventId(Uuid::from_u128(7));
    Event::new(id, details(), at(NOW), at("2026-11-01T00:00:00Z"))
}

fn refused(form: EventForm) -> Vec<(String, String)> {
    let errors = form.check(None, at(NOW)).unwrap_err();
    let pairs = errors.iter();
    pairs.map(|(f, t)| (f.to_owned(), t.to_owned())).collect()
}

#[test]
fn a_form_becomes_an_event() {
    let event = event();
    assert_eq!(event.title, "Sosialisasi Program");
    assert_eq!(event.start_time, at("2026-11-29T12:30:00Z"));
    assert_eq!(event.zoom_link, "https://zoom.us/j/123?pwd=a");
    assert_eq!(event.duration_min, 120);
    assert_eq!(event.ends_at(), at("2026-11-29T14:30:00Z"));
    let exact = EventForm {
        start_time: Some("2026-11-29T19:30:00+07:00".to_owned()),
        duration_min: Some(15),
        description: Some(" a \r\n\r\n b ".to_owned()),
        image: Some("https://cdn.example.com/a.png".to_owned()),
        ..form()
    };
    let exact = exact.check(None, at(NOW)).unwrap();
    assert_eq!(exact.start_time(), event.start_time);
    assert_eq!(exact.description.as_deref(), Some("a\n\nb"));
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let missing = refused(EventForm::default());
    let fields: Vec<_> = missing.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["title", "start_time", "zoom_link"]);
    let wrong = EventForm {
        title: Some("x".repeat(121)),
        start_time: Some("besok malam".to_owned()),
        zoom_link: Some("http://zoom.us/j/1".to_owned()),
        duration_min: Some(14),
        description: Some("x".repeat(2_001)),
        image: Some("javascript:alert(1)".to_owned()),
        audience: Some(AudienceInput {
            kind: "semua".to_owned(),
            ..AudienceInput::default()
        }),
    };
    let wrong = refused(wrong);
    assert_eq!(wrong.len(), 7);
    assert_eq!(wrong[6].0, "audience.kind");
    for minutes in [-1, 481, i64::MAX] {
        let form = EventForm {
            duration_min: Some(minutes),
            ..form()
        };
        assert_eq!(
            refused(form),
            [(
                "duration_min".to_owned(),
                "Lama acara 15 sampai 480 menit.".to_owned()
            )]
        );
    }
    for link in [
        "zoom.us/j/1",
        "https://",
        "https://localhost/j/1",
        "https://127.0.0.1/",
        "https://a:b@zoom.us/j/1",
        "https://zoom.us/j/1 2",
        "ftp://zoom.us/",
    ] {
        let form = EventForm {
            zoom_link: Some(link.to_owned()),
            ..form()
        };
        assert_eq!(refused(form).len(), 1, "{link}");
    }
}

#[test]
fn no_event_is_moved_into_the_past_but_one_may_stay_there() {
    let past = EventForm {
        start_time: Some("2026-11-24 10:00".to_owned()),
        ..form()
    };
    let error = (
        "start_time".to_owned(),
        "Waktu acara sudah lewat.".to_owned(),
    );
    assert_eq!(refused(past.clone()), [error]);
    let present = details();
    assert!(past.check(Some(&present), at(NOW)).is_err());
    let later = at("2026-12-24T03:00:00Z");
    let title = EventForm {
        title: Some("Lain".to_owned()),
        start_time: Some("2026-11-29 19:30".to_owned()),
        ..EventForm::default()
    };
    let kept = title.check(Some(&present), later).unwrap();
    assert_eq!(kept.title, "Lain");
    assert_eq!(kept.zoom_link, present.zoom_link);
}

#[test]
fn another_time_forgets_what_was_planned_and_another_title_does_not() {
    let mut event = event();
    let reminder = Reminder {
        campaign: CampaignId(Uuid::from_u128(9)),
        from: at("2026-11-29T11:30:00Z"),
    };
    event.reminder = Some(reminder);
    let title = EventForm {
        title: Some("Lain".to_owned()),
        ..EventForm::default()
    };
    let titled = event.changed(
        title.check(Some(&event.details()), at(NOW)).unwrap(),
        at(NOW),
    );
    assert_eq!((titled.revision, titled.reminder), (2, Some(reminder)));
    let moved = EventForm {
        start_time: Some("2026-11-29 20:30".to_owned()),
        ..EventForm::default()
    };
    let moved = titled.changed(
        moved.check(Some(&titled.details()), at(NOW)).unwrap(),
        at(NOW),
    );
    assert_eq!((moved.revision, moved.reminder), (3, None));
    assert_eq!(moved.superseded, [reminder.campaign]);
    let everybody = EventForm {
        audience: Some(AudienceInput {
            kind: "everybody".to_owned(),
            ..AudienceInput::default()
        }),
        ..EventForm::default()
    };
    let others = titled.changed(
        everybody.check(Some(&titled.details()), at(NOW)).unwrap(),
        at(NOW),
    );
    assert_eq!(others.reminder, None);
    assert_eq!(others.whom(), Audience::Everybody);
    assert_eq!(titled.whom(), Audience::EventDefault { event: titled.id });
    let off = titled.cancelled(at(NOW));
    assert_eq!((off.status, off.reminder), (EventStatus::Cancelled, None));
    assert_eq!(off.superseded, [reminder.campaign]);
    assert!(!off.is_ahead(at(NOW)));
}

#[test]
fn who_registers_once_reminders_begin_gets_one_at_once() {
    let mut event = event();
    let late = |event: &Event, now: &str| event.late_reminder(at(now));
    assert_eq!(late(&event, "2026-11-29T12:00:00Z"), None);
    event.reminder = Some(Reminder {
        campaign: CampaignId(Uuid::from_u128(9)),
        from: at("2026-11-29T11:30:00Z"),
    });
    for (now, from) in [
        ("2026-11-29T11:24:59Z", None),
        ("2026-11-29T11:25:00Z", Some("2026-11-29T11:30:00Z")),
        ("2026-11-29T11:31:00Z", Some("2026-11-29T11:31:00Z")),
        ("2026-11-29T12:29:59Z", Some("2026-11-29T12:29:59Z")),
        ("2026-11-29T12:30:00Z", None),
    ] {
        assert_eq!(late(&event, now), from.map(at), "{now}");
    }
}

#[test]
fn who_registered_without_an_event_belongs_to_the_next_one_created() {
    let event = event();
    let other = Some(EventId(Uuid::from_u128(8)));
    let belongs = |id, registered: &str| event.has_registrant(id, at(registered));
    assert!(belongs(Some(event.id), "2020-01-01T00:00:00Z"));
    assert!(!belongs(other, "2026-11-10T00:00:00Z"));
    for (registered, is_its) in [
        ("2026-11-01T00:01:00Z", false),
        ("2026-11-01T00:01:01Z", true),
        ("2026-11-24T03:01:00Z", true),
        ("2026-11-24T03:01:01Z", false),
    ] {
        assert_eq!(belongs(None, registered), is_its, "{registered}");
    }
}

#[test]
fn the_plan_gives_its_reasons() {
    let start = at("2026-11-29T12:30:00Z");
    let plan = |lead, people, unsent, more_numbers| {
        Plan {
            at: at(NOW),
            begins_at: start - SignedDuration::from_mins(lead),
            people,
            unsent,
            more_numbers,
        }
        .reason(start)
    };
    assert_eq!(
        plan(60, 1_000, 0, Some(0)),
        "Pengingat untuk 1000 orang mulai Minggu, 29 November 2026, 18.30 WIB, 1 jam sebelum acara; \
         semua terjangkau sebelum acara mulai."
    );
    assert_eq!(
        plan(180, 3_000, 1_200, Some(2)),
        "Pengingat untuk 3000 orang mulai Minggu, 29 November 2026, 16.30 WIB, 3 jam sebelum acara; \
         1200 orang tidak terjangkau sebelum acara mulai. Butuh 2 nomor pengirim tambahan."
    );
    assert!(plan(95, 3, 3, None).contains("1 jam 35 menit sebelum acara"));
    assert!(plan(95, 3, 3, None).ends_with("Tidak ada nomor pengirim yang dapat dipakai."));
    assert!(plan(40, 0, 0, Some(0)).starts_with("Belum ada penerima."));
}

#[test]
fn reminders_that_are_decided_late_leave_time_to_hear_of_them() {
    let start = at("2026-11-29T12:30:00Z");
    for (now, begins_at, from) in [
        (
            "2026-11-29T09:30:00Z",
            "2026-11-29T11:30:00Z",
            "2026-11-29T11:30:00Z",
        ),
        (
            "2026-11-29T11:30:00Z",
            "2026-11-29T11:30:00Z",
            "2026-11-29T11:31:30Z",
        ),
        (
            "2026-11-29T12:15:00Z",
            "2026-11-29T12:15:00Z",
            "2026-11-29T12:16:30Z",
        ),
        (
            "2026-11-29T12:15:01Z",
            "2026-11-29T12:15:01Z",
            "2026-11-29T12:15:01Z",
        ),
    ] {
        assert_eq!(reminders_from(at(begins_at), start, at(now)), at(from));
    }
}

#[test]
fn a_copy_takes_everything_but_the_time() {
    let new = EventForm {
        title: Some("Lain".to_owned()),
        ..EventForm::default()
    };
    let copy = new.clone().like(&details());
    assert_eq!(
        copy.zoom_link.as_deref(),
        Some("https://zoom.us/j/123?pwd=a")
    );
    let error = copy.check(None, at(NOW)).unwrap_err();
    assert_eq!(error.iter().count(), 1);
    assert!(error.get("start_time").is_some());
}
