#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;

use super::{Phone, PhoneError};

const SAME: &str = "+6281234567890";

#[test]
fn every_common_writing_gives_the_same_number() {
    for writing in [
        "081234567890",
        "0812-3456-7890",
        "0812.3456.7890",
        "0812_3456_7890",
        "(0812) 3456 7890",
        "(0812)34567890",
        "+6281234567890",
        "+62 812 3456 7890",
        "+62-812-3456-7890",
        "+62 (0)812 3456 7890",
        "+62 (0) 812-3456-7890",
        "(+62) 812 3456 7890",
        "6281234567890",
        "62 812 3456 7890",
        "62 0812 3456 7890",
        "62081234567890",
        "+62081234567890",
        "81234567890",
        "812 3456 7890",
        "0062812 3456 7890",
        "006281234567890",
        "00 62 0812 3456 7890",
        "  081234567890\n",
        "081234567890.",
        "081234567890,",
        // full-width, Arabic-Indic, extended Arabic-Indic, mathematical bold
        "０８１２３４５６７８９０",
        "＋６２　８１２　３４５６　７８９０",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "۰۸۱۲۳۴۵۶۷۸۹۰",
        "𝟎𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎",
        // no-break and narrow spaces, zero-width and bidi marks, byte order mark
        "0812\u{A0}3456\u{202F}7890",
        "\u{202A}+62 812-3456-7890\u{202C}",
        "\u{2068}0812\u{200B}3456\u{200D}7890\u{2069}",
        "\u{FEFF}0812\u{00AD}34567890\u{200E}",
        // dashes: hyphen, non-breaking, en, em, minus, full-width
        "0812‐3456‑7890",
        "0812–3456—7890",
        "0812−3456－7890",
        "wa.me/6281234567890",
        "https://wa.me/6281234567890",
        "HTTPS://WA.ME/6281234567890/",
        "http://www.wa.me/+6281234567890?text=Halo%20Budi",
        "tel:+6281234567890",
        "TEL:0812-3456-7890",
    ] {
        let phone = Phone::parse(writing).unwrap_or_else(|e| panic!("{writing:?}: {e}"));
        assert_eq!(phone.e164(), SAME, "{writing:?}");
    }
}

#[test]
fn lengths_from_nine_to_twelve_national_digits_are_mobile() {
    for (writing, e164) in [
        // 62 with 9 national digits: a landline to libphonenumber, mobile to everybody here
        ("62812345678", "+62812345678"),
        ("62 812 345 678", "+62812345678"),
        ("0812345678", "+62812345678"),
        ("812345678", "+62812345678"),
        ("0812345678901", "+62812345678901"),
        ("62812345678901", "+62812345678901"),
        ("812345678901", "+62812345678901"),
        // 628… is the country code even where 0628… would have been possible
        ("6281562726272", "+6281562726272"),
        ("081562726272", "+6281562726272"),
        ("0899-9999-9999", "+6289999999999"),
        ("0868 1234 567", "+628681234567"),
    ] {
        assert_eq!(Phone::parse(writing).unwrap().e164(), e164, "{writing:?}");
    }
}

#[test]
fn what_is_not_one_mobile_number_is_refused_for_its_true_reason() {
    use PhoneError::*;
    for (writing, error) in [
        ("", Empty),
        (" \u{200B}\u{A0} ", Empty),
        ("+", Empty),
        ("--", Empty),
        ("tel:", Empty),
        ("O81234567890", Letters),
        ("08l234567890", Letters),
        ("0812 (Budi)", Letters),
        ("0812 3456 7890 (Budi)", Letters),
        ("WA 081234567890", Letters),
        ("081234567890 atau 081234567891", Letters),
        ("wa.me/message/ABC", Letters),
        ("x081234567890", Letters),
        ("0812*3456*7890", Symbol),
        ("0812 3456 7890 😀", Symbol),
        ("=081234567890", Symbol),
        ("<081234567890>", Symbol),
        ("081234567890\u{0}", Symbol),
        ("⁰812-3456-7890", Symbol),
        ("081234567890 081234567891", Several),
        ("081234567890/081234567891", Several),
        ("081234567890, 081234567891", Several),
        ("081234567890;081234567891", Several),
        ("081234567890 & 081234567891", Several),
        ("+6281234567890+6281234567891", Several),
        ("0812345678/0813", Several),
        ("081234567890 ext 12", Extension),
        ("081234567890 ext. 12", Extension),
        ("081234567890x12", Extension),
        ("081234567890#12", Extension),
        ("081234567890 pes. 3", Extension),
        ("6262812345678", RepeatedPrefix),
        ("626281234567890", RepeatedPrefix),
        ("+62 6281234567890", RepeatedPrefix),
        ("62 62 0812 3456 789", RepeatedPrefix),
        ("06281234567890", RepeatedPrefix),
        ("021-5551234", Landline),
        ("(021) 555 1234", Landline),
        ("022 4201234", Landline),
        ("0274 512345", Landline),
        ("+62 21 5551234", Landline),
        ("62 274 512345", Landline),
        ("0062 21 5551234", Landline),
        ("0628 20123", Landline),
        ("0901 123456", Landline),
        ("+1 415 555 2671", Foreign),
        ("+65 8123 4567", Foreign),
        ("0060 12 345 6789", Foreign),
        ("+81 90 1234 5678", Foreign),
        ("wa.me/+60123456789", Foreign),
        ("60123456789", NotMobile),
        ("215551234", NotMobile),
        ("0801234567", NotMobile),
        ("0841234567890", NotMobile),
        ("6280123456789", NotMobile),
        ("0123456789", NotMobile),
        ("+081234567890", NotMobile),
        ("00081234567890", NotMobile),
        ("0812_3456", TooShort),
        ("08123456", TooShort),
        ("081234567", TooShort),
        ("6281234567", TooShort),
        ("08", TooShort),
        ("0", TooShort),
        ("62", TooShort),
        ("08123456789012", TooLong),
        ("628123456789012", TooLong),
        ("8123456789012", TooLong),
    ] {
        assert_eq!(Phone::parse(writing), Err(error), "{writing:?}");
    }
}

