//! A referrer whose link is used a lot: five alerts by themselves, the others as one message.

use std::collections::BTreeMap;

use app::numbers::set_paused;
use jiff::{SignedDuration, Timestamp};
use local::simulator::Mode;
use tests::{Item, Message, Person, Town, state, word};

const SINGLE: &str = "Ada peserta baru yang mendaftar";

fn invitees(referrer: &Person, numbers: std::ops::RangeInclusive<u32>) -> Vec<Person> {
    numbers
        .map(|n| Person::nth(n).named("Siti Aminah").invited_by(referrer))
        .collect()
}

/// A referrer who has their welcome.
async fn referrer(town: &Town) -> Person {
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    assert_eq!(town.chat(&referrer).await.len(), 1);
    referrer
}

/// Single alerts and groups in a referrer's chat.
async fn told(town: &Town, referrer: &Person) -> (Vec<Message>, Vec<Message>) {
    let chat = town.chat(referrer).await.into_iter().skip(1);
    chat.partition(|message| message.text.contains(SINGLE))
}

/// How many rows of the referrer's alerts are in each state.
async fn states(town: &Town, referrer: &Person) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for row in town.log_of(referrer, "referrer_alert").await {
        *states.entry(state(&row)).or_default() += 1;
    }
    states
}

fn are(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let named = expected.iter();
    named
        .map(|(word, count)| ((*word).to_owned(), *count))
        .collect()
}

/// In any hour at most five singles and one group, as the phone saw them.
fn no_hour_holds_more(singles: &[Message], groups: &[Message]) {
    for (messages, most) in [(singles, 5), (groups, 1)] {
        for first in messages {
            let hour = first.at + SignedDuration::from_mins(60);
            let within = messages.iter().filter(|m| first.at <= m.at && m.at <= hour);
            assert!(within.count() <= most, "{messages:#?}");
        }
    }
}

/// Every row that another carried names it, and that one is a row of the same referrer that left.
fn carried_rows_name_their_carrier(rows: &[Item]) {
    let carriers: Vec<_> = rows
        .iter()
        .filter(|row| state(row) == "sent/accepted")
        .map(|row| word(row, "id"))
        .collect();
    for row in rows.iter().filter(|row| state(row) == "sent/grouped") {
        assert!(carriers.contains(&word(row, "grouped_in")), "{row:?}");
    }
}

