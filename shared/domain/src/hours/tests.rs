#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::message::Class;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn time(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}

fn window(open: (i8, i8), close: (i8, i8)) -> Window {
    Window::new(time(open.0, open.1), time(close.0, close.1)).unwrap()
}

#[test]
fn the_window_includes_its_opening_and_excludes_its_closing() {
    let hours = SendingHours::DEFAULT;
    assert!(!hours.is_open(at("2026-11-29T01:59:59.999Z")));
    assert!(hours.is_open(at("2026-11-29T02:00:00Z")));
    assert!(hours.is_open(at("2026-11-29T09:59:59.999Z")));
    assert!(!hours.is_open(at("2026-11-29T10:00:00Z")));
}

#[test]
fn the_next_opening_is_today_or_tomorrow_over_a_month_end() {
    let hours = SendingHours::DEFAULT;
    // 08.00 WIB and 20.00 WIB on 30 November, 00.30 WIB on 1 December.
    let this_morning = at("2026-11-30T02:00:00Z");
    let tomorrow = at("2026-12-01T02:00:00Z");
    assert_eq!(hours.next_open(at("2026-11-30T01:00:00Z")), this_morning);
    assert_eq!(hours.next_open(at("2026-11-30T13:00:00Z")), tomorrow);
    assert_eq!(hours.next_open(at("2026-11-30T17:30:00Z")), tomorrow);
    let noon = at("2026-11-30T05:00:00Z");
    assert_eq!(hours.next_open(noon), noon);
}

#[test]
fn a_day_without_a_window_is_passed_over_also_at_the_end_of_a_year() {
    // Thursday 31 December 2026 and Friday closed.
    let mut days = [Some(window((9, 0), (17, 0))); 7];
    days[3] = None;
    days[4] = None;
    let hours = SendingHours::weekly(Zone::Wib, days).unwrap();
    assert!(!hours.is_open(at("2026-12-31T05:00:00Z")));
    assert_eq!(
        hours.next_open(at("2026-12-30T10:00:00Z")),
        at("2027-01-02T02:00:00Z")
    );
}

