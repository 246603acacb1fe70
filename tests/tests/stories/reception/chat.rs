//! Questions, their answers, and what a message opens: the chat, and a held welcome.

use app::settings::{save_contact, save_settings};
use domain::inbound::{Received, Request};
use domain::phone::Phone;
use domain::referral_code::CodeStyle;
use domain::settings::{Contact, Settings};
use jiff::SignedDuration;
use tests::inbound::message;
use tests::{Person, Town, word};

async fn chat_of(town: &Town, person: &Person) -> Option<(String, String)> {
    let item = town.participant(person).await.expect("a participant");
    let number = word(&item, "chat_number")?.to_owned();
    Some((number, word(&item, "chat_at")?.to_owned()))
}

fn from(person: &Person, ago_s: i64, town: &Town) -> Received {
    let sender = domain::inbound::Sender::Phone {
        phone: person.phone(),
        lid: None,
    };
    message(sender, town.now() - SignedDuration::from_secs(ago_s))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_moves_forward_and_is_not_written_for_every_line() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    assert_eq!(chat_of(&town, &person).await, None);
    let (one, two) = (town.number_id(1).await, town.number_id(2).await);
    town.writes(&person, 1, Request::Other).await;
    let first = chat_of(&town, &person).await.expect("a chat");
    assert_eq!(first.0, one.to_string());
    town.advance(600).await;
    town.writes(&person, 1, Request::Other).await;
    assert_eq!(
        chat_of(&town, &person).await,
        Some(first.clone()),
        "too soon"
    );
    // It was written before the first and comes now.
    let old = from(&person, 3_000, &town);
    town.receives(2, &old, Request::Other).await;
    assert_eq!(chat_of(&town, &person).await, Some(first.clone()));
    town.writes(&person, 2, Request::Stop).await;
    let second = chat_of(&town, &person).await.expect("a chat");
    assert_eq!(second.0, two.to_string());
    town.advance(3_600).await;
    // From the future, as its clock says: it counts as of now.
    let early = from(&person, -86_400, &town);
    town.receives(2, &early, Request::Other).await;
    let third = chat_of(&town, &person).await.expect("a chat");
    assert!(
        third.1 > second.1 && third.1.starts_with("2026-11-24T04:1"),
        "{third:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_else_is_pointed_to_the_admin_once_a_day_and_not_after_a_stop() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let (person, stranger) = (Person::nth(1), Person::nth(2));
    town.all_register(std::slice::from_ref(&person)).await;
    let contact = Contact::new(Phone::parse("081234567890").expect("a number"));
    save_contact(&town.cloud.app, &contact)
        .await
        .expect("saved");
    for who in [&person, &stranger] {
        let answer = town.writes(who, 1, Request::Other).await;
        let answer = answer.expect("a pointer");
        assert!(answer.contains("https://wa.me/6281234567890"), "{answer}");
        assert_eq!(
            town.writes(who, 1, Request::Other).await,
            None,
            "once a day"
        );
        assert_eq!(
            town.writes(who, 2, Request::Other).await,
            None,
            "by any number"
        );
    }
    town.advance_to("00:00").await;
    assert!(town.writes(&person, 1, Request::Other).await.is_some());
    town.writes(&stranger, 1, Request::Stop).await;
    assert_eq!(town.writes(&stranger, 1, Request::Other).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_at_once_get_one_pointer() {
    let town = std::sync::Arc::new(Town::open_at("10:00").await);
    let mut under_way = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let town = std::sync::Arc::clone(&town);
        under_way.spawn(async move {
            town.writes(&Person::nth(1), 1, Request::Other)
                .await
                .is_some()
        });
    }
    let told = under_way.join_all().await;
    assert_eq!(told.into_iter().filter(|told| *told).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn link_and_schedule_are_answered_to_whoever_asks() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let (person, stranger) = (Person::nth(1), Person::nth(2));
    town.all_register(std::slice::from_ref(&person)).await;
    let asks = async |who: &Person, request| {
        let answer = town.writes(who, 1, request).await;
        answer.expect("an answer")
    };
    let link = asks(&person, Request::Link).await;
    assert!(
        link.contains("www.webdonasi.com/ref=081210000001"),
        "{link}"
    );
    let none = asks(&stranger, Request::Link).await;
    assert!(none.contains("belum terdaftar"), "{none}");
    assert!(none.contains("https://www.webdonasi.com "), "{none}");
    let none = asks(&person, Request::Schedule).await;
    assert!(none.contains("Belum ada jadwal"), "{none}");

    let app = &town.cloud.app;
    let settings = Settings {
        referral_code_style: CodeStyle::Opaque,
        ..Settings::default()
    };
    save_settings(app, &settings).await.expect("saved");
    town.plan_event("Sosialisasi Program", "2026-11-29 19:30")
        .await;
    let link = asks(&person, Request::Link).await;
    let code = town.opaque_code_of(&person).await;
    assert!(link.contains(&format!("/ref={code}\n")), "{link}");
    let when = asks(&person, Request::Schedule).await;
    assert!(
        when.contains("Minggu, 29 November 2026, 19.30 WIB"),
        "{when}"
    );
    assert!(when.contains("akan kami kirim"), "{when}");
    assert!(!when.contains("zoom.example"), "{when}");
    let when = asks(&stranger, Request::Schedule).await;
    assert!(when.contains("Silakan daftar"), "{when}");
    // Who asked for silence is answered when they ask, and promised nothing.
    town.writes(&person, 1, Request::Stop).await;
    assert!(asks(&person, Request::Link).await.contains(&code));
    let when = asks(&person, Request::Schedule).await;
    assert!(when.contains("hubungi admin"), "{when}");
    assert!(!format!("{:?}", app::receive::Answer { text: when }).contains("November"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_held_and_writes_gets_the_welcome_even_if_the_wake_is_lost() {
    let town = Town::open_on("2026-11-24 12:00").await;
    let settings = Settings {
        cold_welcomes_per_day: Some(0),
        ..Settings::default()
    };
    save_settings(&town.cloud.app, &settings)
        .await
        .expect("saved");
    town.advance(15).await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    assert_eq!(town.state_of(&person, "welcome").await, "queued/held");
    town.cloud.queue.lose(&["wake"]);
    town.writes(&person, 2, Request::Other).await;
    assert_eq!(
        town.state_of(&person, "welcome").await,
        "queued/waiting_number"
    );
    town.cloud.queue.lose(&[]);
    // Ticks without anything to do are skipped until a request has come, as the message would be.
    assert_eq!(town.get("/api/landing").await.status, 200);
    town.advance(120).await;
    assert_eq!(town.state_of(&person, "welcome").await, "sent/accepted");
    assert_eq!(town.chat(&person).await[0].from, town.number(2).as_str());
    town.check_invariants();
}
