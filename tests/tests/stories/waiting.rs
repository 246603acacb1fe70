//! Messages that wait for sending hours, 09.00–17.00 WIB.

use app::numbers::{reactivate, set_paused};
use app::settings::save_control;
use domain::settings::Control;
use jiff::Timestamp;
use jiff::civil::DateTime;
use local::simulator::Mode;
use tests::{Person, Town, state, word};

const EVENING: &str = "2026-11-29 20:00";

/// A date and time of day in WIB.
fn wib(text: &str) -> Timestamp {
    let civil: DateTime = text.parse().expect("a date and a time");
    civil
        .to_zoned(domain::zone::wib())
        .expect("a time")
        .timestamp()
}

/// What the simulator's page says of what waits for the hours.
async fn waiting(town: &Town) -> (u64, Option<Timestamp>) {
    let answer = town.get("/simulator/state").await;
    assert_eq!(answer.status, 200);
    let waiting = &answer.json()["waiting"];
    let until = waiting["until"].as_str();
    (
        waiting["count"].as_u64().expect("a count"),
        until.map(|at| at.parse().expect("a time")),
    )
}

fn within_two_minutes_of(at: Timestamp, expected: Timestamp) {
    let late = at.duration_since(expected).as_secs_f64();
    assert!((0.0..=120.0).contains(&late), "{late} s after it might go");
}

