#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod properties;

use super::super::{Request, Wording};

fn request(text: &str) -> Request {
    Wording::new(text).request()
}

fn all_are(expected: Request, texts: &[&str]) {
    let wrong: Vec<_> = texts
        .iter()
        .map(|text| (*text, request(text)))
        .filter(|(_, read)| *read != expected)
        .collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

const STOP: &[&str] = &[
    "stop",
    "STOP.",
    "🛑 stop",
    "Stop!!!",
    "stop?",
    "*STOP*",
    "_~stop~_",
    "“STOP”",
    "'stop'",
    "stoppp",
    "STOOOOP",
    "S T O P",
    "s.t.o.p",
    "S-T-O-P-P ya",
    "st0p",
    "setop",
    "sotp",
    "ＳＴＯＰ",
    "𝗦𝗧𝗢𝗣",
    "𝓼𝓽𝓸𝓹",
    "Ⓢⓣⓞⓟ",
    "🆂🆃🅾🅿",
    "🅢🅣🅞🅟",
    "S\u{336}T\u{336}O\u{336}P\u{336}",
    "S\u{20E3}T\u{20E3}O\u{20E3}P\u{20E3}",
    "s\u{200B}t\u{200D}o\u{AD}p\u{FE0F}",
    "stop™️",
    "1️⃣ stop",
    "stop 🅿️",
    "🅾️🅱️ stop Ⓜ️",
    "🇮🇩 stop",
    "stop stop stop",
    "stop, berhenti",
    "stop ya",
    "stop ya kak",
    "stop kak",
    "ya stop",
    "ok stop aja deh",
    "tolong stop",
    "Tolong dong min, stop ya 🙏",
    "mohon berhenti",
    "Halo admin, stop ya",
    "Assalamu'alaikum, mohon stop. Terima kasih.",
    "please stop",
    "stop please",
    "stop sekarang",
    "stop dulu ya",
    "stop lagi",
    "maaf stop ya pak",
    "stop\nterima kasih",
    "Stop Socialpreneur",
    "saya stop",
    "saya mau stop",
    "saya mau berhenti ya kak",
    "minta stop",
    "berhenti",
    "Berhenti.",
    "brenti dong",
    "Berhenti kirim pesan",
    "berhenti mengirim pesan ke nomor saya",
    "tolong berhenti kirim pesan ke saya lagi ya",
    "hentikan pesan ini",
    "berhenti berlangganan",
    "saya mau berhenti ikut program ini",
    "stop broadcast",
    "stop wa",
    "stop promosi",
    "stop kirim link",
    "stop sending me messages",
    "jangan kirim lagi",
    "jangan kirim pesan lagi",
    "jangan kirim pesan",
    "jgn wa saya lagi",
    "jangan hubungi saya",
    "jangan hubungi saya lagi",
    "jangan lagi hubungi saya",
    "jangan ganggu",
    "jangan kontak saya lagi",
    "jangan spam",
    "dont text me",
    "tidak usah kirim pesan lagi",
    "gak usah wa lagi",
    "saya tidak mau terima pesan lagi",
    "saya ga mau dihubungi lagi",
    "mohon untuk tidak mengirim pesan lagi",
    "tolong tidak menghubungi saya lagi",
    "stop jangan kirim pesan lagi",
    "unsubscribe",
    "Unsubcribe",
    "un-subscribe",
    "unsub",
    "UNREG",
    "opt-out",
    "STOPALL",
    "keluar",
    "KELUAR!",
    "hapus nomor saya",
    "tolong hapus no saya dari daftar",
    "hapus data saya",
    "keluarkan saya dari program ini",
    "saya tidak pernah daftar",
    "saya gak pernah mendaftar program ini",
    "bukan saya yang daftar",
];

const OTHER: &[&str] = &[
    "",
    " ",
    "🛑",
    "🙏🙏",
    "...",
    "ok",
    "ya",
    "terima kasih",
    "jangan stop ya",
    "jangan stop dulu",
    "jangan berhenti kirim pesan",
    "tidak stop",
    "tidak mau stop",
    "belum berhenti",
    "stop kontak",
    "stop kontak rusak?",
    "kapan berhenti?",
    "bisa stop?",
    "kenapa stop",
    "saya tidak bisa stop merokok",
    "saya mau berhenti merokok",
    "saya berhenti kerja",
    "lagi berhenti",
    "nonstop",
    "non-stop",
    "bus stop",
    "stopwatch",
    "stopkontak",
    "stopnya di mana",
    "pemberhentian",
    "unsubscribed",
    "halte bus, berhenti di sana",
    "apakah STOP itu untuk berhenti?",
    "Balas STOP untuk berhenti.",
    "cukup",
    "lagi keluar",
    "keluar dulu ya",
    "saya keluar",
    "keluar kota",
    "jangan",
    "jangan lagi",
    "jangan kirim",
    "jangan kirim dulu",
    "jangan kirim nomor saya",
    "jangan kirim nomor saya lagi",
    "jangan kirim link saya",
    "jangan lupa kirim pesan lagi",
    "jangan wa saya malam malam",
    "jangan chat dulu, lagi rapat",
    "WA saya tidak mau kirim pesan lagi",
    "tidak mau kirim pesan lagi",
    "saya tidak menerima pesan lagi",
    "tidak usah",
    "batal",
    "stop 1",
    "stop123",
    "saya salah nomor",
    "salah nomor saya",
    "nomor saya salah",
    "salah",
    "salah kirim",
    "salah nomor, yang benar 081100000001",
    "ini bukan nomor Budi",
    "bukan nomor saya",
    "Halo Admin, saya sudah daftar Program Socialpreneur. Nama saya Budi.",
    "linkedin",
    "link saya rusak",
    "link tidak bisa dibuka",
    "makasih linknya",
    "terima kasih link nya kak",
    "penjadwalan",
    "jadwal saya berubah",
    "acara apa ini",
    "kapan",
    "siapa ini",
];

#[test]
fn a_whole_message_that_asks_to_stop_is_a_stop() {
    all_are(Request::Stop, STOP);
}

#[test]
fn whatever_only_contains_the_word_or_could_mean_something_else_is_not() {
    all_are(Request::Other, OTHER);
}

#[test]
fn a_wrong_number_is_told_from_a_stop_and_includes_it() {
    all_are(
        Request::WrongNumber,
        &[
            "SALAH NOMOR",
            "salah nomor",
            "salah nomor!!",
            "salahhh nomorrr",
            "salah nomer pak",
            "salah no",
            "salah nomor hp",
            "maaf salah nomor",
            "maaf, anda salah nomor ya",
            "Sepertinya Anda salah nomor 🙏",
            "salah sambung",
            "maaf kak salah sambung, terima kasih",
            "salah orang",
            "nomor salah",
            "ini nomor salah",
            "Maaf nomor ini salah",
            "wrong number",
            "sorry, wrong number",
            "salah nomor, stop",
            "stop, salah nomor",
            "stop. ini salah nomor. jangan hubungi saya lagi",
            "salah nomor, saya bukan Budi",
            "maaf salah nomor kak, ini bukan pak Budi Santoso",
        ],
    );
}

#[test]
fn link_and_schedule_may_be_asked_for_in_a_few_words() {
    all_are(
        Request::Link,
        &[
            "LINK",
            "link",
            "Link?",
            "link saya",
            "linknya dong kak",
            "minta link",
            "minta link saya ya min",
            "kirim link lagi",
            "mana link saya",
            "link referral",
            "link referal saya apa",
            "link refferal",
            "halo kak, minta link undangan",
            "tautan saya",
            "link 🔗 terima kasih",
        ],
    );
    all_are(
        Request::Schedule,
        &[
            "JADWAL",
            "jadwal",
            "jadwalnya kak",
            "jadwal zoom",
            "minta jadwal zoom minggu ini",
            "info jadwal",
            "kapan zoom?",
            "zoom kapan ya",
            "zoom jam berapa kak",
            "kapan acaranya",
            "minta link zoom",
            "jadwal acara berikutnya",
            "zoom",
        ],
    );
}

#[test]
fn a_long_text_is_no_request_but_many_exclamation_marks_are_one() {
    assert_eq!(request(&format!("stop{}", "!".repeat(600))), Request::Stop);
    assert_eq!(request(&format!("st{}p", "O".repeat(600))), Request::Stop);
    assert_eq!(
        request(&format!("stop{}", " ".repeat(10_000))),
        Request::Other
    );
    assert_eq!(request(&"stop ".repeat(199)), Request::Stop);
    assert_eq!(request(&"stop ".repeat(13_000)), Request::Other);
}
