//! Everything is counted anew while people go on registering.

use app::erase::erase;
use serde_json::json;
use tests::{Person, Town};

use super::edit;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_streams_have_lost_is_found_again_by_a_recount() {
    let town = Town::open_on("2026-11-30 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let people: Vec<Person> = (2..30)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&people).await;
    town.comes_to_rest().await;
    town.check_totals().await;

    town.cloud.streams.hold(true);
    let gone = town.id_of(&Person::nth(2)).await.unwrap();
    erase(&town.cloud.app, gone, "admin").await.unwrap();
    edit(
        &town,
        &Person::nth(3),
        &[("name", "Ratna"), ("city_key", "depok")],
    )
    .await;
    town.all_register(&[Person::nth(40), Person::nth(41)]).await;
    town.advance(600).await;
    assert!(
        !town.cloud.streams.take().unwrap().is_empty(),
        "lost for good"
    );
    town.cloud.streams.hold(false);
    town.advance(10).await;
    town.comes_to_rest().await;
    assert_ne!(town.counted().await, town.recounted().await);

    let answer = town.cloud.streams.recount().await.unwrap();
    assert_eq!(answer["unreadable"], 0);
    assert!(answer["corrected"].as_u64().unwrap() > 4, "{answer}");
    town.check_totals().await;
    let again = town.cloud.streams.recount().await.unwrap();
    assert_eq!(
        again,
        json!({"done": true, "corrected": 0, "unreadable": 0})
    );
    // Whoever changes from then on is counted by the change.
    edit(&town, &Person::nth(4), &[("city_key", "depok")]).await;
    town.all_register(&[Person::nth(50).invited_by(&referrer)])
        .await;
    town.advance(60).await;
    town.check_totals().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recount_goes_on_while_people_register_and_are_counted() {
    let town = Town::open_on("2026-11-30 10:00").await;
    // Nothing was ever counted: as after a restore, or before there was a projector.
    town.cloud.streams.hold(true);
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let people: Vec<Person> = (2..60)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&people).await;
    town.advance(60).await;
    assert!(town.counted().await.is_empty());
    let taken = town.cloud.streams.take().unwrap();
    town.cloud.streams.hold(false);

    let registering = async {
        for n in 200..225 {
            town.register(&Person::nth(n).invited_by(&referrer)).await;
            if n % 7 == 0 {
                edit(&town, &Person::nth(n - 180), &[("city_key", "depok")]).await;
            }
        }
    };
    // Half of what lies in the streams comes late, while everything is counted anew.
    let delivering = async {
        for shard in &taken {
            for piece in shard.records.chunks(13).step_by(2) {
                let failed = town.cloud.streams.deliver(piece).await.unwrap();
                assert!(failed.is_empty());
            }
        }
    };
    let recounting = async {
        town.cloud.streams.recount().await.unwrap();
        town.cloud.streams.recount().await.unwrap();
    };
    tokio::join!(registering, delivering, recounting);
    // An older image may have come behind the recount; its successors come as well.
    for shard in &taken {
        let failed = town.cloud.streams.deliver(&shard.records).await.unwrap();
        assert!(failed.is_empty());
    }
    town.comes_to_rest().await;
    town.check_totals().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recount_that_was_interrupted_goes_on_where_it_was() {
    let town = Town::open_on("2026-11-30 10:00").await;
    town.cloud.streams.hold(true);
    let people: Vec<Person> = (1..60).map(Person::nth).collect();
    town.all_register(&people).await;
    town.comes_to_rest().await;
    drop(town.cloud.streams.take().unwrap());
    let mut interrupted = 0;
    let mut kind = "recount";
    // Each invocation ends at a later call, until one comes to its end.
    for call in 4..400 {
        town.cloud
            .faults
            .break_calls_of("projector", call..u64::MAX);
        let answer = town
            .cloud
            .streams
            .invoke(json!({"v": 1, "kind": kind}))
            .await;
        town.cloud.faults.break_calls_of("projector", 0..0);
        kind = "recount_on";
        if answer.is_ok() {
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted > 2, "{interrupted}");
    town.check_totals().await;
}
