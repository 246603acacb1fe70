//! Reminders of events: everyone gets exactly one, in time.

use std::collections::BTreeMap;

use app::numbers::{NumberEntry, add_number};
use domain::number::Limits;
use domain::phone::Phone;
use jiff::{SignedDuration, Timestamp};
use local::simulator::NumberSetup;
use store::GatewayKey;
use tests::{Person, Town};
use zeroize::Zeroizing;

/// When reminders arrived, by the phone they came to.
pub(crate) fn reminders(town: &Town) -> BTreeMap<String, Vec<Timestamp>> {
    let mut all: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for message in town.cloud.simulator.received() {
        if message.text.contains("pengingat ya") {
            let times = all.entry(message.to.as_str().to_owned()).or_default();
            times.push(message.at_virtual);
        }
    }
    all
}

/// Two further numbers, of the same strength as the three that are there.
pub(crate) async fn two_more_numbers(town: &Town) {
    for n in 4..=5 {
        let phone = format!("+628110000000{n}");
        let key = format!("simulated-key-{n}");
        let setup = NumberSetup {
            phone: phone.parse().unwrap(),
            label: format!("Nomor {n}"),
            api_key: key.clone(),
        };
        town.cloud.simulator.add_number(setup).await.unwrap();
        let app = &town.cloud.app;
        let entry = NumberEntry {
            label: format!("Nomor {n}"),
            phone: Phone::parse(&phone).unwrap(),
            api_key: GatewayKey(Zeroizing::new(key)),
            priority: 1,
            in_use_since: app.now() - SignedDuration::from_hours(24 * 90),
            limits: Limits::new(2, 5, 600, 4_800).unwrap().with_warm_up(false),
        };
        add_number(app, entry).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_registrants_are_reminded_once_and_before_the_event() {
    let town = Town::open_on("2026-11-29 14:00").await;
    let clock = std::time::Instant::now();
    town.settle(0..100, None).await;
    eprintln!("registered {:?}", clock.elapsed());
    town.advance_to("16:30").await;
    eprintln!("welcomed {:?}", clock.elapsed());
    let event = town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    eprintln!(
        "{:?} {:?} {:?}",
        event.plan,
        event.reminder,
        clock.elapsed()
    );
    for t in ["18:29", "18:31", "18:35", "18:45", "19:30"] {
        town.advance_to(t).await;
        eprintln!(
            "{t} {:?} {} wake {} turns {} campaigns {}",
            clock.elapsed(),
            reminders(&town).len(),
            town.cloud.conductor.runs("wake"),
            town.cloud.conductor.runs("turns"),
            town.cloud.conductor.runs("campaigns")
        );
    }
    eprintln!("{:?}", clock.elapsed());
    let got = reminders(&town);
    assert_eq!(got.len(), 100);
    town.check_invariants();
}
