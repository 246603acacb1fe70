//! New numbers begin with few messages a day (requirement S2).

use app::numbers::{NumberEntry, add_number, set_limits, set_paused};
use domain::number::Limits;
use domain::phone::Phone;
use local::simulator::NumberSetup;
use store::GatewayKey;
use tests::{Person, Town};

const NEW: &str = "+6281100000004";

/// A town whose only number was taken into use this morning.
async fn with_a_new_number() -> Town {
    let town = Town::open_on("2026-11-24 09:00").await;
    let app = &town.cloud.app;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        set_paused(app, id, true).await.expect("known");
    }
    let key = "simulated-key-4-0d17be";
    let setup = NumberSetup {
        phone: NEW.parse().expect("a number"),
        label: "Nomor baru".to_owned(),
        api_key: key.to_owned(),
    };
    town.cloud.simulator.add_number(setup).await.expect("added");
    let entry = NumberEntry {
        label: "Nomor baru".to_owned(),
        phone: Phone::parse(NEW).expect("a number"),
        api_key: GatewayKey(key.to_owned().into()),
        priority: 1,
        in_use_since: app.now(),
        limits: Limits::new(2, 5, 600, 4_800).expect("limits"),
    };
    add_number(app, entry).await.expect("added");
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_number_sends_twenty_messages_on_its_first_day_and_thirty_six_on_its_second() {
    let town = with_a_new_number().await;
    let people: Vec<Person> = (1..=70).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance_to("16:00").await;
    assert_eq!(town.all_messages().await.len(), 20);
    // What waits is not lost; it goes on the days after, in sending hours.
    town.advance_to("08:59").await;
    assert_eq!(town.all_messages().await.len(), 20);
    town.advance_to("16:00").await;
    assert_eq!(town.all_messages().await.len(), 56);
    town.advance(24 * 3_600).await;
    assert_eq!(town.all_messages().await.len(), 70);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_can_switch_the_warm_up_off_while_messages_wait() {
    let town = with_a_new_number().await;
    let people: Vec<Person> = (1..=30).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance_to("12:00").await;
    assert_eq!(town.all_messages().await.len(), 20);
    let app = &town.cloud.app;
    let roster = app.store.roster().await.expect("a roster");
    let new = roster.iter().find(|n| !n.paused).expect("the new number");
    let limits = new.limits.with_warm_up(false);
    set_limits(app, new.id, limits).await.expect("saved");
    town.advance(180).await;
    assert_eq!(town.all_messages().await.len(), 30);
}
