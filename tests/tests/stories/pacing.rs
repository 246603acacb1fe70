//! How fast a number may send, measured where the messages arrive.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use app::numbers::set_paused;
use domain::zone::wib_day;
use jiff::{SignedDuration, Timestamp};
use tests::{Person, Town};

fn people(count: u32) -> Vec<Person> {
    (1..=count).map(Person::nth).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_real_time_three_numbers_send_sixty_messages_and_each_keeps_two_seconds() {
    const MIN_GAP: Duration = Duration::from_millis(1_950);
    const MESSAGES: u32 = 60;
    /// Forty seconds are needed; longer than this nothing moves any more.
    const STUCK: Duration = Duration::from_secs(300);
    let town = Town::open_at("12:00").await;
    for number in 1..=3 {
        // The shortest gap there is: the one most easily undercut.
        town.limit(number, (2, 2), 600, 4_800).await;
    }
    town.all_register(&people(MESSAGES)).await;
    let began = Instant::now();
    while town.cloud.simulator.received().len() < 60 {
        assert!(began.elapsed() < STUCK, "the messages do not come");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let received = town.cloud.simulator.received();
    let mut times: BTreeMap<_, Vec<Instant>> = BTreeMap::new();
    for message in &received {
        let of_number = times.entry(message.number.clone()).or_default();
        of_number.push(message.arrived);
    }
    assert_eq!(times.len(), 3, "every number is used");
    for (number, times) in &times {
        for pair in times.windows(2) {
            let gap = pair[1].duration_since(pair[0]);
            assert!(gap >= MIN_GAP, "gap of {gap:?}");
        }
        assert_eq!(town.cloud.simulator.most_in_flight(number), Some(1));
    }
    let mut first: Vec<_> = received[..3].iter().map(|m| m.number.clone()).collect();
    first.sort();
    first.dedup();
    assert_eq!(first.len(), 3, "the first three by three numbers");
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_are_drawn_at_random_between_the_two_that_are_set() {
    let town = Town::open_at("12:00").await;
    only_the_first_number(&town).await;
    town.limit(1, (2, 5), 600, 4_800).await;
    town.all_register(&people(40)).await;
    town.advance(300).await;
    let times = arrivals(&town);
    assert_eq!(times.len(), 40);
    let gaps: Vec<f64> = times
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]).as_secs_f64())
        .collect();
    // Drawn in whole seconds; a turn comes less than a second later than it is due.
    assert!(gaps.iter().all(|gap| *gap >= 1.95), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap < 4.0), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap >= 4.0), "{gaps:?}");
}

async fn only_the_first_number(town: &Town) {
    for number in [2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
}

fn arrivals(town: &Town) -> Vec<Timestamp> {
    let received = town.cloud.simulator.received();
    received.iter().map(|message| message.at_virtual).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sixty_minutes_hold_more_than_the_hourly_cap_and_the_rest_comes_later() {
    let town = Town::open_at("10:00").await;
    only_the_first_number(&town).await;
    town.limit(1, (2, 5), 3, 4_800).await;
    town.all_register(&people(8)).await;
    town.advance(3_500).await;
    assert_eq!(arrivals(&town).len(), 3);
    // Everything fits into three hours, with no time lost in between.
    town.advance(2 * 3_600 + 300).await;
    let times = arrivals(&town);
    assert_eq!(times.len(), 8);
    for four in times.windows(4) {
        let span = four[3].duration_since(four[0]);
        assert!(span > SignedDuration::from_mins(60), "4 within {span}");
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_cap_lets_waiting_messages_go_at_once() {
    let town = Town::open_at("10:00").await;
    only_the_first_number(&town).await;
    town.limit(1, (2, 5), 1, 4_800).await;
    town.all_register(&people(4)).await;
    town.advance(600).await;
    assert_eq!(arrivals(&town).len(), 1);
    town.limit(1, (2, 5), 600, 4_800).await;
    town.advance(60).await;
    assert_eq!(arrivals(&town).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_cap_ends_at_midnight_in_wib() {
    let town = Town::open_at("23:50").await;
    only_the_first_number(&town).await;
    town.limit(1, (2, 5), 600, 2).await;
    let before = wib_day(town.now());
    town.all_register(&people(5)).await;
    town.advance(540).await;
    assert_eq!(arrivals(&town).len(), 2);
    // Past midnight, while welcomes may still go at night.
    town.advance(600).await;
    let times = arrivals(&town);
    let days: Vec<_> = times.iter().map(|at| wib_day(*at)).collect();
    let after = before.tomorrow().expect("a next day");
    assert_eq!(days, [before, before, after, after]);
    let lateness = times[2].to_zoned(domain::zone::wib()).time();
    assert!(lateness.hour() == 0 && lateness.minute() < 2, "{lateness}");
    // The fifth has to wait for the day after.
    town.advance(24 * 3_600).await;
    assert_eq!(arrivals(&town).len(), 4);
    town.advance_to("09:02").await;
    assert_eq!(arrivals(&town).len(), 5);
    town.check_invariants();
}
