//! What was read is not what is there any more: whoever acts on it is refused.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::alert_pace::{AlertPace, Telling};
use domain::ids::NumberId;
use domain::inbound::{Request, Sender};
use domain::lane::Lane;
use domain::message::{Claim, Class};
use jiff::Timestamp;
use store::{Claimed, Fenced, Slot};
use tests::{Person, Town, figure};

/// A town in which nothing is sent from now on.
async fn still() -> Town {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.advance(5).await;
    town.cloud.queue.lose(&["wake", "turns"]);
    town
}

/// Moves a row within the index, as its next reader does not expect it.
async fn stands_at(town: &Town, row: &str, due_key: &str) {
    town.cloud
        .dynamodb
        .update_item()
        .table_name("local-notifications_log")
        .key("id", AttributeValue::S(row.to_owned()))
        .update_expression("SET due_key = :due")
        .expression_attribute_values(":due", AttributeValue::S(due_key.to_owned()))
        .send()
        .await
        .expect("moved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_waits_for_another_number_by_now_is_not_claimed() {
    let town = Town::open_on("2026-11-23 10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(24 * 3_600).await;
    town.cloud.queue.lose(&["wake", "turns"]);
    let mut numbers: Vec<NumberId> = Vec::new();
    for number in 1..=3 {
        numbers.push(town.number_id(number).await);
    }
    numbers.sort_by_key(ToString::to_string);
    let [first, .., last] = numbers[..] else {
        panic!("{} numbers", numbers.len())
    };
    let app = &town.cloud.app;
    let sender = Sender::Phone {
        phone: person.phone(),
        lid: None,
    };
    let message = tests::inbound::message(sender, town.now());
    let done = app::receive::receive(app, last, &message, Request::Link).await;
    done.expect("stored");
    town.all_register(std::slice::from_ref(&person)).await;
    let seen = app.store.sticky_heads(9).await.expect("heads").remove(0);
    assert!(matches!(seen.lane, Lane::Sticky { number, .. } if number == last));

    let now = app.now();
    let paces = app.store.paces(&[last]).await.expect("paces");
    let idle = &paces[&last];
    assert!(app.store.arm(idle, now).await.expect("armed"));
    let token = app.dice.token();
    let fenced = app.store.fence(last, idle.turn + 1, token, now).await;
    let Fenced::Held(pace) = fenced.expect("a fence") else {
        panic!("the turn is not ours");
    };
    let roster = app.store.roster().await.expect("a roster");
    let after = pace.with_send(now, &roster[0].limits);
    let claim = || app.store.claim(&seen, token, &after, now);

    let (row, rank) = (seen.id.to_string(), Class::Welcome as u8);
    let of = |number: NumberId| format!("{number}#{rank}#2026-11-24T03:00:00.000Z");
    stands_at(&town, &row, &of(first)).await;
    assert_eq!(claim().await.expect("a claim"), Claimed::RowGone);
    stands_at(&town, &row, &of(last)).await;
    assert_eq!(claim().await.expect("a claim"), Claimed::Yes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_nobody_is_left_for_costs_its_referrer_no_slot() {
    let town = still().await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let people: Vec<_> = (1..=3)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&people).await;
    town.advance(5).await;
    let app = &town.cloud.app;
    let now = app.now();
    let lane = Lane::Class(Class::ReferrerAlert);
    let rows = app.store.due(&lane, Timestamp::MIN, now, 9).await;
    let carrier = rows.expect("rows").remove(0);
    let members = app.store.members(&carrier, 1, now).await.expect("members");
    let members: Vec<_> = members
        .into_iter()
        .filter(|member| member.message.id != carrier.id)
        .collect();
    assert_eq!(members.len(), 2);
    for member in &members {
        let row = member.message.id.to_string();
        stands_at(&town, &row, "2026-11-25T03:00:00.000Z").await;
    }
    let seen = AlertPace::default();
    let slot = Slot {
        referrer_id: carrier.participant_id,
        next: seen.after(Telling::Group, now),
        seen,
    };
    let claim = Claim {
        token: app.dice.token(),
        number_id: town.number_id(1).await,
    };
    let claimed = app.store.claim_group(&slot, &carrier, members, claim, now);
    assert_eq!(claimed.await.expect("an answer"), None);
    let counter = &town.participants_items("REFERRALS").await[0];
    assert_eq!(figure(counter, "alert_revision"), None, "{counter:?}");
}