fn time(row: &Item, name: &str) -> Timestamp {
    word(row, name).expect("a time").parse().expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twelve_within_a_minute_five_are_told_singly_and_seven_in_ten_seconds_as_a_group() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = referrer(&town).await;
    town.all_register(&invitees(&referrer, 1..=12)).await;
    town.advance(180).await;
    let (singles, groups) = told(&town, &referrer).await;
    assert_eq!((singles.len(), groups.len()), (5, 1), "{groups:#?}");
    let text = &groups[0].text;
    assert!(
        text.starts_with(
            "Halo Bapak Budi Santoso! 🎉\n\
             Ada 7 peserta baru yang mendaftar lewat link Anda.\n\
             Total yg sudah Anda undang: 12\n\n"
        ),
        "{text}"
    );
    // Each place is told once, by a message of its own or by a line of the list.
    for place in 1..=12 {
        let alone = format!("Peserta ke-{place}\n");
        let line = format!("\n{place}. Siti Aminah – Bogor\n");
        let alone = singles
            .iter()
            .filter(|one| one.text.contains(&alone))
            .count();
        let listed = usize::from(text.contains(&line));
        assert_eq!(alone + listed, 1, "place {place}");
    }
    let expected = are(&[("sent/accepted", 6), ("sent/grouped", 6)]);
    assert_eq!(states(&town, &referrer).await, expected);
    carried_rows_name_their_carrier(&town.log_of(&referrer, "referrer_alert").await);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_alone_waits_for_the_hour_and_those_who_come_meanwhile_wait_with_it() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = referrer(&town).await;
    town.all_register(&invitees(&referrer, 1..=5)).await;
    town.advance(60).await;
    town.all_register(&invitees(&referrer, 6..=6)).await;
    town.advance(60).await;
    assert_eq!(
        states(&town, &referrer).await,
        are(&[("queued/scheduled", 1), ("sent/accepted", 5)])
    );
    let rows = town.log_of(&referrer, "referrer_alert").await;
    let until = time(&rows[5], "expected_at");
    assert_eq!(until, time(&rows[5], "due_key"));
    let follows = until + SignedDuration::from_secs(5);

    // The ones after it stand at the same moment from the start: nobody claims them before.
    town.all_register(&invitees(&referrer, 7..=9)).await;
    town.advance(60).await;
    for row in &town.log_of(&referrer, "referrer_alert").await[6..] {
        assert_eq!(state(row), "queued/scheduled");
        assert_eq!(time(row, "expected_at"), until);
        assert_eq!(time(row, "due_key"), follows);
        assert_eq!(word(row, "token"), None, "it was never claimed");
    }
    town.advance_to("10:59").await;
    assert_eq!(town.chat(&referrer).await.len(), 6);
    town.advance(360).await;
    let (singles, groups) = told(&town, &referrer).await;
    assert_eq!((singles.len(), groups.len()), (5, 1));
    let late = groups[0].at.duration_since(until).as_secs();
    assert!((0..=30).contains(&late), "{late} s late");
    assert!(
        groups[0].text.contains("Ada 4 peserta baru"),
        "{}",
        groups[0].text
    );
    assert_eq!(
        states(&town, &referrer).await,
        are(&[("sent/accepted", 6), ("sent/grouped", 3)])
    );
    no_hour_holds_more(&singles, &groups);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_alone_when_the_hour_is_over_is_told_singly() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = referrer(&town).await;
    town.all_register(&invitees(&referrer, 1..=5)).await;
    town.advance(60).await;
    town.all_register(&invitees(&referrer, 6..=6)).await;
    town.advance(3_720).await;
    let (singles, groups) = told(&town, &referrer).await;
    assert_eq!((singles.len(), groups.len()), (6, 0));
    no_hour_holds_more(&singles, &groups);
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_overnight_are_five_messages_and_one_list_of_thirty_five_at_nine() {
    let town = Town::open_on("2026-11-23 20:00").await;
    let referrer = referrer(&town).await;
    town.all_register(&invitees(&referrer, 1..=40)).await;
    town.advance_to("09:02").await;
    let (singles, groups) = told(&town, &referrer).await;
    assert_eq!((singles.len(), groups.len()), (5, 1));
    let text = &groups[0].text;
    assert!(text.contains("Ada 35 peserta baru"), "{text}");
    assert!(text.contains("undang: 40\n"), "{text}");
    assert!(text.contains("\ndan 5 lainnya\n"), "{text}");
    assert_eq!(
        states(&town, &referrer).await,
        are(&[("sent/accepted", 6), ("sent/grouped", 34)])
    );
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_spreads_for_hours_never_means_more_than_the_limit_and_everybody_is_told() {
    let town = Town::open_on("2026-11-24 09:00").await;
    let referrer = referrer(&town).await;
    for wave in 0..6_u32 {
        town.all_register(&invitees(&referrer, wave * 9 + 1..=wave * 9 + 9))
            .await;
        town.advance(900).await;
    }
    town.advance(2 * 3_600).await;
    let (singles, groups) = told(&town, &referrer).await;
    no_hour_holds_more(&singles, &groups);
    assert_eq!(town.told_of(&referrer).await, 54);
    let states = states(&town, &referrer).await;
    assert_eq!(states.values().sum::<usize>(), 54);
    assert!(
        states.keys().all(|state| state.starts_with("sent/")),
        "{states:?}"
    );
    carried_rows_name_their_carrier(&town.log_of(&referrer, "referrer_alert").await);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_hold_alerts_at_once_keep_the_limit_although_transactions_meet() {
    for _ in 0..3 {
        let town = Town::open_on("2026-11-23 20:00").await;
        town.cloud.faults.conflict_every(3);
        let referrer = referrer(&town).await;
        town.all_register(&invitees(&referrer, 1..=20)).await;
        town.advance_to("09:02").await;
        let (singles, groups) = told(&town, &referrer).await;
        assert_eq!((singles.len(), groups.len()), (5, 1));
        // Who was in the hands of another number just then comes an hour later.
        town.advance(3_720).await;
        let (singles, groups) = told(&town, &referrer).await;
        no_hour_holds_more(&singles, &groups);
        assert_eq!(town.told_of(&referrer).await, 20);
        town.check_invariants();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_each_agreed_to_and_leaves_out_who_is_gone() {
    let town = Town::open_on("2026-11-23 20:00").await;
    let referrer = referrer(&town).await;
    // Far enough behind that no turn picks one of the last three as a single.
    town.all_register(&invitees(&referrer, 1..=15)).await;
    let people = invitees(&referrer, 16..=18);
    for (n, person) in people.iter().enumerate() {
        let person = if n == 0 {
            person.clone().keeping_to_themselves()
        } else {
            person.clone()
        };
        town.advance(60).await;
        town.all_register(&[person]).await;
    }
    town.advance(60).await;
    // One is erased, one asked us to stop.
    let gone = town.id_of(&people[1]).await.expect("registered");
    let erased = app::erase::erase(&town.cloud.app, gone, "admin@example.org").await;
    assert_eq!(erased.expect("done"), app::erase::Erased::Now);
    town.silence(&people[2]).await;
    town.advance_to("09:02").await;
    let (_, groups) = told(&town, &referrer).await;
    assert_eq!(groups.len(), 1);
    let text = &groups[0].text;
    assert!(text.contains("\n16. Siti A.\n"), "{text}");
    assert!(!text.contains("\n17. "), "{text}");
    // Whoever asked us to stop is written to no more; who invited them may know all the same.
    assert!(text.contains("\n18. Siti Aminah"), "{text}");
    assert!(!text.contains("0812"), "no number: {text}");
    let states = states(&town, &referrer).await;
    assert_eq!(states["failed/cancelled"], 1, "{states:?}");
    assert_eq!(states.get("failed/suppressed"), None, "{states:?}");
}

/// Eight overnight, of which the sixth to eighth go as a group by one number.
async fn until_the_group(town: &Town) -> Person {
    let referrer = referrer(town).await;
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    town.limit(1, (5, 5), 600, 4_800).await;
    town.all_register(&invitees(&referrer, 1..=8)).await;
    town.advance_to("09:00").await;
    while town.chat(&referrer).await.len() < 6 {
        town.advance(1).await;
    }
    assert!(told(town, &referrer).await.1.is_empty());
    referrer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_was_not_accepted_goes_back_whole_and_comes_again_within_minutes() {
    let town = Town::open_on("2026-11-23 20:00").await;
    let referrer = until_the_group(&town).await;
    town.set_mode(1, Mode::Refused).await;
    town.advance(20).await;
    assert_eq!(
        states(&town, &referrer).await,
        are(&[("queued/retry", 3), ("sent/accepted", 5)])
    );
    for row in &town.log_of(&referrer, "referrer_alert").await {
        assert!(state(row) != "queued/retry" || word(row, "grouped_in").is_none());
    }
    town.set_mode(1, Mode::Ok).await;
    // Its slot was given back: it does not wait an hour.
    town.advance(300).await;
    let (singles, groups) = told(&town, &referrer).await;
    assert_eq!(
        (singles.len(), groups.len()),
        (5, 1),
        "{:?}",
        states(&town, &referrer).await
    );
    assert!(
        groups[0].text.contains("Ada 3 peserta baru"),
        "{}",
        groups[0].text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_knows_whether_a_group_arrived_all_of_it_reads_unconfirmed() {
    let town = Town::open_on("2026-11-23 20:00").await;
    let referrer = until_the_group(&town).await;
    town.set_mode(1, Mode::TimeoutAfter).await;
    town.advance(20).await;
    town.set_mode(1, Mode::Ok).await;
    town.advance(300).await;
    let expected = are(&[("failed/unconfirmed", 3), ("sent/accepted", 5)]);
    assert_eq!(states(&town, &referrer).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_worker_left_follows_its_carrier_if_that_left_and_waits_again_if_not() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = referrer(&town).await;
    town.all_register(&invitees(&referrer, 1..=9)).await;
    town.advance(180).await;
    let rows = town.log_of(&referrer, "referrer_alert").await;
    let grouped: Vec<_> = rows
        .iter()
        .filter(|row| state(row) == "sent/grouped")
        .collect();
    assert_eq!(grouped.len(), 3);
    let token = word(grouped[0], "token").expect("a token");
    let other = "00000000-0000-4000-8000-000000000000";
    // One was carried by what left, two by a claim that came to nothing.
    town.lose_worker(grouped[0], token).await;
    town.lose_worker(grouped[1], other).await;
    town.lose_worker(grouped[2], other).await;
    // Something for the ticks to do.
    town.all_register(&[Person::nth(50)]).await;
    town.advance(120).await;
    let expected = are(&[
        ("queued/scheduled", 2),
        ("sent/accepted", 6),
        ("sent/grouped", 1),
    ]);
    assert_eq!(states(&town, &referrer).await, expected);
    town.advance(3_660).await;
    let expected = are(&[("sent/accepted", 7), ("sent/grouped", 2)]);
    assert_eq!(states(&town, &referrer).await, expected);
}
