//! STOP: at once, once, whoever says it, and for as long as no admin lifts it.

use app::suppression::{Lifted, Stopped, SuppressionError, lift_stop, stop_by_admin, suppressed};
use domain::inbound::{InboundId, Lid, Received, Request, Sender};
use domain::suppression::Standing;
use jiff::Timestamp;
use tests::inbound::message;
use tests::{Item, Person, Town, flag, state, word};

const ADMIN: &str = "admin@example.org";

fn from(person: &Person) -> Sender {
    Sender::Phone {
        phone: person.phone(),
        lid: None,
    }
}

async fn history(town: &Town, person: &Person) -> Vec<Item> {
    let index = town.index_of(person);
    let mut items = town.items("suppression").await;
    items.retain(|item| word(item, "phone_index") == Some(&index));
    items.retain(|item| word(item, "sk").is_some_and(|sk| sk.starts_with("H#")));
    items.sort_by_key(|item| word(item, "sk").map(str::to_owned));
    items
}

async fn consents(town: &Town, person: &Person) -> Vec<Item> {
    let pk = format!("P#{}", town.id_of(person).await.expect("registered"));
    let mut items = town.items("participants").await;
    items.retain(|item| word(item, "pk") == Some(&pk));
    items.retain(|item| word(item, "sk").is_some_and(|sk| sk.starts_with("CONSENT#")));
    items.sort_by_key(|item| word(item, "sk").map(str::to_owned));
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn a_participant_who_stops_is_told_so_once_and_gets_nothing_that_waits() {
    let town = Town::open_at("20:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    town.all_register(&[Person::nth(2).invited_by(&person)])
        .await;
    town.advance(60).await;
    let answer = town.writes(&person, 2, Request::Stop).await;
    let answer = answer.expect("an answer");
    assert!(
        answer.contains("tidak akan menerima pesan lagi"),
        "{answer}"
    );
    assert!(answer.contains("hanya admin"), "{answer}");
    assert_eq!(town.writes(&person, 3, Request::Stop).await, None, "once");
    town.advance_to("09:30").await;
    assert_eq!(town.chat(&person).await.len(), 1, "the welcome of before");
    let alerts = town.log_of(&person, "referrer_alert").await;
    assert_eq!(state(&alerts[0]), "failed/suppressed");

    let stored = town.participant(&person).await.expect("a participant");
    assert_eq!(flag(&stored, "unsubscribed"), Some(true));
    let history = history(&town, &person).await;
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(word(&history[0], "by"), Some("participant"));
    let evidence = word(&history[0], "evidence").expect("evidence");
    assert!(evidence.starts_with("message 1."), "{evidence}");

    // What was agreed to, and that it is not any more; proof, and no words.
    let consents = consents(&town, &person).await;
    let acts: Vec<_> = consents.iter().map(|item| word(item, "act")).collect();
    assert_eq!(acts, [Some("given"), Some("withdrawn")]);
    assert!(word(&consents[0], "evidence").is_some_and(|text| text.starts_with("address 1.")));
    assert_eq!(word(&consents[1], "evidence"), Some(evidence));
    assert_eq!(word(&consents[1], "channel"), Some("whatsapp"));
    assert_eq!(consents[1]["purposes"].as_l().map(Vec::len), Ok(5));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_has_its_effect_once_even_after_a_lift() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    let stop = message(from(&person), town.now());
    assert!(town.receives(1, &stop, Request::Stop).await.is_some());
    assert_eq!(town.receives(1, &stop, Request::Stop).await, None);
    let seen = town.standing_of(&person).await;
    let (app, index) = (&town.cloud.app, town.index_of(&person));
    let lifted = lift_stop(app, &index, seen.changed_at, ADMIN, "diminta lagi").await;
    assert_eq!(lifted.expect("done"), Lifted::Done);
    // The gateway brings it once more.
    assert_eq!(town.receives(1, &stop, Request::Stop).await, None);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Lifted);
    // To another number the same id is another message.
    assert!(town.receives(2, &stop, Request::Stop).await.is_some());
    // A late one under a new id is a new wish.
    let ids: Vec<_> = history(&town, &person).await;
    assert_eq!(ids.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_holds_a_number_is_not_stored() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    let received = Received {
        id: InboundId::parse("false_6281210000001@c.us_3EB0").expect("an id"),
        ..message(from(&person), town.now())
    };
    town.receives(1, &received, Request::Stop).await;
    for table in store::Table::ALL {
        for item in town.items(table.logical()).await {
            let text = format!("{item:?}");
            assert!(!text.contains("81210000001"), "{text}");
            assert!(!text.contains("tidak boleh tersimpan"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_before_registering_stays_stopped_and_an_admin_sees_that_they_ask_again() {
    let town = Town::open_at("10:00").await;
    let (person, other) = (Person::nth(1), Person::nth(2));
    let referrer = Person::nth(3);
    town.all_register(&[other.clone(), referrer.clone()]).await;
    town.advance(60).await;
    assert!(town.writes(&person, 1, Request::Stop).await.is_some());
    assert_eq!(town.writes(&person, 1, Request::Stop).await, None);
    assert!(town.id_of(&person).await.is_none());

    let invited = person.clone().invited_by(&referrer);
    let answer = town.register(&invited).await;
    assert_eq!(answer.status, 201);
    let same = town.register(&other).await;
    let redirect = |text: &tests::Answer| text.json()["redirect_url"].clone();
    assert_eq!(
        redirect(&answer),
        redirect(&same),
        "the answer tells nothing"
    );
    town.advance(120).await;
    assert_eq!(town.state_of(&person, "welcome").await, "failed/suppressed");
    assert!(town.chat(&person).await.is_empty());
    assert_eq!(
        town.chat(&referrer).await.len(),
        2,
        "who invited them is told"
    );
    let stored = town.participant(&person).await.expect("a participant");
    assert_eq!(flag(&stored, "unsubscribed"), Some(true));
    assert_eq!(town.standing_of(&person).await.standing, Standing::Asked);

    let app = &town.cloud.app;
    let asked = suppressed(app, Standing::Asked, Timestamp::MIN, 10).await;
    let asked = asked.expect("a list");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].phone_index, town.index_of(&person));
    let none = suppressed(app, Standing::Asked, asked[0].suppression.changed_at, 10).await;
    assert!(none.expect("a list").is_empty(), "no page behind it");
    let stopped = suppressed(app, Standing::Stopped, Timestamp::MIN, 10).await;
    assert!(stopped.expect("a list").is_empty());
    // They say it again: it holds, and they are told so.
    assert!(town.writes(&person, 1, Request::Stop).await.is_some());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_participant_who_stopped_and_fills_in_the_form_again_asks_once() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    town.writes(&person, 1, Request::Stop).await;
    town.all_register(&vec![person.clone(); 4]).await;
    assert_eq!(town.standing_of(&person).await.standing, Standing::Asked);
    let history = history(&town, &person).await;
    assert_eq!(history.len(), 2, "{history:?}");
    town.advance(3_600).await;
    assert_eq!(town.chat(&person).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lift_only_new_messages_go_out() {
    let town = Town::open_at("20:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    // One alert waits for the morning, and must not go although the stop is over by then.
    let early = Person::nth(2).invited_by(&person);
    town.all_register(&[early]).await;
    town.writes(&person, 1, Request::Stop).await;
    town.advance(60).await;
    let (app, index) = (&town.cloud.app, town.index_of(&person));
    let seen = town.standing_of(&person).await.changed_at;
    for reason in ["", "   ", "menelepon dari 0812 1000 0001"] {
        let refused = lift_stop(app, &index, seen, ADMIN, reason).await;
        assert!(matches!(refused, Err(SuppressionError::Reason)), "{reason}");
    }
    let lifted = lift_stop(app, &index, seen, ADMIN, "Minta aktif lagi").await;
    assert_eq!(lifted.expect("done"), Lifted::Done);
    let again = lift_stop(app, &index, seen, ADMIN, "Minta aktif lagi").await;
    assert_eq!(again.expect("done"), Lifted::NotStopped);
    let stored = town.participant(&person).await.expect("a participant");
    assert_eq!(flag(&stored, "unsubscribed"), Some(false));

    town.advance(60).await;
    let late = Person::nth(3).invited_by(&person);
    town.all_register(&[late]).await;
    town.advance_to("10:00").await;
    let alerts = town.log_of(&person, "referrer_alert").await;
    let states: Vec<_> = alerts.iter().map(state).collect();
    assert_eq!(states, ["failed/suppressed", "sent/accepted"]);
    assert_eq!(town.chat(&person).await.len(), 2);
    let history = history(&town, &person).await;
    let said: Vec<_> = history.iter().map(|item| word(item, "by")).collect();
    assert_eq!(said, [Some("participant"), Some(ADMIN)]);
    assert_eq!(word(&history[1], "reason"), Some("Minta aktif lagi"));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_waited_while_a_stop_held_are_in_no_list_after_it() {
    let town = Town::open_on("2026-11-23 20:00").await;
    let referrer = Person::nth(0);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let before: Vec<_> = (1..=8)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&before).await;
    town.advance(60).await;
    town.writes(&referrer, 1, Request::Stop).await;
    town.advance(60).await;
    let (app, index) = (&town.cloud.app, town.index_of(&referrer));
    let seen = town.standing_of(&referrer).await.changed_at;
    let lifted = lift_stop(app, &index, seen, ADMIN, "diminta").await;
    assert_eq!(lifted.expect("done"), Lifted::Done);
    town.advance(60).await;
    let after: Vec<_> = (9..=16)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&after).await;
    town.advance_to("09:00").await;
    town.advance(2 * 3_600).await;
    assert_eq!(town.told_of(&referrer).await, 8, "those of after the lift");
    let rows = town.log_of(&referrer, "referrer_alert").await;
    let ended = rows.iter().filter(|row| state(row) == "failed/suppressed");
    assert_eq!(ended.count(), 8);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_does_not_undo_a_stop_that_the_admin_has_not_seen() {
    let town = Town::open_at("10:00").await;
    let (app, person) = (&town.cloud.app, Person::nth(1));
    town.all_register(std::slice::from_ref(&person)).await;
    town.writes(&person, 1, Request::Stop).await;
    let seen = town.standing_of(&person).await.changed_at;
    town.advance(60).await;
    // Stopped already, and said again: nothing is told and no history written, but it counts.
    assert_eq!(town.writes(&person, 1, Request::Stop).await, None);
    assert_eq!(history(&town, &person).await.len(), 1);
    let index = town.index_of(&person);
    let lifted = lift_stop(app, &index, seen, ADMIN, "diminta").await;
    assert_eq!(lifted.expect("done"), Lifted::Changed);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    let now = town.standing_of(&person).await.changed_at;
    let lifted = lift_stop(app, &index, now, ADMIN, "diminta").await;
    assert_eq!(lifted.expect("done"), Lifted::Done);
    // A number that nobody registered: the mark goes with the stop.
    let stranger = Person::nth(2);
    town.writes(&stranger, 1, Request::Stop).await;
    let seen = town.standing_of(&stranger).await.changed_at;
    let lifted = lift_stop(app, &town.index_of(&stranger), seen, ADMIN, "diminta").await;
    assert_eq!(lifted.expect("done"), Lifted::Done);
    town.all_register(std::slice::from_ref(&stranger)).await;
    town.advance(60).await;
    assert_eq!(town.chat(&stranger).await.len(), 1);
    let stored = town.participant(&stranger).await.expect("a participant");
    assert_eq!(flag(&stored, "unsubscribed"), Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_stops_a_number_too() {
    let town = Town::open_at("10:00").await;
    let (app, person) = (&town.cloud.app, Person::nth(1));
    town.all_register(std::slice::from_ref(&person)).await;
    let index = town.index_of(&person);
    let refused = stop_by_admin(app, &index, ADMIN, "").await;
    assert!(matches!(refused, Err(SuppressionError::Reason)));
    for expected in [Stopped::Now, Stopped::Already] {
        let stopped = stop_by_admin(app, &index, ADMIN, "Diminta lewat e-mail").await;
        assert_eq!(stopped.expect("done"), expected);
    }
    let consents = consents(&town, &person).await;
    assert_eq!(word(&consents[1], "channel"), Some("admin"));
    assert_eq!(word(&consents[1], "evidence"), Some(ADMIN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_sender_is_known_once_a_message_has_carried_both() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    let lid = Lid::parse("123456789012345").expect("a hidden id");
    let both = Sender::Phone {
        phone: person.phone(),
        lid: Some(lid.clone()),
    };
    let first = message(both, town.now());
    town.receives(1, &first, Request::Link).await;
    let hidden = message(Sender::Hidden(lid), town.now());
    assert!(town.receives(1, &hidden, Request::Stop).await.is_some());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    assert!(town.items("inbox").await.is_empty());
    for item in town.items("participants").await {
        assert!(!format!("{item:?}").contains("123456789012345"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_item_cannot_be_read_can_stop_all_the_same() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    let id = town.id_of(&person).await.expect("registered");
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let broken = town.cloud.dynamodb.update_item();
    let broken = broken
        .table_name("local-participants")
        .key("pk", text(format!("P#{id}")))
        .key("sk", text("PROFILE".to_owned()))
        .update_expression("SET sapaan = :broken")
        .expression_attribute_values(":broken", text("Tuan".to_owned()));
    broken.send().await.expect("written");
    assert_eq!(town.writes(&person, 1, Request::Link).await, None);
    assert!(town.writes(&person, 1, Request::Stop).await.is_some());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    assert!(
        town.writes(&person, 1, Request::WrongNumber)
            .await
            .is_some()
    );
    assert!(town.id_of(&person).await.is_none());
}
