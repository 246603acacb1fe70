//! A visitor registers through a link, and both messages arrive.

use std::time::{Duration, Instant};

use tests::{Person, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_registers_through_a_link_and_both_messages_arrive_within_ten_seconds() {
    let town = Town::open_at("12:00").await;
    let referrer = Person {
        phone: "081562726272".into(),
        ..Person::nth(0)
    };
    assert_eq!(town.register(&referrer).await.status, 201);

    let page = town.get("/ref=081562726272").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<form"));

    let visitor = Person::nth(1).named("Siti Aminah").invited_by(&referrer);
    let began = Instant::now();
    let answer = town.register(&visitor).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let body = answer.json();
    assert!(
        body["redirect_url"]
            .as_str()
            .unwrap()
            .starts_with("https://wa.me/6281100000000?text=Halo%20Admin,%20")
    );
    assert_eq!(
        body["referral_link"],
        "https://www.webdonasi.com/ref=081210000001"
    );

    while town.chat(&visitor).await.is_empty() || town.chat(&referrer).await.len() < 2 {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "not within ten seconds: {:?}",
            town.rows().await
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let welcome = town.chat(&visitor).await;
    assert_eq!(
        welcome[0].text,
        "Halo Bapak Siti Aminah! 👋\n\
         Terima kasih sudah mendaftar Sosialisasi Program Socialpreneur.\n\n\
         🔗 Link referral Anda: www.webdonasi.com/ref=081210000001\n\n\
         Bagikan link ini ke teman Anda agar mereka juga bisa ikut sosialisasi!\n\
         Balas STOP untuk berhenti."
    );
    // Different numbers carry welcome and alert: no order is promised.
    let chat = town.chat(&referrer).await;
    let alert = chat
        .iter()
        .find(|message| message.text.starts_with("Halo! 🎉"));
    assert_eq!(
        alert.expect("an alert").text,
        "Halo! 🎉\n\
         Ada peserta baru yang mendaftar lewat link Anda.\n\n\
         Nama      : Siti Aminah\n\
         Kota      : Bogor\n\
         Profesi   : Guru\n\
         No WA     : 081210000001\n\
         Urutan    : Peserta ke-1\n\
         Total yg sudah Anda undang: 1\n\n\
         Lihat di dashboard untuk detail selengkapnya."
    );
    town.check_invariants();
}
