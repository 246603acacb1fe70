//! People write to our numbers, and the gateway tells the webhook (requirements I1 to I5).

use app::suppression::{Lifted, lift_stop, standing_of};
use domain::settings::Settings;
use domain::suppression::Standing;
use local::simulator::{Form, LidUse};
use serde_json::json;
use tests::{Person, Town, word};

/// Somebody who is registered and has had their welcome.
async fn registered(town: &Town, n: u32) -> Person {
    let person = Person::nth(n);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_confirmed_once_and_nothing_is_sent_afterwards() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = registered(&town, 1).await;
    let answer = town.says(&person, 2, "🛑 STOP").await.expect("an answer");
    assert!(
        answer.contains("tidak akan menerima pesan lagi"),
        "{answer}"
    );
    let chat = town.chat(&person).await;
    let texts: Vec<_> = chat.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts.len(), 3, "welcome, stop, answer");
    assert_eq!(texts[1..], ["🛑 STOP", &answer]);
    assert_eq!(chat[2].from, town.number(2).as_str());

    // Again, to any number and in any words: no second confirmation.
    assert_eq!(town.says(&person, 1, "berhenti").await, None);
    assert_eq!(town.says(&person, 3, "stop ya").await, None);
    // Their link is not sent again, and they invite somebody without hearing of it.
    town.advance(25 * 3_600).await;
    town.all_register(&[person.clone(), Person::nth(2).invited_by(&person)])
        .await;
    town.advance(600).await;
    let ours = |message: &&tests::Message| message.from != person.e164();
    assert_eq!(town.chat(&person).await.iter().filter(ours).count(), 2);
    for message_type in ["link", "referrer_alert"] {
        let rows = town.log_of(&person, message_type).await;
        assert!(
            rows.iter()
                .all(|row| tests::state(row) == "failed/suppressed")
        );
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_somebody_who_is_not_registered_outlives_their_registration_until_it_is_lifted() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = Person::nth(1);
    assert!(town.says(&person, 1, "STOP").await.is_some());
    let answer = town.register(&person).await;
    assert_eq!(answer.status, 201);
    let other = town.register(&Person::nth(2)).await;
    assert_eq!(
        answer.json()["redirect_url"],
        other.json()["redirect_url"],
        "the answer tells nothing"
    );
    town.advance(3_600).await;
    assert_eq!(town.chat(&person).await.len(), 2, "the stop and its answer");
    assert_eq!(town.state_of(&person, "welcome").await, "failed/suppressed");

    let index = town.cloud.app.store.phone_index(&person.phone()).unwrap();
    let app = &town.cloud.app;
    let standing = standing_of(app, &index).await.expect("a state");
    assert_eq!(standing.standing, Standing::Asked);
    let seen = standing.changed_at;
    let lifted = lift_stop(app, &index, seen, "admin", "minta lewat telepon").await;
    assert_eq!(lifted.expect("lifted"), Lifted::Done);
    town.advance(25 * 3_600).await;
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(600).await;
    assert_eq!(town.state_of(&person, "link").await, "sent/accepted");
    assert_eq!(town.state_of(&person, "welcome").await, "failed/suppressed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_is_forgotten_and_written_to_no_more() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = registered(&town, 1).await;
    let stranger = Person::nth(2).invited_by(&referrer);
    town.all_register(std::slice::from_ref(&stranger)).await;
    town.advance(60).await;
    let answer = town.says(&stranger, 1, "Maaf, salah nomor").await;
    assert!(answer.expect("an answer").contains("sudah kami hapus"));
    assert!(town.participant(&stranger).await.is_none(), "still stored");
    assert_eq!(town.total_of(&referrer).await, 1, "places stay");
    let before = town.chat(&stranger).await.len();
    town.advance(25 * 3_600).await;
    town.all_register(std::slice::from_ref(&stranger)).await;
    town.advance(600).await;
    assert_eq!(town.chat(&stranger).await.len(), before, "and stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_and_the_schedule_are_answered_and_anything_else_once_a_day() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = registered(&town, 1).await;
    let link = town.says(&person, 1, "link").await.expect("an answer");
    assert!(link.contains("/ref=081210000001"), "{link}");
    let none = town.says(&person, 1, "JADWAL").await.expect("an answer");
    assert!(none.contains("Belum ada jadwal"), "{none}");
    town.plan_event("Zoom", "2026-11-26 12:00").await;
    town.advance(20).await;
    let next = town.says(&person, 1, "jadwal").await.expect("an answer");
    assert!(next.contains("26 November 2026"), "{next}");

    let pointer = town.says(&person, 1, "Halo, apa kabar?").await;
    assert!(pointer.expect("an answer").contains("wa.me/6281100000000"));
    assert_eq!(town.says(&person, 2, "Halo?").await, None);
    town.advance(24 * 3_600).await;
    assert!(town.says(&person, 2, "Halo?").await.is_some());
    // Whoever is not registered is told how to.
    let stranger = town.says(&Person::nth(9), 1, "LINK").await;
    assert!(stranger.expect("an answer").contains("belum terdaftar"));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_forms_and_a_hidden_number_that_is_known_mean_the_same() {
    let town = Town::open_on("2026-11-24 10:00").await;
    for (n, form) in [(1, Form::Simple), (2, Form::Raw)] {
        let person = registered(&town, n).await;
        let hello = town.says_in(&person, 1, "Halo", form, LidUse::Both).await;
        assert!(hello.is_some(), "{form:?}");
        let stop = town
            .says_in(&person, 1, "Stop.", form, LidUse::Hidden)
            .await;
        assert!(stop.expect("an answer").contains("Baik"), "{form:?}");
    }
    assert!(town.items("inbox").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_a_hidden_number_that_nobody_knows_goes_to_the_inbox_once() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = registered(&town, 1).await;
    for form in [Form::Simple, Form::Raw] {
        let answer = town.says_in(&person, 1, "STOP", form, LidUse::Hidden).await;
        assert_eq!(answer, None);
    }
    let hello = town.says_in(&person, 1, "Halo", Form::Raw, LidUse::Hidden);
    assert_eq!(hello.await, None);
    let items = town.items("inbox").await;
    assert_eq!(items.len(), 2, "each stop, and nothing else");
    for item in items {
        assert_eq!(word(&item, "kind"), Some("stop_unresolved"));
    }
    // The same message once more is the same stop.
    let at = town.now();
    let body = tests::hook::message(&person, "3EB0X", "STOP", Form::Raw, LidUse::Hidden, at);
    for _ in 0..3 {
        assert_eq!(town.hook(1, body.to_string()).await.status, 200);
    }
    assert_eq!(town.items("inbox").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn own_messages_groups_and_channels_stop_nobody() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = registered(&town, 1).await;
    let number = person.e164().replace('+', "");
    let jid = format!("{number}@s.whatsapp.net");
    let raw = |key: serde_json::Value| json!({"key": key, "messageTimestamp": 1, "message": {"conversation": "STOP"}});
    for body in [
        raw(json!({"remoteJid": jid, "fromMe": true, "id": "A"})),
        raw(
            json!({"remoteJid": "120363000000000000@g.us", "participant": jid, "fromMe": false, "id": "B"}),
        ),
        raw(
            json!({"remoteJid": "status@broadcast", "participant": jid, "fromMe": false, "id": "C"}),
        ),
        raw(json!({"remoteJid": "120363000000000000@newsletter", "fromMe": false, "id": "D"})),
    ] {
        let answer = town.hook(1, body.to_string()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"), "{body}");
    }
    assert!(town.items("suppression").await.is_empty());
    assert!(town.items("inbox").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_at_once_has_one_effect_and_one_answer() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = registered(&town, 1).await;
    for (n, text) in ["Halo", "STOP"].into_iter().enumerate() {
        let body = town.message(&person, &format!("3EB0{n}"), text).to_string();
        let mut answered = 0;
        for answer in town.hook_at_once(1, &body, 6).await {
            assert_eq!(answer.status, 200, "{}", answer.text);
            answered += usize::from(answer.json()["reply"] == true);
        }
        assert_eq!(answered, 1, "{text}");
    }
    let history = town.items("suppression").await;
    let moves = history
        .iter()
        .filter(|item| word(item, "sk") != Some("STATE"));
    assert_eq!(moves.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_hears_from_that_number_and_gets_the_welcome_that_was_held() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let none = Settings {
        cold_welcomes_per_day: Some(0),
        ..Settings::default()
    };
    let saved = app::settings::save_settings(&town.cloud.app, &none).await;
    saved.expect("saved");
    town.advance(20).await;
    let person = registered(&town, 1).await;
    assert_eq!(town.state_of(&person, "welcome").await, "queued/held");
    assert!(
        town.says(&person, 3, "Halo Admin, saya sudah daftar")
            .await
            .is_some()
    );
    town.advance(30).await;
    assert_eq!(town.state_of(&person, "welcome").await, "sent/accepted");
    // From then on from this number.
    for n in 2..6 {
        town.all_register(&[Person::nth(n).invited_by(&person)])
            .await;
        town.advance(60).await;
    }
    let chat = town.chat(&person).await;
    let ours: Vec<_> = chat
        .iter()
        .filter(|one| one.from != person.e164())
        .collect();
    assert_eq!(ours.len(), 6, "answer, welcome, four alerts");
    assert!(ours.iter().all(|one| one.from == town.number(3).as_str()));
}
