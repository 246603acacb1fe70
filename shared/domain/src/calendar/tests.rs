#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn entry() -> Entry<'static> {
    Entry {
        id: EventId(Uuid::from_u128(7)),
        revision: 3,
        changed_at: "2026-11-20T01:02:03.456Z".parse().unwrap(),
        title: "Sosialisasi Program Socialpreneur",
        start: "2026-11-29T12:30:00Z".parse().unwrap(),
        minutes: Some(90),
        description: Some("Kita bahas modal usaha; ajak teman, ya.\r\nGratis."),
        url: "https://www.webdonasi.com/j/k7m2xq",
        joins: true,
        cancelled: false,
    }
}

/// Read by another library than the one that writes.
fn read(text: &str) -> ICalendar {
    ICalendar::parse(text).expect("a calendar")
}

fn event(calendar: &ICalendar) -> &ICalendarComponent {
    component(calendar, &ICalendarComponentType::VEvent).expect("an event")
}

fn component<'a>(
    calendar: &'a ICalendar,
    kind: &ICalendarComponentType,
) -> Option<&'a ICalendarComponent> {
    calendar
        .components
        .iter()
        .find(|component| component.component_type == *kind)
}

fn text(component: &ICalendarComponent, property: &ICalendarProperty) -> String {
    let entry = component.property(property).expect("the property");
    let value = entry.values.first().expect("a value");
    value.as_text().expect("a text").to_owned()
}

fn time(component: &ICalendarComponent, property: &ICalendarProperty) -> String {
    let entry = component.property(property).expect("the property");
    let at = entry.values[0].as_partial_date_time().expect("a time");
    // UTC, which is what the Z says.
    assert_eq!((at.tz_hour, at.tz_minute), (Some(0), Some(0)));
    format!(
        "{}-{}-{} {}:{:02}:{:02}",
        at.year.unwrap(),
        at.month.unwrap(),
        at.day.unwrap(),
        at.hour.unwrap(),
        at.minute.unwrap(),
        at.second.unwrap()
    )
}

#[test]
fn the_file_is_this_and_always_this() {
    insta::assert_snapshot!(ics(&entry()).replace('\r', ""));
    assert_eq!(ics(&entry()), ics(&entry()));
}

#[test]
fn the_site_is_not_said_to_be_the_way_to_the_meeting() {
    let public = ics(&Entry {
        url: "https://www.webdonasi.com/",
        joins: false,
        ..entry()
    });
    let calendar = read(&public);
    assert_eq!(
        text(event(&calendar), &ICalendarProperty::Description),
        "Minggu, 29 November 2026, 19.30 WIB\n\
         Link Zoom kami kirim lewat WhatsApp sebelum acara dimulai.\n\n\
         Kita bahas modal usaha; ajak teman, ya.\nGratis."
    );
}

/// Nothing in the file comes from the clock or from chance: another process writes the same.
#[test]
fn the_alarm_has_an_id_of_its_own() {
    let calendar = read(&ics(&entry()));
    let alarm = component(&calendar, &ICalendarComponentType::VAlarm).expect("an alarm");
    assert_eq!(
        alarm.uid(),
        Some("00000000-0000-0000-0000-000000000007-alarm")
    );
    assert_eq!(
        time(alarm, &ICalendarProperty::Dtstamp),
        "2026-11-20 1:02:03"
    );
}

