//! The way to the meeting: opened links, previews, links that lead nowhere, the calendar file.

use app::event::{cancel_event, edit_event};
use app::settings::save_settings;
use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use domain::event::EventForm;
use domain::settings::Settings;
use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, LOCATION, REFERRER_POLICY};
use tests::events::{ACCEPTING, REMINDER, event_form};
use tests::{Answer, Person, Town, figure, word};

const ZOOM: &str = "https://zoom.example/j/1";

fn header<'a>(answer: &'a Answer, name: &reqwest::header::HeaderName) -> &'a str {
    answer.headers[name].to_str().unwrap()
}

/// The path of the join link in a message.
fn link_in(text: &str) -> String {
    let start = text.find("/j/").expect("a join link");
    let link = text[start..].split_whitespace().next().unwrap();
    link.to_owned()
}

fn assert_page(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
    assert!(!answer.text.contains("zoom.example"), "{}", answer.text);
    assert!(!answer.headers.contains_key(LOCATION));
    assert_eq!(header(answer, &REFERRER_POLICY), "no-referrer");
    assert_eq!(header(answer, &CACHE_CONTROL), "no-store");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_the_reminder_leads_to_the_meeting_and_is_noted_once_a_minute() {
    let town = Town::open_on("2026-11-29 17:00").await;
    let person = Person::nth(1);
    town.populate(std::slice::from_ref(&person), None).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    town.advance_to("19:20").await;
    let chat = town.chat(&person).await;
    let reminder = chat.iter().find(|one| one.text.contains(REMINDER)).unwrap();
    let link = link_in(&reminder.text);
    assert_eq!(link, town.link_of(&event, &person).await);

    let answer = town.open_link(&link).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    assert_eq!(header(&answer, &LOCATION), ZOOM);
    assert_eq!(header(&answer, &CACHE_CONTROL), "no-store");
    assert_eq!(header(&answer, &REFERRER_POLICY), "no-referrer");
    assert_eq!(answer.text, "");
    let first = town.clicks().await.remove(0);
    assert_eq!(figure(&first, "count"), Some(1));
    assert_eq!(word(&first, "first_at"), word(&first, "last_at"));

    town.advance(59).await;
    assert_eq!(town.open_link(&link).await.status, 302);
    assert_eq!(town.clicks().await, std::slice::from_ref(&first));
    town.advance(2).await;
    assert_eq!(town.open_link(&link).await.status, 302);
    let later = town.clicks().await.remove(0);
    assert_eq!(figure(&later, "count"), Some(2));
    assert_eq!(word(&later, "first_at"), word(&first, "first_at"));
    assert!(word(&later, "last_at") > word(&first, "last_at"));
    // Neither the log nor the queues know whose link it was.
    let token = link.trim_start_matches("/j/");
    assert!(!town.logs().contains(token));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_at_once_are_one() {
    let town = Town::open_on("2026-11-29 17:00").await;
    let person = Person::nth(1);
    town.populate(std::slice::from_ref(&person), None).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let link = town.link_of(&event, &person).await;
    let both = tokio::join!(town.open_link(&link), town.open_link(&link));
    assert_eq!((both.0.status, both.1.status), (302, 302));
    let clicks = town.clicks().await;
    assert_eq!(clicks.len(), 1);
    assert_eq!(figure(&clicks[0], "count"), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_looks_sees_the_title_and_is_no_click() {
    let town = Town::open_on("2026-11-29 17:00").await;
    let person = Person::nth(1);
    town.populate(std::slice::from_ref(&person), None).await;
    let event = town.plan_event("Tanya & <Jawab>", "2026-11-29 19:30").await;
    let link = town.link_of(&event, &person).await;
    for agent in [Some("WhatsApp/2.23.18.78 i"), Some("Googlebot/2.1"), None] {
        let answer = town.ask_link(Method::GET, &link, agent).await;
        assert_page(&answer, 200, "og:title");
        let title = r#"content="Tanya &amp; &lt;Jawab&gt;""#;
        assert!(answer.text.contains(title), "{}", answer.text);
    }
    let head = town.ask_link(Method::HEAD, &link, Some(tests::portal::BROWSER));
    let head = head.await;
    assert_page(&head, 200, "");
    assert!(town.clicks().await.is_empty());
    for method in [Method::POST, Method::DELETE] {
        let answer = town.ask_link(method, &link, Some(tests::portal::BROWSER));
        assert!([404, 405].contains(&answer.await.status));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_where_its_event_is_now() {
    let town = Town::open_on("2026-11-29 12:00").await;
    let person = Person::nth(1);
    town.populate(std::slice::from_ref(&person), None).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let link = town.link_of(&event, &person).await;
    let elsewhere = EventForm {
        start_time: Some("2026-11-30 19:30".to_owned()),
        zoom_link: Some("https://zoom.example/j/2?pwd=a".to_owned()),
        ..EventForm::default()
    };
    let app = &town.cloud.app;
    let edited = edit_event(app, event.id, event.revision, elsewhere, ACCEPTING);
    let event = Box::pin(edited).await.unwrap();
    let answer = town.open_link(&link).await;
    assert_eq!(header(&answer, &LOCATION), "https://zoom.example/j/2?pwd=a");

    // Past the former day and time, until three hours after the end.
    town.advance_to("21:00").await;
    town.advance_to("20:59").await;
    assert_eq!(town.open_link(&link).await.status, 302);
    town.advance(3_600 * 4).await;
    let next = town.plan_event("Sesi Kedua", "2026-12-06 19:30").await;
    town.advance(11).await;
    let over = town.open_link(&link).await;
    assert_page(&over, 410, "Acara ini sudah selesai");
    assert!(over.text.contains("Sesi Kedua"), "{}", over.text);
    assert!(over.text.contains("Minggu, 6 Desember 2026"));

    let link = town.link_of(&next, &person).await;
    let cancelled = cancel_event(app, next.id, next.revision, ACCEPTING);
    Box::pin(cancelled).await.unwrap();
    town.advance(11).await;
    let cancelled = town.open_link(&link).await;
    assert_page(&cancelled, 410, "Acara ini dibatalkan");
    assert!(!cancelled.text.contains("Acara berikutnya"));
    assert_eq!(town.clicks().await.len(), 1, "of {}", event.title);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_link_of_ours_gets_a_page_that_helps() {
    let town = Town::open_on("2026-11-29 12:00").await;
    let people = town.crowd(2).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let link = town.link_of(&event, &people[0]).await;
    let mut forged = link.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    // The code of one person on the link of another.
    let other = town.link_of(&event, &people[1]).await;
    let mixed = format!("{}{}", &other[..46], &link[46..]);
    assert_ne!(mixed, other);
    for path in [
        forged.as_str(),
        &mixed,
        "/j/x",
        "/j/%F0%9F%98%80",
        &format!("{link}A"),
    ] {
        let answer = town.open_link(path).await;
        assert_page(&answer, 404, "Link ini tidak dikenal");
        assert!(answer.text.contains("Minggu, 29 November 2026"));
    }

    let id = town.known_id(&people[0]).await;
    let delete = town.cloud.dynamodb.delete_item();
    delete
        .table_name("local-participants")
        .key("pk", tests::attribute(&format!("P#{id}")))
        .key("sk", tests::attribute("PROFILE"))
        .send()
        .await
        .unwrap();
    let erased = town.open_link(&link).await;
    assert_page(&erased, 410, "Link ini sudah tidak berlaku");
    assert!(town.clicks().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_hall_behind_one_address_gets_in_and_a_click_costs_three_calls() {
    let town = Town::open_on("2026-11-29 19:00").await;
    let people = town.crowd(200).await;
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    let mut links = Vec::new();
    for person in &people {
        links.push(town.link_of(&event, person).await);
    }
    town.cloud.calls.start_bill();
    // Two thousand within ten minutes.
    for round in 0..10 {
        if round == 5 {
            town.advance(120).await;
        }
        for answer in town.open_links(&links).await {
            assert_eq!(answer.status, 302, "{}", answer.text);
        }
    }
    let bill = town.cloud.calls.bill("portal");
    let count = |name: &str| bill.calls.get(name).copied().unwrap_or_default();
    assert_eq!(count("BatchGetItem events"), 2_000);
    assert_eq!(count("GetItem participants"), 2_000);
    assert_eq!(count("UpdateItem events"), 400, "each of two minutes");
    assert_eq!(bill.database(), 4_400, "{bill:?}");
    assert_eq!(bill.keys(), 0);
    let counts = town.clicks().await;
    assert!(counts.iter().all(|click| figure(click, "count") == Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_file_reads_back_and_follows_every_change() {
    let town = Town::open_on("2026-11-20 12:00").await;
    let app = &town.cloud.app;
    let settings = Settings {
        site_host: "sesi.example".to_owned(),
        ..Settings::default()
    };
    save_settings(app, &settings).await.unwrap();
    let event = town
        .plan_event("Tanya; Jawab, lagi", "2026-11-29 19:30")
        .await;
    town.advance(11).await;
    let landing = town.get("/api/landing").await.json();
    let path = landing["event"]["calendar"].as_str().unwrap().to_owned();
    assert_eq!(path, format!("/api/events/{}.ics", event.id));

    let first = town.get(&path).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(
        first.headers["content-type"],
        "text/calendar; charset=utf-8"
    );
    assert_eq!(header(&first, &CACHE_CONTROL), "public, max-age=300");
    assert_eq!(
        first.headers["content-disposition"],
        "attachment; filename=\"socialpreneur.ics\""
    );
    assert!(!first.text.contains("zoom.example"), "{}", first.text);
    let told = read(&first.text);
    assert_eq!(told.method, "PUBLISH");
    assert_eq!(told.summary, "Tanya; Jawab, lagi");
    assert_eq!(told.start, "2026-11-29 12:30");
    assert_eq!(told.url, "https://sesi.example/");
    let tag = header(&first, &ETAG).to_owned();
    let again = town.request(Method::GET, &path).header(IF_NONE_MATCH, &tag);
    let again = town.send(again).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));

    let moved = event_form("Tanya Jawab", "2026-11-30 20:00");
    let moved = edit_event(app, event.id, event.revision, moved, ACCEPTING);
    let event = Box::pin(moved).await.unwrap();
    let changed = town.request(Method::GET, &path).header(IF_NONE_MATCH, &tag);
    let changed = town.send(changed).await;
    assert_eq!(changed.status, 200);
    let later = read(&changed.text);
    assert_eq!(
        (later.summary.as_str(), later.uid),
        ("Tanya Jawab", told.uid)
    );
    assert_eq!(later.start, "2026-11-30 13:00");
    assert!(later.sequence > told.sequence);

    let cancelled = cancel_event(app, event.id, event.revision, ACCEPTING);
    Box::pin(cancelled).await.unwrap();
    let cancelled = read(&town.get(&path).await.text);
    assert_eq!(cancelled.method, "CANCEL");
    assert!(cancelled.sequence > later.sequence);

    let id = event.id.to_string();
    for unknown in [
        "/api/events/00000000-0000-4000-8000-000000000000.ics".to_owned(),
        format!("/api/events/{id}"),
        format!("/api/events/{}.ics", id.to_uppercase()),
        "/api/events/x.ics".to_owned(),
        format!("/api/events/%20{id}.ics"),
    ] {
        assert_page(&town.get(&unknown).await, 404, "Acara ini tidak ada");
    }
}

#[derive(Debug)]
struct Told {
    method: String,
    uid: String,
    sequence: i64,
    summary: String,
    start: String,
    url: String,
}

/// What a calendar reads from a file.
fn read(text: &str) -> Told {
    let calendar = ICalendar::parse(text).expect("a calendar");
    let of = |kind: &ICalendarComponentType, name: &ICalendarProperty| {
        let mut parts = calendar.components.iter();
        let part = parts.find(|part| part.component_type == *kind).unwrap();
        let entry = part.property(name).unwrap_or_else(|| panic!("no {name:?}"));
        entry.values[0].clone()
    };
    let event = |name: ICalendarProperty| of(&ICalendarComponentType::VEvent, &name);
    let words = |value: ICalendarValue| value.as_text().expect("a text").to_owned();
    let start = event(ICalendarProperty::Dtstart);
    let start = start.as_partial_date_time().expect("a time");
    assert_eq!((start.tz_hour, start.tz_minute), (Some(0), Some(0)));
    let method = of(
        &ICalendarComponentType::VCalendar,
        &ICalendarProperty::Method,
    );
    Told {
        method: words(method),
        uid: words(event(ICalendarProperty::Uid)),
        sequence: event(ICalendarProperty::Sequence)
            .as_integer()
            .expect("a number"),
        summary: words(event(ICalendarProperty::Summary)),
        start: format!(
            "{}-{}-{} {}:{:02}",
            start.year.unwrap(),
            start.month.unwrap(),
            start.day.unwrap(),
            start.hour.unwrap(),
            start.minute.unwrap()
        ),
        url: words(event(ICalendarProperty::Url)),
    }
}
