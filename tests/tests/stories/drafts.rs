//! A text is tried before many get it: how it reads for somebody, how it arrives at the team.

use std::collections::BTreeMap;

use app::draft::{Draft, DraftError, TestOrder, preview_for, send_test};
use app::settings::{save_control, save_settings, save_template};
use domain::ids::ParticipantId;
use domain::letter::MOST_AN_HOUR;
use domain::referral_code::CodeStyle;
use domain::settings::{Control, Settings};
use domain::template::{Placeholder, TemplateName};
use tests::leak::{Secret, found};
use tests::{Item, Person, Town, state, word};

fn draft(name: &str, variants: &[&str]) -> Draft {
    let variants: Vec<String> = variants.iter().map(|text| (*text).to_owned()).collect();
    Draft {
        name: TemplateName::parse(name).unwrap(),
        variants: (!variants.is_empty()).then_some(variants),
        vars: BTreeMap::new(),
    }
}

/// To somebody of the team, who is nobody's participant.
fn order<'a>(to: &Person, key: &'a str) -> TestOrder<'a> {
    TestOrder {
        variant: 1,
        to: to.phone(),
        media: None,
        key,
        by: "admin",
    }
}

async fn tests_in_log(town: &Town) -> Vec<Item> {
    let mut rows = town.items("notifications_log").await;
    rows.retain(|row| word(row, "type") == Some("test"));
    rows
}

async fn id_of(town: &Town, person: &Person) -> ParticipantId {
    let item = town.participant(person).await.expect("a participant");
    word(&item, "id").unwrap().parse().unwrap()
}