#[test]
fn one_hour_a_week_is_found_again_a_week_later() {
    let mut days = [None; 7];
    days[6] = Some(window((19, 0), (20, 0)));
    let hours = SendingHours::weekly(Zone::Wib, days).unwrap();
    let closing = at("2026-11-29T13:00:00Z");
    assert!(!hours.is_open(closing));
    assert_eq!(hours.next_open(closing), at("2026-12-06T12:00:00Z"));
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_begins_on() {
    // Saturdays 22.00–02.00 only.
    let mut days = [None; 7];
    days[5] = Some(window((22, 0), (2, 0)));
    let hours = SendingHours::weekly(Zone::Wib, days).unwrap();
    let sunday_0159 = at("2026-11-28T18:59:00Z");
    assert!(hours.is_open(sunday_0159));
    assert!(!hours.is_open(at("2026-11-28T19:00:00Z")));
    // Saturday 01.59: Friday has no window.
    assert!(!hours.is_open(at("2026-11-27T18:59:00Z")));
    assert_eq!(
        hours.next_span(sunday_0159).unwrap(),
        Span {
            from: sunday_0159,
            to: at("2026-11-28T19:00:00Z")
        }
    );
}

#[test]
fn hours_are_those_of_their_zone() {
    let nine_to_five = [Some(window((9, 0), (17, 0))); 7];
    let east = SendingHours::weekly(Zone::Wit, nine_to_five).unwrap();
    assert!(east.is_open(at("2026-11-30T00:00:00Z")));
    assert!(!east.is_open(at("2026-11-30T08:00:00Z")));
    let middle = SendingHours::weekly(Zone::Wita, nine_to_five).unwrap();
    assert!(!middle.is_open(at("2026-11-30T00:59:00Z")));
    assert!(middle.is_open(at("2026-11-30T01:00:00Z")));
    for zone in Zone::ALL {
        assert_eq!(Zone::parse(zone.label()), Some(zone));
    }
}

#[test]
fn midnight_to_midnight_never_closes() {
    let hours = SendingHours::new(Time::midnight(), Time::midnight()).unwrap();
    for moment in ["2026-12-31T16:59:59.999Z", "2026-12-31T17:00:00Z"] {
        assert!(hours.is_open(at(moment)));
    }
}

#[test]
fn a_window_that_is_none_is_refused() {
    let nine = time(9, 0);
    assert_eq!(SendingHours::new(nine, nine), Err(HoursError::Empty));
    assert_eq!(
        SendingHours::weekly(Zone::Wib, [None; 7]),
        Err(HoursError::Never)
    );
}

#[test]
fn a_welcome_goes_at_night_for_half_an_hour_and_an_alert_waits() {
    let policy = HoursPolicy::new(SendingHours::DEFAULT);
    let cause = at("2026-11-30T13:00:00Z");
    let soon = at("2026-11-30T13:30:00Z");
    let late = at("2026-11-30T13:30:01Z");
    let morning = at("2026-12-01T02:00:00Z");
    assert_eq!(policy.opens_at(Class::Welcome, cause, soon), soon);
    assert_eq!(policy.opens_at(Class::Welcome, cause, late), morning);
    assert_eq!(policy.opens_at(Class::ReferrerAlert, cause, soon), morning);
    assert_eq!(policy.opens_at(Class::Reminder, cause, late), late);
    assert_eq!(policy.lane_open_from(Class::ReferrerAlert, soon), None);
    assert_eq!(policy.lane_open_from(Class::Welcome, soon), Some(cause));
    let eager = policy.with_rule(Class::ReferrerAlert, HoursRule::Free);
    assert_eq!(eager.opens_at(Class::ReferrerAlert, cause, soon), soon);
}

#[test]
fn a_class_may_have_hours_of_its_own() {
    let late = SendingHours::new(time(9, 0), time(21, 0)).unwrap();
    let policy = HoursPolicy::new(SendingHours::DEFAULT).with_hours(Class::FollowUp, Some(late));
    let evening = at("2026-11-30T13:00:00Z");
    assert_eq!(policy.opens_at(Class::FollowUp, evening, evening), evening);
    assert!(policy.opens_at(Class::Broadcast, evening, evening) > evening);
    assert_eq!(
        policy
            .with_hours(Class::FollowUp, None)
            .own(Class::FollowUp),
        None
    );
}

fn any_window() -> impl Strategy<Value = Option<Window>> {
    let clock = (0i8..24, 0i8..60);
    proptest::option::weighted(
        0.8,
        (clock.clone(), clock).prop_filter_map("of no length", |(open, close)| {
            Window::new(time(open.0, open.1), time(close.0, close.1)).ok()
        }),
    )
}

proptest! {
    /// Whatever the hours: the next opening is open, nothing before it is, and what is called
    /// open stays so until the end of its stretch.
    #[test]
    fn the_next_opening_is_the_next(
        days in proptest::array::uniform7(any_window()),
        zone in 0usize..3,
        second in 1_790_000_000i64..1_830_000_000,
    ) {
        let Ok(hours) = SendingHours::weekly(Zone::ALL[zone], days) else { return Ok(()); };
        let now = Timestamp::from_second(second).unwrap();
        let span = hours.next_span(now).unwrap();
        prop_assert_eq!(span.from, hours.next_open(now));
        prop_assert!(span.from >= now && span.to > span.from);
        prop_assert!(hours.is_open(span.from));
        let last = span.to.checked_sub(SignedDuration::from_nanos(1)).unwrap();
        prop_assert!(hours.is_open(last));
        let mut before = now;
        while before < span.from {
            prop_assert!(!hours.is_open(before));
            before = before.checked_add(SignedDuration::from_mins(7)).unwrap();
        }
    }
}
