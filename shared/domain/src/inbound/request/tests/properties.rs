//! What holds for every text.

use proptest::prelude::*;
use proptest::sample::select;

use super::{Request, request};

fn decoration() -> impl Strategy<Value = String> {
    let marks = select(vec![
        " ",
        "\n",
        "\t",
        "\u{A0}",
        ".",
        ",",
        "!",
        "?",
        "…",
        "*",
        "_",
        "~",
        "\"",
        "“",
        "(",
        ")",
        "-",
        "—",
        "🛑",
        "🙏",
        "🙏🏽",
        "✋",
        "❌",
        "👨‍👩‍👧",
        "🇮🇩",
        "❤️",
        "™️",
        "ℹ️",
        "🅿️",
        "1️⃣",
        "#️⃣",
        "🈵",
        "㊗️",
        "\u{200B}",
        "\u{200D}",
        "\u{FE0F}",
        "\u{FEFF}",
        "\u{2068}",
        "\u{2069}",
        "\u{AD}",
        "\u{FFFD}",
    ]);
    proptest::collection::vec(marks, 0..6).prop_map(|marks| marks.concat())
}

/// The same letters in other forms.
fn restyle(text: &str, style: u8) -> String {
    let font = |c: char, upper: u32, lower: u32| {
        let at = |base: u32, first: char| char::from_u32(base + u32::from(c) - u32::from(first));
        match c {
            'a'..='z' => at(lower, 'a').unwrap(),
            'A'..='Z' => at(upper, 'A').unwrap(),
            _ => c,
        }
    };
    match style {
        0 => text.to_owned(),
        1 => text.to_uppercase(),
        2 => text.chars().map(|c| font(c, 0xFF21, 0xFF41)).collect(),
        3 => text.chars().map(|c| font(c, 0x1D5D4, 0x1D5EE)).collect(),
        4 => text.chars().map(|c| font(c, 0x1D670, 0x1D68A)).collect(),
        5 => text.chars().flat_map(|c| [c, '\u{336}']).collect(),
        6 => text.chars().flat_map(|c| [c, '\u{200B}']).collect(),
        _ => text
            .chars()
            .flat_map(|c| std::iter::repeat_n(c, if c.is_alphabetic() { 3 } else { 1 }))
            .collect(),
    }
}

const LISTED: [(&str, Request); 12] = [
    ("stop", Request::Stop),
    ("berhenti", Request::Stop),
    ("unsubscribe", Request::Stop),
    ("unreg", Request::Stop),
    ("keluar", Request::Stop),
    ("berhenti kirim pesan", Request::Stop),
    ("jangan hubungi saya lagi", Request::Stop),
    ("hapus nomor saya", Request::Stop),
    ("salah nomor", Request::WrongNumber),
    ("maaf, salah sambung", Request::WrongNumber),
    ("link saya", Request::Link),
    ("jadwal zoom", Request::Schedule),
];

proptest! {
    #[test]
    fn decoration_around_and_between_never_changes_a_request(
        (text, expected) in select(LISTED.to_vec()),
        style in 0..8_u8,
        before in decoration(),
        between in decoration(),
        after in decoration(),
    ) {
        let decorated = restyle(text, style).replace(' ', &format!("{between} "));
        prop_assert_eq!(request(&format!("{before}{decorated}{after}")), expected);
    }

    #[test]
    fn politeness_around_never_changes_a_request(
        (text, expected) in select(LISTED.to_vec()).prop_filter("only alone", |(text, _)| *text != "keluar"),
        before in proptest::collection::vec(select(vec!["tolong", "mohon", "maaf", "kak", "min", "pak", "bu", "please", "ya"]), 0..4),
        after in proptest::collection::vec(select(vec!["ya", "kak", "min", "pak", "bu", "dong", "deh", "aja", "saja", "lagi", "sekarang", "please"]), 0..4),
    ) {
        let polite = format!("{} {text} {}", before.join(" "), after.join(" "));
        prop_assert_eq!(request(&polite), expected);
    }

    #[test]
    fn a_word_glued_into_a_longer_one_never_is_a_request(
        word in select(vec!["stop", "berhenti", "unsubscribe", "unreg", "keluar", "link", "jadwal"]),
        glue in "[qxzvQXZ0-9ñж]{1,3}",
        places in 1..4_u8,
    ) {
        let before = if places & 1 == 0 { "" } else { &glue };
        let after = if places & 2 == 0 { "" } else { &glue };
        prop_assert_eq!(request(&format!("{before}{word}{after}")), Request::Other);
    }

    #[test]
    fn another_word_beside_it_makes_it_no_request(
        word in "[qxzv]{2,8}",
        text in select(vec!["stop", "berhenti", "salah nomor", "link", "jadwal"]),
        first: bool,
    ) {
        let text = if first { format!("{word} {text}") } else { format!("{text} {word}") };
        prop_assert_eq!(request(&text), Request::Other);
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>(), chars in proptest::collection::vec(any::<char>(), 0..300)) {
        request(&text);
        request(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn any_sentence_of_listed_words_is_read_without_panic(
        words in proptest::collection::vec(select(vec![
            "stop", "jangan", "tidak", "mau", "saya", "lagi", "kirim", "hubungi", "pesan", "salah",
            "nomor", "mohon", "untuk", "hapus", "bukan", "ini", "ya", "link", "zoom", "kapan", "pernah",
            "daftar",
        ]), 0..12),
    ) {
        request(&words.join(" "));
    }
}