fn stopped() -> Control {
    Control {
        all_stopped: true,
        ..Control::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_arrives_at_the_team_as_it_was_looked_at_and_leaves_nothing_behind() {
    let town = Town::open_at("12:00").await;
    let app = &town.cloud.app;
    let admin = Person::nth(7_000);
    let text = "Halo {sapaan} {name} dari {city}, {topic}: {site_host}/ref={referral_code}";
    let mut new = draft("broadcast/promo", &["lain", text]);
    new.vars
        .insert(Placeholder::Topic, "modal usaha".to_owned());
    let picture = "6f0d2f6455a44ad48f4c54a1c66e61f1.png";
    let once = TestOrder {
        variant: 2,
        media: Some(picture.parse().unwrap()),
        ..order(&admin, "once")
    };
    save_control(app, &stopped()).await.unwrap();
    let row = send_test(app, &new, once).await.unwrap();
    // The same order again is the same message.
    assert_eq!(send_test(app, &new, once).await.unwrap(), row);

    let expected = format!(
        "Halo Bapak Budi Santoso dari Bogor, modal usaha: www.webdonasi.com/ref={}",
        admin.phone
    );
    let secrets = [
        Secret::phone(&admin.phone()),
        Secret::text("the text", "modal usaha"),
    ];
    let waiting = tests_in_log(&town).await;
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].contains_key("letter"), "it waits with its text");
    let leaks = found(&town.places().await, &secrets);
    assert!(leaks.is_empty(), "{leaks:?}");
    town.advance(120).await;
    assert_eq!(town.chat(&admin).await.len(), 0);

    save_control(app, &Control::default()).await.unwrap();
    town.advance(30).await;
    let chat = town.chat(&admin).await;
    assert_eq!(chat.len(), 1);
    assert_eq!(chat[0].text, expected);
    let message = town.get("/simulator/messages").await.json();
    assert_eq!(
        message["items"][0]["media_url"].as_str(),
        Some(&*format!("https://www.webdonasi.com/media/{picture}"))
    );
    let rows = tests_in_log(&town).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(state(&rows[0]), "sent/accepted");
    assert!(!rows[0].contains_key("letter") && !rows[0].contains_key("salt"));
    assert!(rows[0].contains_key("number_id"));
    let leaks = found(&town.places().await, &secrets);
    assert!(leaks.is_empty(), "{leaks:?}");
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_keep_the_pace_and_are_no_participants() {
    let town = Town::open_at("12:00").await;
    let app = &town.cloud.app;
    let team: Vec<Person> = (7_000..7_012).map(Person::nth).collect();
    for (n, one) in team.iter().enumerate() {
        let key = n.to_string();
        // The shipped text, with whatever is known now.
        send_test(app, &draft("welcome", &[]), order(one, &key))
            .await
            .unwrap();
    }
    town.advance(60).await;
    for one in &team {
        assert_eq!(town.chat(one).await.len(), 1);
    }
    assert!(town.items("participants").await.is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_counts_before_and_after_the_order_and_a_test_is_of_use_for_an_hour() {
    let town = Town::open_at("12:00").await;
    let app = &town.cloud.app;
    let (before, after, late) = (Person::nth(1), Person::nth(2), Person::nth(3));
    let new = draft("test", &[]);
    town.stop(&before).await;
    let refused = send_test(app, &new, order(&before, "1")).await;
    assert!(matches!(refused, Err(DraftError::Stopped)), "{refused:?}");
    assert!(tests_in_log(&town).await.is_empty());

    save_control(app, &stopped()).await.unwrap();
    send_test(app, &new, order(&after, "2")).await.unwrap();
    town.stop(&after).await;
    save_control(app, &Control::default()).await.unwrap();
    town.advance(60).await;
    let rows = tests_in_log(&town).await;
    assert_eq!(state(&rows[0]), "failed/suppressed");
    assert!(!rows[0].contains_key("letter"));

    save_control(app, &stopped()).await.unwrap();
    send_test(app, &new, order(&late, "3")).await.unwrap();
    town.advance(3_700).await;
    save_control(app, &Control::default()).await.unwrap();
    town.advance(120).await;
    assert_eq!(town.all_messages().await.len(), 0);
    assert_eq!(town.count_rows("test", "failed", "expired").await, 1);
    let rows = tests_in_log(&town).await;
    assert!(rows.iter().all(|row| !row.contains_key("letter")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_said_and_nobody_writes_to_hundreds_with_tests() {
    let town = Town::open_at("12:00").await;
    let app = &town.cloud.app;
    let admin = Person::nth(7_000);
    for (name, variants, variant, said) in [
        (
            "broadcast/promo",
            &["Halo {nama}"][..],
            1,
            "Variasi 1: Baris 1, huruf ke-6: {nama} tidak dikenal. Maksud Anda {name}?",
        ),
        (
            "broadcast/promo",
            &["{topic}"],
            1,
            "Baris 1 tidak ikut terkirim karena {topic} kosong.\n\
             Tidak ada yang terkirim: semua baris kosong.",
        ),
        ("broadcast/promo", &["Halo"], 2, "Tidak ada variasi ke-2."),
        ("broadcast/promo", &["Halo"], 0, "Tidak ada variasi ke-0."),
        ("broadcast/promo", &[], 1, "Template ini belum punya teks."),
    ] {
        let new = draft(name, variants);
        let order = TestOrder {
            variant,
            ..order(&admin, "wrong")
        };
        let error = send_test(app, &new, order).await.unwrap_err();
        assert_eq!(error.message(&new.name).as_deref(), Some(said));
    }
    let new = draft("test", &[]);
    for n in 0..MOST_AN_HOUR {
        let key = n.to_string();
        send_test(app, &new, order(&Person::nth(n), &key))
            .await
            .unwrap();
    }
    let one_more = send_test(app, &new, order(&Person::nth(100), "more")).await;
    assert!(matches!(one_more, Err(DraftError::TooMany)), "{one_more:?}");
    assert_eq!(tests_in_log(&town).await.len(), 30);
    town.advance(3_600).await;
    send_test(app, &new, order(&Person::nth(100), "more"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_the_participant_would_read_and_no_number_to_a_viewer() {
    let town = Town::open_on("2026-11-27 10:00").await;
    let app = &town.cloud.app;
    let siti = Person::nth(1).named("Siti Aminah").keeping_to_themselves();
    town.populate(std::slice::from_ref(&siti), None).await;
    let who = id_of(&town, &siti).await;
    let text = "{name} dari {city}: {site_host}/ref={referral_code}, {event_date_time}";
    let shown = preview_for(app, &draft("welcome", &[text]), who, false).await;
    let shown = &shown.unwrap()[0];
    assert_eq!(
        shown.text,
        format!(
            "Siti Aminah dari Bogor: www.webdonasi.com/ref={}, ",
            siti.phone
        )
    );
    let warnings: Vec<String> = shown.warnings.iter().map(|one| one.message()).collect();
    assert_eq!(
        warnings,
        [
            "Baris 1: {event_date_time} kosong untuk penerima ini.",
            "Belum ada cara berhenti. Tambahkan baris: Balas STOP untuk berhenti."
        ]
    );

    town.plan_event("Sosialisasi", "2026-11-29 19:30").await;
    town.advance(15).await;
    let read = async |name: &str, variants: &[&str], masked: bool| {
        let shown = preview_for(app, &draft(name, variants), who, masked).await;
        shown.unwrap().remove(0).text
    };
    let text = "{referral_code} {event_date_time} {time_left} {zoom_link}";
    let seen = read("reminder", &[text], true).await;
    let masked = siti.phone().masked();
    // Nobody's click is noted by opening it.
    let link = "https://www.webdonasi.com/j/contoh";
    assert_eq!(
        seen,
        format!("{masked} Minggu, 29 November 2026, 19.30 WIB 1 jam {link}")
    );
    assert_eq!(town.open_link("/j/contoh").await.status, 404);
    let alert = "{name} {phone} {referrer_sequence} {referrer_total}";
    // Without consent her referrer sees no more either.
    let seen = read("referrer_alert", &[alert], false).await;
    assert_eq!(seen, format!("Siti A. {masked} 1 1"));
    let seen = read("referrer_alert_group", &["{count}\n{list}"], false).await;
    assert_eq!(seen, "1\n1. Siti A.");

    // What is active is shown where nothing else is asked for, whatever its kind.
    save_template(app, "welcome", vec!["Selamat datang, {name}".to_owned()])
        .await
        .unwrap();
    assert_eq!(
        read("welcome", &[], false).await,
        "Selamat datang, Siti Aminah"
    );
    for name in TemplateName::all_shipped() {
        let text = read(&name.to_string(), &[], true).await;
        assert!(!text.trim().is_empty(), "{name}");
        let leaks = found(
            &[tests::leak::Place::new(name.to_string(), text.as_bytes())],
            &[Secret::phone(&siti.phone())],
        );
        assert!(leaks.is_empty(), "{leaks:?}");
    }
    let opaque = Settings {
        referral_code_style: CodeStyle::Opaque,
        ..Settings::default()
    };
    save_settings(app, &opaque).await.unwrap();
    let code = read("welcome", &["{referral_code}"], true).await;
    assert_eq!(code, town.opaque_code_of(&siti).await);
    let nobody = ParticipantId(uuid::Uuid::from_u128(1));
    let refused = preview_for(app, &draft("welcome", &[]), nobody, false).await;
    assert!(matches!(refused, Err(DraftError::NoParticipant)));
    assert_eq!(town.all_messages().await.len(), 0);
}
