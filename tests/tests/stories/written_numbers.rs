//! Every way in which people write a number: the right E.164 number, or a refusal that says what
//! to correct.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Person, Town};

const SAME: &str = "+6281234567890";

/// The list of facts about Indonesian numbers, and what copying brings along.
const WRITINGS: [&str; 36] = [
    "081234567890",
    "0812-3456-7890",
    "0812.3456.7890",
    "0812_3456_7890",
    "0812 3456 7890",
    "(0812) 3456 7890",
    "+6281234567890",
    "+62 812 3456 7890",
    "+62-812-3456-7890",
    "+62 (0)812 3456 7890",
    "(+62) 812-3456-7890",
    "6281234567890",
    "62 812 3456 7890",
    "62 0812 3456 7890",
    "62081234567890",
    "81234567890",
    "812 3456 7890",
    "006281234567890",
    "00 62 812 3456 7890",
    "０８１２３４５６７８９０",
    "＋６２ ８１２ ３４５６ ７８９０",
    "٠٨١٢٣٤٥٦٧٨٩٠",
    "۰۸۱۲۳۴۵۶۷۸۹۰",
    "0812\u{a0}3456\u{202f}7890",
    "0812\u{200b}3456\u{200d}7890",
    "\u{202a}+62 812-3456-7890\u{202c}",
    "\u{2068}0812 3456 7890\u{2069}",
    "\u{feff}081234567890",
    "0812–3456–7890",
    "0812—3456−7890",
    "wa.me/6281234567890",
    "https://wa.me/6281234567890?text=Halo",
    "tel:+6281234567890",
    "tel:0812-3456-7890",
    " 081234567890 ",
    "081234567890,",
];

/// Lengths, and numbers that a phone library mistakes for landlines.
const OTHERS: [(&str, &str); 8] = [
    ("0812345678", "+62812345678"),
    ("62812345678", "+62812345678"),
    ("62 812 345 678", "+62812345678"),
    ("812345678", "+62812345678"),
    ("0812345678901", "+62812345678901"),
    ("62812345678901", "+62812345678901"),
    ("0899-9999-9999", "+6289999999999"),
    ("0868 1234 567", "+628681234567"),
];

const LETTERS: &str = "Tulis nomor dengan angka saja. Ada huruf di dalamnya.";
const SYMBOL: &str = "Tulis nomor dengan angka saja. Ada tanda yang tidak dikenal.";
const SEVERAL: &str = "Isi satu nomor saja.";
const EXTENSION: &str = "Isi nomor WhatsApp tanpa nomor ekstensi.";
const REPEATED: &str = "Awalan nomor tertulis dua kali. Contoh: 0812… atau +62 812….";
const LANDLINE: &str =
    "Ini nomor telepon rumah atau kantor. Isi nomor HP yang diawali 08 atau +62 8.";
const FOREIGN: &str = "Ini nomor luar negeri. Isi nomor HP Indonesia yang diawali 08 atau +62 8.";
const NOT_MOBILE: &str = "Nomor HP Indonesia diawali 08 atau +62 8. Periksa awal nomornya.";
const TOO_SHORT: &str = "Nomor kurang panjang. Periksa lagi.";
const TOO_LONG: &str = "Nomor terlalu panjang. Periksa lagi.";
const EMPTY: &str = "Isi nomor WhatsApp Anda.";

const REFUSED: [(&str, &str); 34] = [
    ("", EMPTY),
    (" \u{200b}", EMPTY),
    ("+", EMPTY),
    ("O81234567890", LETTERS),
    ("08l234567890", LETTERS),
    ("0812 (Budi)", LETTERS),
    ("0812 3456 7890 (Budi)", LETTERS),
    ("081234567890 atau 081234567891", LETTERS),
    ("=081234567890", SYMBOL),
    ("081234567890\u{0}", SYMBOL),
    ("0812 3456 7890 😀", SYMBOL),
    ("081234567890 081234567891", SEVERAL),
    ("081234567890/081234567891", SEVERAL),
    ("081234567890, 081234567891", SEVERAL),
    ("+6281234567890+6281234567891", SEVERAL),
    ("081234567890 ext 12", EXTENSION),
    ("081234567890#12", EXTENSION),
    ("6262812345678", REPEATED),
    ("+62 6281234567890", REPEATED),
    ("06281234567890", REPEATED),
    ("021-5551234", LANDLINE),
    ("(022) 4201234", LANDLINE),
    ("0274 512345", LANDLINE),
    ("+62 21 5551234", LANDLINE),
    ("+1 415 555 2671", FOREIGN),
    ("+65 8123 4567", FOREIGN),
    ("0060 12 345 6789", FOREIGN),
    ("0801234567", NOT_MOBILE),
    ("0841234567890", NOT_MOBILE),
    ("60123456789", NOT_MOBILE),
    ("0812_3456", TOO_SHORT),
    ("6281234567", TOO_SHORT),
    ("08123456789012", TOO_LONG),
    ("628123456789012", TOO_LONG),
];

fn writing(phone: &str) -> Person {
    Person {
        phone: phone.to_owned(),
        ..Person::nth(1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_writing_of_a_number_is_the_same_person_and_one_chat() {
    let town = Town::open_at("12:00").await;
    for phone in WRITINGS {
        let answer = town.register(&writing(phone)).await;
        assert_eq!(answer.status, 201, "{phone:?}: {}", answer.text);
        let link = "https://www.webdonasi.com/ref=081234567890";
        assert_eq!(answer.json()["referral_link"], link, "{phone:?}");
    }
    assert_eq!(town.participants().await.len(), 1);
    assert_eq!(town.rows().await.len(), 1, "{:?}", town.rows().await);
    settled(&town, 1).await;
    assert_eq!(town.cloud.simulator.received()[0].to.as_str(), SAME);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_welcome_goes_to_exactly_the_number_that_was_written() {
    let town = Town::open_at("12:00").await;
    let mut expected: Vec<&str> = Vec::new();
    for (phone, e164) in OTHERS {
        let answer = town.register(&writing(phone)).await;
        assert_eq!(answer.status, 201, "{phone:?}: {}", answer.text);
        if !expected.contains(&e164) {
            expected.push(e164);
        }
    }
    settled(&town, expected.len()).await;
    let received = town.cloud.simulator.received();
    let mut to: Vec<_> = received.iter().map(|m| m.to.as_str().to_owned()).collect();
    to.sort();
    expected.sort_unstable();
    assert_eq!(to, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_one_mobile_number_is_refused_with_the_right_sentence() {
    let town = Town::open().await;
    for (phone, sentence) in REFUSED {
        let json = town.register(&writing(phone)).await;
        assert_eq!(json.status, 422, "{phone:?}: {}", json.text);
        assert_eq!(
            json!(json.errors()),
            json!({ "phone": sentence }),
            "{phone:?}"
        );
        let form = town.registration().form(&writing(phone).form());
        let page = town.send(form).await;
        assert_eq!(page.status, 422, "{phone:?}");
        assert!(page.text.contains(&format!(">{sentence}<")), "{phone:?}");
    }
    town.assert_nothing_stored().await;
}

/// Plays on until so many messages have arrived and no more are under way.
async fn settled(town: &Town, messages: usize) {
    let began = Instant::now();
    while town.cloud.simulator.received().len() < messages {
        assert!(began.elapsed() < Duration::from_secs(20), "too few arrived");
        town.advance(30).await;
    }
    town.advance(120).await;
    assert_eq!(town.cloud.simulator.received().len(), messages);
    town.check_invariants();
}