#[test]
fn each_form_is_what_its_reader_expects() {
    let phone = Phone::parse("081562726272").unwrap();
    assert_eq!(phone.e164(), "+6281562726272");
    assert_eq!(phone.digits(), "6281562726272");
    assert_eq!(phone.link_form(), "081562726272");
    assert_eq!(phone.masked(), "0815••••6272");
    assert_eq!(format!("{phone}"), "0815••••6272");
    assert_eq!(format!("{phone:?}"), "Phone(0815••••6272)");
    let short = Phone::parse("0812345678").unwrap();
    assert_eq!(short.masked(), "0812••••78");
}

#[test]
fn bytes_that_hold_no_valid_number_are_refused() {
    assert_eq!(Phone::from_bytes(&[]), None);
    assert_eq!(Phone::from_bytes(&[0; 8]), None);
    assert_eq!(Phone::from_bytes(&[255; 8]), None);
    assert_eq!(Phone::from_bytes(&62_215_551_234_u64.to_be_bytes()), None);
    assert_eq!(Phone::from_bytes(&[0; 9]), None);
}

#[test]
fn errors_speak_to_the_visitor() {
    assert!(PhoneError::Landline.message().contains("rumah"));
    assert!(PhoneError::Foreign.message().contains("luar negeri"));
}

fn any_phone() -> impl Strategy<Value = Phone> {
    "8[1-35-9][0-9]{7,10}".prop_map(|national| Phone::from_national(&national).unwrap())
}

/// Marks that may stand anywhere between two digits.
fn separator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", "", "", " ", "-", ".", "_", "(", ")", "\u{A0}", "\u{200B}", "\u{202D}", "–", "\t",
        " - ",
    ])
}

proptest! {
    #[test]
    fn any_text_is_answered_without_panic(text in ".*") {
        let _ = Phone::parse(&text);
    }

    #[test]
    fn texts_close_to_numbers_give_a_mobile_number_or_an_error(
        text in "(tel:|https://wa\\.me/|\\+|00|62|0|8){0,3}[0-9+() ./,;#x\u{200b}٠-٩-]{0,24}"
    ) {
        if let Ok(phone) = Phone::parse(&text) {
            prop_assert!(phone.e164().starts_with("+628"));
            prop_assert!((12..=15).contains(&phone.e164().len()));
        }
    }

    #[test]
    fn every_own_form_is_read_back(phone in any_phone()) {
        prop_assert_eq!(Phone::parse(&phone.e164()), Ok(phone));
        prop_assert_eq!(Phone::parse(&phone.digits()), Ok(phone));
        prop_assert_eq!(Phone::parse(&phone.link_form()), Ok(phone));
        prop_assert_eq!(Phone::from_bytes(&phone.to_bytes()), Some(phone));
    }

    #[test]
    fn separators_change_nothing(phone in any_phone(), marks in prop::collection::vec(separator(), 16)) {
        for form in [phone.e164(), phone.digits(), phone.link_form()] {
            let written: String = form.chars().zip(&marks).flat_map(|(c, mark)| [c.to_string(), (*mark).to_owned()]).collect();
            prop_assert_eq!(Phone::parse(&written), Ok(phone), "{:?}", written);
        }
    }

    #[test]
    fn a_mask_hides_at_least_four_digits(phone in any_phone()) {
        let shown = phone.masked().chars().filter(char::is_ascii_digit).count();
        prop_assert!(shown + 4 <= phone.link_form().len());
        prop_assert!(!phone.masked().contains(&phone.link_form()[..8]));
    }
}