/// A referrer who registered in time, and someone who comes through the link at `evening`.
async fn registered_in_the_evening(evening: &str, morning: &str) {
    let town = Town::open_on(evening).await;
    let referrer = Person::nth(0);
    assert_eq!(town.register(&referrer).await.status, 201);
    town.advance(60).await;
    assert_eq!(town.chat(&referrer).await.len(), 1, "the welcome is here");

    let visitor = Person::nth(1).invited_by(&referrer);
    let registered = town.now();
    assert_eq!(town.register(&visitor).await.status, 201);
    town.advance(60).await;
    let welcome = town.chat(&visitor).await;
    assert_eq!(welcome.len(), 1);
    within_two_minutes_of(welcome[0].at, registered);

    let morning = wib(morning);
    let alert = &town.log_of(&referrer, "referrer_alert").await[0];
    assert_eq!(state(alert), "queued/waiting_window");
    let expected: Timestamp = word(alert, "expected_at")
        .expect("a time")
        .parse()
        .expect("a time");
    assert_eq!(expected, morning);
    assert_eq!(waiting(&town).await, (1, Some(morning)));

    town.advance_to("08:59").await;
    town.advance(59).await;
    assert_eq!(town.chat(&referrer).await.len(), 1, "not before nine");
    assert_eq!(waiting(&town).await, (1, Some(morning)));
    town.advance(121).await;
    let chat = town.chat(&referrer).await;
    assert_eq!(chat.len(), 2);
    within_two_minutes_of(chat[1].at, morning);
    assert_eq!(waiting(&town).await, (0, None));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_evening_a_welcome_goes_at_once_and_the_alert_at_nine_next_morning() {
    registered_in_the_evening(EVENING, "2026-11-30 09:00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_last_evening_of_a_month_the_alert_waits_for_the_first_of_the_next() {
    registered_in_the_evening("2026-11-30 20:00", "2026-12-01 09:00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_last_evening_of_a_year_the_alert_waits_for_new_years_day() {
    registered_in_the_evening("2026-12-31 20:00", "2027-01-01 09:00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_midnight_the_alert_waits_for_the_same_day() {
    registered_in_the_evening("2026-12-01 00:30", "2026-12-01 09:00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_the_last_minute_before_five_goes_and_one_after_five_waits() {
    let town = Town::open_on("2026-11-30 16:58").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let in_time = Person::nth(1).invited_by(&referrer);
    town.all_register(&[in_time]).await;
    town.advance(60).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);
    town.advance_to("17:00").await;
    let late = Person::nth(2).invited_by(&referrer);
    town.all_register(&[late]).await;
    town.advance(3_600).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);
    assert_eq!(waiting(&town).await.0, 1);
    town.advance_to("09:02").await;
    assert_eq!(town.chat(&referrer).await.len(), 3);
}

/// What a person's welcome says of itself, and until when it waits.
async fn says(town: &Town, person: &Person) -> (String, Option<Timestamp>) {
    let row = &town.log_of(person, "welcome").await[0];
    let expected = word(row, "expected_at").map(|at| at.parse().expect("a time"));
    (state(row), expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_when_the_cap_that_it_waits_for_is_free_again() {
    let town = Town::open_on("2026-11-30 10:00").await;
    for number in 1..=3 {
        town.limit(number, (2, 2), 1, 4_800).await;
    }
    let people: Vec<Person> = (1..=4).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(180).await;
    let mut waiting = Vec::new();
    for person in &people {
        let (state, expected) = says(&town, person).await;
        if state == "queued/waiting_quota" {
            waiting.push((person, expected.expect("a time")));
        }
    }
    let [(person, expected)] = waiting[..] else {
        panic!("{} wait", waiting.len())
    };
    let hour = expected.duration_since(wib("2026-11-30 11:00")).as_secs();
    assert!((0..60).contains(&hour), "an hour after the first");
    town.advance_to("11:02").await;
    let chat = town.chat(person).await;
    assert_eq!(chat.len(), 1);
    let late = chat[0].at.duration_since(expected).as_secs();
    assert!((0..60).contains(&late), "{late} s after it was expected");
}

/// The welcome was held up from 20.00 to 21.00: it has missed its half hour.
async fn waits_for_the_morning(town: &Town, people: &[Person]) {
    assert!(town.all_messages().await.is_empty());
    town.advance_to("08:59").await;
    assert!(town.all_messages().await.is_empty(), "not at night");
    let morning = wib("2026-11-30 09:00");
    let count = u64::try_from(people.len()).expect("a few");
    assert_eq!(waiting(town).await, (count, Some(morning)));
    for person in people {
        assert_eq!(
            says(town, person).await,
            ("queued/waiting_window".to_owned(), Some(morning))
        );
    }
    town.advance(180).await;
    for person in people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1);
        within_two_minutes_of(chat[0].at, morning);
        assert_eq!(town.state_of(person, "welcome").await, "sent/accepted");
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_a_kill_switch_held_past_its_half_hour_waits_for_the_morning() {
    let town = Town::open_on(EVENING).await;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    let app = &town.cloud.app;
    save_control(app, &stopped).await.expect("saved");
    let people = [Person::nth(1), Person::nth(2)];
    town.all_register(&people).await;
    town.advance_to("21:00").await;
    for person in &people {
        assert_eq!(says(&town, person).await, ("queued/held".to_owned(), None));
    }
    save_control(app, &Control::default()).await.expect("saved");
    town.advance(600).await;
    waits_for_the_morning(&town, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_within_its_half_hour_goes_as_soon_as_the_kill_switch_is_off() {
    let town = Town::open_on(EVENING).await;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    let app = &town.cloud.app;
    save_control(app, &stopped).await.expect("saved");
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance_to("20:20").await;
    assert!(town.all_messages().await.is_empty());
    save_control(app, &Control::default()).await.expect("saved");
    town.advance(30).await;
    assert_eq!(town.chat(&person).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_no_number_could_take_for_an_hour_waits_for_the_morning() {
    let town = Town::open_on(EVENING).await;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    let people = [Person::nth(1), Person::nth(2)];
    town.all_register(&people).await;
    town.advance_to("21:00").await;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, false).await.expect("known");
    }
    town.advance(600).await;
    waits_for_the_morning(&town, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_every_number_failed_to_send_waits_for_the_morning() {
    let town = Town::open_on(EVENING).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::InvalidKey).await;
    }
    let people = [Person::nth(1), Person::nth(2)];
    town.all_register(&people).await;
    town.advance_to("21:00").await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
        let id = town.number_id(number).await;
        reactivate(&town.cloud.app, id).await.expect("known");
    }
    town.advance(600).await;
    waits_for_the_morning(&town, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_nobody_could_send_for_three_days_expires_and_says_so() {
    let town = Town::open_on(EVENING).await;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    let app = &town.cloud.app;
    save_control(app, &stopped).await.expect("saved");
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(72 * 3_600 + 120).await;
    assert_eq!(town.state_of(&person, "welcome").await, "failed/expired");
    save_control(app, &Control::default()).await.expect("saved");
    town.advance_to("12:00").await;
    assert!(town.all_messages().await.is_empty());
}