#[test]
fn another_reader_finds_everything() {
    let calendar = read(&ics(&entry()));
    let event = event(&calendar);
    assert_eq!(event.uid(), Some("00000000-0000-0000-0000-000000000007"));
    assert_eq!(
        text(event, &ICalendarProperty::Summary),
        "Sosialisasi Program Socialpreneur"
    );
    assert_eq!(
        text(event, &ICalendarProperty::Description),
        "Minggu, 29 November 2026, 19.30 WIB\n\
         Ikut lewat Zoom: https://www.webdonasi.com/j/k7m2xq\n\n\
         Kita bahas modal usaha; ajak teman, ya.\nGratis."
    );
    assert_eq!(
        time(event, &ICalendarProperty::Dtstart),
        "2026-11-29 12:30:00"
    );
    assert_eq!(
        time(event, &ICalendarProperty::Dtend),
        "2026-11-29 14:00:00"
    );
    assert_eq!(
        time(event, &ICalendarProperty::Dtstamp),
        "2026-11-20 1:02:03"
    );
    let sequence = event.property(&ICalendarProperty::Sequence).unwrap();
    assert_eq!(sequence.values[0].as_integer(), Some(3));
    let url = event.property(&ICalendarProperty::Url).unwrap();
    assert_eq!(
        url.values[0].as_text(),
        Some("https://www.webdonasi.com/j/k7m2xq")
    );
    let status = |calendar: &ICalendar| format!("{:?}", self::event(calendar).status());
    assert_eq!(status(&calendar), "Some(Confirmed)");
    let alarm = component(&calendar, &ICalendarComponentType::VAlarm).expect("an alarm");
    let trigger = &alarm.property(&ICalendarProperty::Trigger).unwrap().values[0];
    let calcard::icalendar::ICalendarValue::Duration(before) = trigger else {
        panic!("{trigger:?}");
    };
    assert_eq!(before.as_seconds(), -3_600);
}

#[test]
fn without_a_duration_it_lasts_two_hours() {
    let calendar = read(&ics(&Entry {
        minutes: None,
        description: None,
        ..entry()
    }));
    let event = event(&calendar);
    assert_eq!(
        time(event, &ICalendarProperty::Dtend),
        "2026-11-29 14:30:00"
    );
    assert!(!text(event, &ICalendarProperty::Description).ends_with('\n'));
}

#[test]
fn a_cancelled_event_says_so_and_does_not_ring() {
    let file = ics(&Entry {
        cancelled: true,
        revision: 4,
        ..entry()
    });
    let calendar = read(&file);
    let root = component(&calendar, &ICalendarComponentType::VCalendar).unwrap();
    assert_eq!(text(root, &ICalendarProperty::Method), "CANCEL");
    let event = event(&calendar);
    assert_eq!(format!("{:?}", event.status()), "Some(Cancelled)");
    assert_eq!(event.uid(), Some("00000000-0000-0000-0000-000000000007"));
    let description = text(event, &ICalendarProperty::Description);
    assert!(description.starts_with("Acara ini dibatalkan.\n"));
    assert!(component(&calendar, &ICalendarComponentType::VAlarm).is_none());
}

#[test]
fn line_ends_become_one_kind_and_other_controls_go() {
    let title = "a\r\nb\rc\u{7}\u{0}d\te";
    let calendar = read(&ics(&Entry { title, ..entry() }));
    let summary = text(event(&calendar), &ICalendarProperty::Summary);
    assert_eq!(summary, "a\nb\ncd\te");
}

proptest! {
    #[test]
    fn any_title_and_description_are_read_back(
        title in "[a-zé,;:\"'\\\\\n\r\t {}👋老=.0-9-]{0,120}|.{0,60}",
        description in "[a-zé,;:\"'\\\\\n\r👋 ]{0,300}|(BEGIN:VEVENT\r\n|END:VCALENDAR\n| |\\\\n){0,20}",
        cancelled in any::<bool>(),
    ) {
        let file = ics(&Entry { title: &title, description: Some(&description), cancelled, ..entry() });
        for line in file.split("\r\n") {
            // 75 with the line's own octets; the writer counts a last piece without its space.
            prop_assert!(line.len() <= 76, "{} octets", line.len());
            prop_assert!(!line.contains(['\r', '\n']));
        }
        let calendar = read(&file);
        let kinds = calendar.components.len();
        prop_assert_eq!(kinds, if cancelled { 2 } else { 3 });
        let event = event(&calendar);
        let read_back = |property| event
            .property(property)
            .and_then(|entry| entry.values.first())
            .and_then(|value| value.as_text())
            .unwrap_or_default()
            .to_owned();
        prop_assert_eq!(read_back(&ICalendarProperty::Summary), clean(&title));
        let told = read_back(&ICalendarProperty::Description);
        prop_assert!(told.ends_with(&clean(&description)), "{:?}", told);
    }
}
