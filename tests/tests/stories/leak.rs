//! No number, key or message text in clear: not at rest, not in passing, not in a log line.

use std::collections::BTreeMap;

use app::attendance::{Decisions, confirm_report, import_report};
use app::draft::{Draft, TestOrder, send_test};
use app::ports::{Queue as _, QueueMessage, ReferralJob};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use domain::ids::ParticipantId;
use domain::phone::Phone;
use domain::template::TemplateName;
use jiff::SignedDuration;
use tests::leak::{Secret, found};
use tests::{Person, Story, Town, story};
use uuid::Uuid;

/// A number of the team.
const TEAM: &str = "0812 7777 7777";

/// What nobody may read who reads tables, queues or logs.
fn secrets(story: &Story) -> Vec<Secret> {
    let sending = local::seed::NUMBERS.map(|(_, phone, _)| phone);
    let ours = sending.into_iter().chain([local::seed::ADMIN_PHONE]);
    let ours: Vec<Phone> = ours.map(|phone| Phone::parse(phone).unwrap()).collect();
    let mut all: Vec<_> = story
        .phones
        .iter()
        .chain(&ours)
        .map(Secret::phone)
        .collect();
    let keys = local::seed::NUMBERS.iter();
    all.extend(keys.map(|(label, _, key)| Secret::text(&format!("key of {label}"), key)));
    all.extend(
        story
            .addresses
            .iter()
            .map(|one| Secret::text("address", one)),
    );
    let others = story.secrets.iter();
    all.extend(others.map(|(name, text)| Secret::text(name, text)));
    let texts = [
        "tidak akan menerima pesan lagi",
        "sudah kami hapus",
        "Nomor ini mengirim pesan secara otomatis",
        "Belum ada jadwal",
        "Terima kasih sudah mendaftar",
        "Link referral Anda",
        "Ada peserta baru",
        "peserta baru yang mendaftar",
        "Peserta ke-",
        "Bagikan link ini",
    ];
    all.extend(texts.map(|text| Secret::text("text of a message", text)));
    all
}

/// An event with its reminders, clicks, a report and follow-ups, and a broadcast. The join link's
/// token, which nobody else may know.
async fn many(town: &Town) -> Secret {
    town.advance_to("08:00").await;
    let start = town.now() + SignedDuration::from_hours(2);
    let start = start.to_string();
    let event = town.plan_event("Sosialisasi", &start).await;
    town.advance(8_000).await;
    let link = town.link_of(&event, &Person::nth(100)).await;
    assert_eq!(town.open_link(&link).await.status, 302);
    let number = format!("/j/{}", Person::nth(100).phone);
    assert_eq!(town.open_link(&number).await.status, 404);
    let report = "Name (Original Name),Total Duration (Minutes)\n\
                  Budi Santoso 0812-1000-0100,80\n\
                  Wayan Sudiarta 0812 9999 9999,70\n";
    let app = &town.cloud.app;
    let review = import_report(app, event.id, report.as_bytes()).await;
    let review = review.unwrap();
    assert_eq!(review.findings.present.len(), 1);
    assert_eq!(review.findings.unclear.len(), 1);
    let none = Decisions::default();
    confirm_report(app, event.id, review.id, &none, "admin")
        .await
        .unwrap();
    town.advance(6 * 3_600).await;
    let broadcast = town.broadcast(1);
    town.open_whole(&broadcast).await;
    test_waits(town).await;
    town.advance(600).await;
    test_waits(town).await;
    Secret::text("join token", link.trim_start_matches("/j/"))
}

