//! The listed words by what they do in a request, and the fixed phrases.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::Request;
use super::fold::once;

/// To stop.
pub(super) const STOP: u32 = 1;
/// May stand before a request and between its words: politeness, names for the reader.
pub(super) const LEAD: u32 = 1 << 1;
/// May stand after a request.
pub(super) const TRAIL: u32 = 1 << 2;
/// The writer.
pub(super) const ME: u32 = 1 << 3;
/// To want.
pub(super) const WANT: u32 = 1 << 4;
/// Forbids.
pub(super) const NOT: u32 = 1 << 5;
/// Negates.
pub(super) const NO: u32 = 1 << 6;
/// To need, after [`NO`].
pub(super) const NEED: u32 = 1 << 7;
/// Begs: with [`NO`] it forbids.
pub(super) const PLEAD: u32 = 1 << 8;
/// To send.
pub(super) const SEND: u32 = 1 << 9;
/// To write to somebody.
pub(super) const CONTACT: u32 = 1 << 10;
/// To molest somebody: forbidden, it needs no object. `kontak` is no word for writing elsewhere: a
/// “stop kontak” is a socket.
pub(super) const BOTHER: u32 = 1 << 11;
/// To get.
pub(super) const RECEIVE: u32 = 1 << 12;
/// What is sent.
pub(super) const MESSAGE: u32 = 1 << 13;
/// What else can be sent, or sent to.
pub(super) const THING: u32 = 1 << 14;
/// Joins words.
pub(super) const LINKING: u32 = 1 << 15;
/// Again, no more.
pub(super) const AGAIN: u32 = 1 << 16;
/// Before “salah nomor”.
pub(super) const HEDGE: u32 = 1 << 17;
/// The referral link.
pub(super) const LINK: u32 = 1 << 18;
/// May stand beside it.
pub(super) const AROUND_LINK: u32 = 1 << 19;
/// The schedule.
pub(super) const SCHEDULE: u32 = 1 << 20;
/// The session.
pub(super) const SESSION: u32 = 1 << 21;
/// Asks for its time or its address.
pub(super) const WHEN: u32 = 1 << 22;
/// May stand beside these.
pub(super) const AROUND_SCHEDULE: u32 = 1 << 23;
/// Greets. Only at the head: “jangan WA saya malam” is about the hour.
pub(super) const GREET: u32 = 1 << 24;

/// Words by class. A word may have several.
const WORDS: [(u32, &str); 25] = [
    (
        STOP,
        "stop setop stp sotp stpo tsop st0p stopall distop stopkan stopin berhenti berhentilah \
         berhentikan berenti brenti brhenti berhnti hentikan dihentikan unsubscribe unsubcribe \
         unsuscribe unsub unsubs unreg unregister optout",
    ),
    (
        LEAD,
        "kak kakak kk ka min mimin admin pak bapak bpk pa bu ibu buk bun bunda mas mbak mba mb \
         bang abang bro sis gan om tante tim team tolong tlg tolonglah mohon mhn please pls plis plz \
         harap maaf maap mf sorry sori permisi sekarang dong donk ya iya y yah ok oke okay baik baiklah dan socialpreneur",
    ),
    (
        GREET,
        "halo hallo hai hi hey hello assalamualaikum asalamualaikum aslm wr wb selamat pagi siang \
         sore malam",
    ),
    (
        TRAIL,
        "ya iya y yah yak dong donk deh dah aja aj saja sj lagi lg sekarang skrg skg dulu dl segera \
         nih ni sih lah thanks thank you thx tks terima kasih trims terimakasih trimakasih makasih \
         makasi mksh tq ty total permanen selamanya semua semuanya it all now",
    ),
    (ME, "saya sy aku ak gue gw kami kita me"),
    (WANT, "mau mo ingin pengen pingin minta hendak bersedia"),
    (NOT, "jangan jgn jngn jangn janganlah dont"),
    (NO, "tidak tdk tak gak ga gk nggak ngga enggak engga ndak"),
    (NEED, "usah perlu"),
    (PLEAD, "mohon mhn tolong tlg harap"),
    (
        SEND,
        "kirim kirimi kirimin kirimkan ngirim ngirimin mengirim mengirimi mengirimkan krm send sending",
    ),
    (
        CONTACT,
        "hubungi menghubungi hub chat wa whatsapp sms telepon telpon telp contact messaging message text \
         texting ganggu mengganggu",
    ),
    (BOTHER, "spam nyepam ganggu mengganggu kontak mengontak"),
    (
        RECEIVE,
        "terima menerima nerima dapat dpt mendapat mendapatkan dihubungi dikirim dikirimi dikirimin \
         dichat",
    ),
    (
        MESSAGE,
        "pesan pesannya message messages wa whatsapp wasap chat sms broadcast brodcast bc promosi \
         promo iklan spam notifikasi notif info informasi undangan reminder pengingat langganan \
         berlangganan subscribe newsletter apapun program ikut mengikuti",
    ),
    (THING, "nomor nomer nmr no hp number link data list daftar"),
    (
        LINKING,
        "ke kepada kpd untuk utk dari di lewat via ini itu tersebut apa",
    ),
    (AGAIN, "lagi lg"),
    (
        HEDGE,
        "anda kamu kalian ini itu sepertinya kayaknya kayanya mungkin disini",
    ),
    (LINK, "link linknya tautan tautannya"),
    (
        AROUND_LINK,
        "minta kirim kirimkan kirimin saya sy aku mana referral reff ref undangan ajakan pribadi \
         daftar pendaftaran boleh mau bisa apa nya ulang lagi cek lihat",
    ),
    (SCHEDULE, "jadwal jadwalnya schedule zoom"),
    (
        SESSION,
        "zoom zoomnya acara acaranya webinar sesi pertemuan meeting event eventnya",
    ),
    (WHEN, "kapan jam hari tanggal tgl link linknya pukul"),
    (
        AROUND_SCHEDULE,
        "minta info lihat cek mau boleh bisa tanya tahu berapa brp ini besok nanti minggu bulan \
         berikutnya selanjutnya terdekat mulai mulainya nya apa mana ada kirim kirimkan untuk",
    ),
];

