//! What stands in the chats, to the letter.

use app::settings::{SaveTemplateError, save_settings, save_template};
use domain::settings::{AlertPhone, Settings};
use domain::template::TemplateName;
use tests::{Person, Town, figure};

async fn plan(town: &Town, title: &str, start: &str) {
    town.plan_event(title, start).await;
}

async fn set(town: &Town, settings: Settings) {
    save_settings(&town.cloud.app, &settings)
        .await
        .expect("saved");
    // Caches of warm functions are ten seconds old at most.
    town.advance(11).await;
}

/// Registers and waits until the messages it causes have arrived.
async fn registers(town: &Town, person: &Person) {
    town.all_register(std::slice::from_ref(person)).await;
    town.advance(30).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_names_the_next_session_and_the_video() {
    let town = Town::open_on("2026-11-24 10:00").await;
    plan(
        &town,
        "Sosialisasi Program Socialpreneur",
        "2026-11-29T12:30:00Z",
    )
    .await;
    plan(&town, "Sesi Lanjutan", "2026-12-06T12:30:00Z").await;
    let settings = Settings {
        link_video: Some("https://youtu.be/contoh".to_owned()),
        ..Settings::default()
    };
    set(&town, settings).await;
    let person = Person {
        sapaan: "Ibu".to_owned(),
        ..Person::nth(1).named("Siti Aminah")
    };
    registers(&town, &person).await;
    assert_eq!(
        town.chat(&person).await[0].text,
        "Halo Ibu Siti Aminah! 👋\n\
         Terima kasih sudah mendaftar Sosialisasi Program Socialpreneur.\n\n\
         📌 Jadwal: Sosialisasi Program Socialpreneur – Minggu, 29 November 2026, 19.30 WIB\n\
         🎥 Video pengantar: https://youtu.be/contoh\n\
         🔗 Link referral Anda: www.webdonasi.com/ref=081210000001\n\n\
         Bagikan link ini ke teman Anda agar mereka juga bisa ikut sosialisasi!\n\
         Balas STOP untuk berhenti."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_that_waited_past_a_session_names_the_one_after_it() {
    let town = Town::open_on("2026-11-29 19:00").await;
    plan(&town, "Sesi Pertama", "2026-11-29T12:30:00Z").await;
    plan(&town, "Sesi Kedua", "2026-12-06T12:30:00Z").await;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        let app = &town.cloud.app;
        app::numbers::set_paused(app, id, true)
            .await
            .expect("known");
    }
    let person = Person::nth(1);
    registers(&town, &person).await;
    town.advance_to("08:00").await;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        let app = &town.cloud.app;
        app::numbers::set_paused(app, id, false)
            .await
            .expect("known");
    }
    town.advance_to("09:02").await;
    // The follow-up of the first session may come at nine too, by another number.
    let chat = town.chat(&person).await;
    let session = "📌 Jadwal: Sesi Kedua – Minggu, 6 Desember 2026, 19.30 WIB\n";
    let welcomes = chat.iter().filter(|m| m.text.contains(session));
    assert_eq!(welcomes.count(), 1, "{chat:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_an_admin_saved_are_used_all_of_them_and_the_row_names_the_version() {
    let town = Town::open_at("10:00").await;
    let app = &town.cloud.app;
    let texts = [
        "Hai {name}, link: {referral_code}",
        "Halo {name} dari {city}",
    ];
    let variants = texts.map(str::to_owned).to_vec();
    let first = save_template(app, "welcome", vec!["Lama".to_owned()]).await;
    assert_eq!(first.expect("saved"), 1);
    assert_eq!(
        save_template(app, "welcome", variants)
            .await
            .expect("saved"),
        2
    );
    let people: Vec<Person> = (1..=40).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(200).await;
    let mut used = [0, 0];
    for person in &people {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1);
        let expected = [
            format!("Hai Budi Santoso, link: {}", person.phone),
            "Halo Budi Santoso dari Bogor".to_owned(),
        ];
        let variant = expected.iter().position(|text| *text == chat[0].text);
        used[variant.expect("one of the two texts")] += 1;
        let row = &town.log_of(person, "welcome").await[0];
        assert_eq!(figure(row, "template_version"), Some(2));
    }
    assert!(used.iter().all(|times| *times > 0), "both: {used:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_a_mistake_is_refused_with_its_place_and_the_old_one_stays() {
    let town = Town::open_at("10:00").await;
    let app = &town.cloud.app;
    let good = "Halo {name}".to_owned();
    let bad = "Halo {name}\nLink: {link_vidoe}".to_owned();
    let error = save_template(app, "welcome", vec![good.clone(), bad])
        .await
        .expect_err("refused");
    let SaveTemplateError::Texts(errors) = error else {
        panic!("not about a text: {error}");
    };
    let welcome = TemplateName::parse("welcome").expect("a name");
    let messages: Vec<(usize, String)> = errors.messages(&welcome).collect();
    assert_eq!(
        messages,
        [(
            2,
            "Baris 2, huruf ke-7: {link_vidoe} tidak dikenal. Maksud Anda {link_video}?".to_owned()
        )]
    );
    assert!(matches!(
        save_template(app, "welcome", vec![]).await,
        Err(SaveTemplateError::Texts(_))
    ));
    assert!(matches!(
        save_template(app, "wellcome", vec![good]).await,
        Err(SaveTemplateError::UnknownName(_))
    ));
    let person = Person::nth(1);
    registers(&town, &person).await;
    let text = &town.chat(&person).await[0].text;
    assert!(text.starts_with("Halo Bapak Budi Santoso! 👋\n"), "{text}");
}

const MASKED: &str = "Halo! 🎉\n\
    Ada peserta baru yang mendaftar lewat link Anda.\n\n\
    Nama      : Siti A.\n\
    No WA     : 0812••••0001\n\
    Urutan    : Peserta ke-1\n\
    Total yg sudah Anda undang: 1\n\n\
    Lihat di dashboard untuk detail selengkapnya.";

const FULL: &str = "Halo! 🎉\n\
    Ada peserta baru yang mendaftar lewat link Anda.\n\n\
    Nama      : Siti Aminah\n\
    Kota      : Bogor\n\
    Profesi   : Guru\n\
    No WA     : 081210000001\n\
    Urutan    : Peserta ke-1\n\
    Total yg sudah Anda undang: 1\n\n\
    Lihat di dashboard untuk detail selengkapnya.";

/// The alert about somebody who agreed, or did not, under this setting.
async fn alert_about(share: bool, alert_phone: AlertPhone) -> String {
    let town = Town::open_at("10:00").await;
    let settings = Settings {
        alert_phone,
        ..Settings::default()
    };
    set(&town, settings).await;
    let referrer = Person::nth(0);
    registers(&town, &referrer).await;
    let visitor = Person {
        share,
        ..Person::nth(1).named("Siti Aminah").invited_by(&referrer)
    };
    registers(&town, &visitor).await;
    let chat = town.chat(&referrer).await;
    assert_eq!(chat.len(), 2);
    chat[1].text.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referrer_sees_what_the_new_participant_agreed_to() {
    assert_eq!(alert_about(true, AlertPhone::ByConsent).await, FULL);
    assert_eq!(alert_about(false, AlertPhone::ByConsent).await, MASKED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_for_alerts_overrides_what_was_agreed() {
    assert_eq!(alert_about(false, AlertPhone::Full).await, FULL);
    assert_eq!(alert_about(true, AlertPhone::Masked).await, MASKED);
}