/// A text is tried on a number of the team that nobody else has.
async fn test_waits(town: &Town) {
    let draft = Draft {
        name: TemplateName::parse("broadcast/uji").unwrap(),
        variants: Some(vec!["Uji coba oleh tim: berilium".to_owned()]),
        vars: BTreeMap::new(),
    };
    let order = TestOrder {
        variant: 1,
        to: Phone::parse(TEAM).unwrap(),
        media: None,
        key: &town.now().to_string(),
        by: "admin",
    };
    send_test(&town.cloud.app, &draft, order).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_full_story_nothing_secret_stands_anywhere() {
    let town = Town::open_impatient_at("12:00").await;
    let story = story::play(&town).await;
    let token = Box::pin(many(&town)).await;
    let mut secrets = secrets(&story);
    let stranger = Phone::parse("0812 9999 9999").unwrap();
    let team = Phone::parse(TEAM).unwrap();
    secrets.extend([token, Secret::phone(&stranger), Secret::phone(&team)]);
    secrets.push(Secret::text("text of a test", "berilium"));
    let places = town.places().await;

    // What is searched is really there.
    for (place, least) in [
        ("log", 200),
        ("queue wake", 20),
        ("queue turns", 20),
        ("queue inbound", 2),
    ] {
        let count = places.iter().filter(|one| one.name == place).count();
        assert!(count >= least, "{place}: {count}");
    }
    for place in [
        "participants/phone",
        "events/piece",
        "broadcast_numbers/api_key",
        "limits/key",
        "notifications_log/letter",
        "inbox/raw",
        "suppression/phone_index",
        "broadcast_numbers/hook_token_hash",
    ] {
        assert!(places.iter().any(|one| one.name == place), "{place}");
    }
    assert!(town.logs().contains("\"level\":\"DEBUG\""));
    for text in [
        "Terima kasih sudah mendaftar",
        "Peserta ke-",
        "peserta baru yang mendaftar lewat link Anda.\nTotal",
        "Link referral Anda",
        "tidak akan menerima pesan lagi",
        "sudah kami hapus",
        "zirkonium",
        "berilium",
        "pengingat ya",
        "kita belum sempat bertemu",
    ] {
        let sent = town.all_messages().await;
        assert!(
            sent.iter().any(|message| message.text.contains(text)),
            "{text}"
        );
    }

    let leaks = found(&places, &secrets);
    assert!(leaks.is_empty(), "{leaks:#?}");

    // Names are plain attributes of a participant, and stand nowhere else.
    let names: Vec<_> = story
        .names
        .iter()
        .map(|name| Secret::text(name, name))
        .collect();
    let named = found(&places, &names);
    let elsewhere = named
        .iter()
        .filter(|one| !one.ends_with(" in participants/name"));
    assert_eq!(elsewhere.count(), 0, "{named:#?}");
    assert!(!named.is_empty(), "the search finds no name");
}

/// Puts this into an item, as any table could hold it.
async fn plant(town: &Town, attribute: &str, value: AttributeValue) {
    let put = town.cloud.dynamodb.put_item().table_name("local-limits");
    put.item("key", AttributeValue::S(Uuid::new_v4().to_string()))
        .item(attribute, value)
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_is_found_wherever_it_is_planted() {
    let town = Town::open().await;
    let person = Person::nth(1);
    let phone = Phone::parse(&person.phone).unwrap();
    let secrets = [
        Secret::phone(&phone),
        Secret::text("key", "simulated-key-1-7f3a9c"),
        Secret::text("text", "Peserta ke-"),
    ];
    assert!(found(&town.places().await, &secrets).is_empty());

    let writings = [
        "+6281210000001",
        "6281210000001",
        "081210000001",
        "81210000001",
        "0812-1000-0001",
        "0812 1000 0001",
        "62812.1000.0001",
        "(0812) 1000-0001",
        "+62 (812) 1000 0001",
        "0812\u{a0}1000\u{a0}0001",
        "https://wa.me/6281210000001?text=x",
        "ref=%2B62%20812-1000-0001",
        "Halo Bapak Budi, 0812 1000 0001 sudah terdaftar",
    ];
    let encoded = |engine: &base64::engine::GeneralPurpose, text: &str| engine.encode(text);
    let mut texts: Vec<String> = writings.map(str::to_owned).to_vec();
    for padding in ["", "x", "xx"] {
        let text = format!("{padding}+6281210000001");
        texts.push(encoded(&base64::engine::general_purpose::STANDARD, &text));
        texts.push(encoded(&base64::engine::general_purpose::URL_SAFE, &text));
    }
    texts.push("3831323130303030303031".to_owned());
    texts.push(format!("{:?}", person.phone.as_bytes()));
    for (n, text) in texts.iter().enumerate() {
        let attribute = format!("text{n}");
        plant(&town, &attribute, AttributeValue::S(text.clone())).await;
        let binary = AttributeValue::B(Blob::new(text.as_bytes()));
        plant(&town, &format!("binary{n}"), binary).await;
        tracing::debug!(planted = format!("log{n}"), note = %text);
    }
    let list = AttributeValue::L(vec![AttributeValue::S("081210000001".to_owned())]);
    let map = AttributeValue::M([("inner".to_owned(), list)].into());
    plant(&town, "nested", map).await;
    let number = AttributeValue::N("6281210000001".to_owned());
    plant(&town, "number", number).await;
    let bytes = AttributeValue::B(Blob::new(phone.to_bytes()));
    plant(&town, "bytes", bytes).await;
    plant(&town, "081210000001", AttributeValue::Bool(true)).await;

    let places = town.places().await;
    let leaks = found(&places, &secrets);
    let is_found = |place: &str| leaks.contains(&format!("number +6281210000001 in {place}"));
    for (n, text) in texts.iter().enumerate() {
        assert!(is_found(&format!("limits/text{n}")), "{text}");
        assert!(is_found(&format!("limits/binary{n}")), "{text}");
    }
    for place in ["nested.inner", "number", "bytes", "081210000001"] {
        assert!(is_found(&format!("limits/{place}")), "{place}");
    }
    for (n, text) in texts.iter().enumerate() {
        let marker = format!("\"log{n}\"");
        let lines: Vec<_> = town.logs().lines().map(str::to_owned).collect();
        let line = lines.iter().find(|line| line.contains(&marker)).unwrap();
        let place = tests::leak::Place::new("line".to_owned(), line.as_bytes());
        assert!(!found(&[place], &secrets).is_empty(), "{text}");
    }

    // A queue body holds ids alone; an id made of a number is still a leak.
    assert!(!is_found("queue referrals"));
    let digits = u128::from_str_radix("6281210000001", 16).unwrap();
    let referrer_id = ParticipantId(Uuid::from_u128(digits));
    let adopt = QueueMessage::Referral(ReferralJob::Adopt { referrer_id });
    town.cloud.queue.send(adopt).await.unwrap();
    tracing::info!("the key is simulated-key-1-7f3a9c; Peserta ke-1");
    let leaks = found(&town.places().await, &secrets);
    for leak in [
        "number +6281210000001 in queue referrals",
        "key in log",
        "text in log",
    ] {
        assert!(leaks.contains(leak), "{leak}");
    }
}