/// Fixed phrases; the longest that fits counts.
const LISTED: [(Request, &str); 29] = [
    (Request::Stop, "opt out"),
    (Request::Stop, "un subscribe"),
    (Request::Stop, "do not contact me"),
    (Request::Stop, "remove me"),
    (Request::Stop, "keluarkan saya"),
    (Request::Stop, "keluarkan nomor saya"),
    (Request::Stop, "hapus saya"),
    (Request::Stop, "hapus data saya"),
    (Request::Stop, "hapus kontak saya"),
    (Request::Stop, "hapus nomor saya"),
    (Request::Stop, "hapus nomor ini"),
    (Request::Stop, "hapus nomor wa saya"),
    (Request::Stop, "hapus nomor hp saya"),
    (Request::Stop, "hapus nomer saya"),
    (Request::Stop, "hapus no saya"),
    (Request::Stop, "tidak pernah daftar"),
    (Request::Stop, "tidak pernah mendaftar"),
    (Request::Stop, "bukan saya yang daftar"),
    (Request::Stop, "bukan saya yang mendaftar"),
    (Request::WrongNumber, "salah nomor"),
    (Request::WrongNumber, "salah nomer"),
    (Request::WrongNumber, "salah nmr"),
    (Request::WrongNumber, "salah no"),
    (Request::WrongNumber, "salah sambung"),
    (Request::WrongNumber, "salah orang"),
    (Request::WrongNumber, "nomor salah"),
    (Request::WrongNumber, "nomor ini salah"),
    (Request::WrongNumber, "nomer salah"),
    (Request::WrongNumber, "wrong number"),
];

/// A word of a text, and what it may do in a request.
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    classes: u32,
}

/// Whether a word has one of the classes.
pub(super) fn has(word: &Word<'_>, classes: u32) -> bool {
    word.classes & classes != 0
}

static CLASSES: LazyLock<BTreeMap<String, u32>> = LazyLock::new(|| {
    let mut classes = BTreeMap::new();
    for (class, words) in WORDS {
        for word in words.split_whitespace() {
            *classes.entry(once(word)).or_default() |= class;
        }
    }
    classes
});

/// A folded word with its classes; unknown words have none.
pub(super) fn look_up(word: &str) -> Word<'_> {
    Word {
        text: word,
        classes: CLASSES.get(word).copied().unwrap_or(0),
    }
}

/// The fixed phrases, folded as texts are.
pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let fold = |text: &str| text.split_whitespace().map(once).collect();
    Phrases(LISTED.map(|(request, text)| (request, fold(text))).to_vec())
});

/// Phrases as words.
pub(super) struct Phrases(Vec<(Request, Vec<String>)>);

impl Phrases {
    /// The longest phrase that the words begin with, and how many they are.
    pub(super) fn starting(&self, words: &[Word<'_>]) -> Option<(Request, usize)> {
        let fitting = self.0.iter().filter(|(_, phrase)| {
            phrase.len() <= words.len()
                && phrase
                    .iter()
                    .zip(words)
                    .all(|(listed, word)| listed == word.text || is_no(listed, word))
        });
        fitting
            .map(|(request, phrase)| (*request, phrase.len()))
            .max_by_key(|(_, length)| *length)
    }
}

/// `tidak` stands for every way to write it.
fn is_no(listed: &str, word: &Word<'_>) -> bool {
    listed == "tidak" && has(word, NO)
}
