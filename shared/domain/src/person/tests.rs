#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;

use super::{City, PersonName, Problem, Profession, Sapaan};

#[test]
fn names_as_people_write_them_are_accepted_and_cleaned() {
    for (raw, clean) in [
        ("Budi", "Budi"),
        ("  Budi \u{A0} Santoso\n", "Budi Santoso"),
        (
            "H. Budi Santoso, S.Pd., M.Kom",
            "H. Budi Santoso, S.Pd., M.Kom",
        ),
        ("Drs. Muh.Iqbal, A.Md", "Drs. Muh.Iqbal, A.Md"),
        ("Ma'ruf Nur’aini", "Ma'ruf Nur’aini"),
        ("Siti Nur-Aisyah", "Siti Nur-Aisyah"),
        ("Jose\u{301}", "José"),
        ("Bu\u{200B}di\u{202E} Santoso", "Budi Santoso"),
        ("Ph.D. Ida", "Ph.D. Ida"),
        ("Ny. Ani (Titi)", "Ny. Ani (Titi)"),
        ("محمد", "محمد"),
        ("Y", "Y"),
    ] {
        assert_eq!(PersonName::parse(raw).unwrap().as_str(), clean, "{raw:?}");
    }
    for raw in [
        "Guru/Dosen",
        "Wiraswasta & Petani",
        "Karyawan (swasta)",
        "Staf IT: D3 + S1",
        "Ibu Rumah Tangga",
        "PNS, guru SD Negeri 3",
    ] {
        assert_eq!(Profession::parse(raw).unwrap().as_str(), raw);
    }
    for raw in [
        "Kota Bogor",
        "Kab. Kediri",
        "D.I. Yogyakarta",
        "Bau-Bau",
        "Jakarta Selatan (DKI)",
    ] {
        assert_eq!(City::parse(raw).unwrap().as_str(), raw);
    }
}

#[test]
fn what_could_harm_a_message_a_page_or_a_sheet_is_refused() {
    use Problem::*;
    for (raw, problem) in [
        ("", Empty),
        (" \u{200B}\u{3164}\n", Empty),
        ("123", NoLetter),
        ("-", NoLetter),
        ("...", NoLetter),
        ("😀", NoLetter),
        ("=SUM(A1)", Formula),
        ("+62 Budi", Formula),
        ("-Budi", Formula),
        ("@budi", Formula),
        ("\u{200B} =cmd", Formula),
        ("Budi https://x.y", Link),
        ("budi www.budi", Link),
        ("budi.com", Link),
        ("Toko budi.co.id.", Link),
        ("wa.me/62812", Link),
        ("t.me/budi", Link),
        ("Guru/bit.ly/abc", Link),
        ("Budi 081234567890", Number),
        ("Budi (0812) 3456-7890", Number),
        ("Budi 0815,6272,6272", Number),
        ("0815 Budi 6272 & 6272", Number),
        ("0815a6272b6272", Number),
        ("Budi ０８１５６２７２６２７２", Number),
        ("Budi 😀", Character),
        ("Budi 1\u{FE0F}\u{20E3}", Character),
        ("Budi ❤\u{FE0F}", Character),
        ("🅱udi", Character),
        ("𝐁udi", Character),
        ("Budi <b>", Character),
        ("Budi\u{0}", Character),
        ("Budi \u{1B}[2J", Character),
        ("*Budi*", Character),
        ("Budi_S", Character),
        ("Budi ~S", Character),
        ("`Budi`", Character),
        ("{name} Budi", Character),
        ("Budi \"S\"", Character),
        ("Budi; S", Character),
        ("Budi\\S", Character),
    ] {
        assert_eq!(
            PersonName::parse(raw).unwrap_err().problem,
            problem,
            "{raw:?}"
        );
    }
}

#[test]
fn lengths_count_characters() {
    assert!(PersonName::parse(&"é".repeat(100)).is_ok());
    assert!(PersonName::parse(&"e\u{301}".repeat(100)).is_ok());
    assert_eq!(
        PersonName::parse(&"é".repeat(101)).unwrap_err().problem,
        Problem::TooLong(100)
    );
    assert!(City::parse(&"a".repeat(60)).is_ok());
    assert_eq!(
        City::parse(&"a".repeat(61)).unwrap_err().problem,
        Problem::TooLong(60)
    );
    assert!(Profession::parse(&"a".repeat(80)).is_ok());
    assert_eq!(
        Profession::parse(&"a".repeat(81)).unwrap_err().problem,
        Problem::TooLong(80)
    );
}

#[test]
fn errors_name_the_field_in_indonesian() {
    assert_eq!(City::parse("").unwrap_err().message(), "Isi kota Anda.");
    assert_eq!(
        PersonName::parse(&"a".repeat(300)).unwrap_err().message(),
        "Nama paling panjang 100 huruf."
    );
    assert_eq!(
        Sapaan::parse("Mr").unwrap_err().message(),
        "Pilih Bapak atau Ibu."
    );
}

#[test]
fn sapaan_is_read_in_any_case() {
    assert_eq!(Sapaan::parse(" BAPAK "), Ok(Sapaan::Bapak));
    assert_eq!(Sapaan::parse("ibu"), Ok(Sapaan::Ibu));
    assert!(Sapaan::parse("Bapak/Ibu").is_err());
}

#[test]
fn debug_shows_no_personal_data() {
    assert_eq!(
        format!("{:?}", PersonName::parse("Budi").unwrap()),
        "PersonName(4 chars)"
    );
}

#[test]
fn writings_of_one_place_share_a_key() {
    for (raw, key) in [
        ("Bogor", "bogor"),
        ("Kota Bogor", "bogor"),
        ("KABUPATEN  BOGOR", "bogor"),
        ("Kab. Bogor", "bogor"),
        ("Kab.Bogor", "bogor"),
        ("kab bogor", "bogor"),
        ("Bogor (Kota)", "bogor"),
        ("Bogor, Kab.", "bogor"),
        ("Kotabumi", "kotabumi"),
        ("Kabanjahe", "kabanjahe"),
        ("Kota", "kota"),
        ("D.I. Yogyakarta", "d i yogyakarta"),
        ("Bau-Bau", "bau bau"),
        ("Ma’rang", "marang"),
        ("Ma'rang", "marang"),
    ] {
        assert_eq!(City::parse(raw).unwrap().key(), key, "{raw:?}");
    }
}

#[test]
fn a_shortened_name_keeps_one_name_and_an_initial() {
    for (raw, short) in [
        ("Budi", "Budi"),
        ("Budi Santoso", "Budi S."),
        ("budi agus santoso", "budi S."),
        ("H. Budi Santoso, S.Pd., M.Kom", "Budi S."),
        ("H.Budi Santoso", "Budi S."),
        ("Prof. Dr. Ir. Budi Santoso M.Sc.", "Budi S."),
        ("Hj. Siti", "Siti"),
        ("Dra. Siti, M.Pd", "Siti"),
        ("Siti S.Pd", "Siti"),
        ("M. Iqbal Ramadhan", "Iqbal R."),
        ("K.H. Ahmad Dahlan", "Ahmad D."),
        ("R.A. Kartini", "Kartini"),
        ("Ibu Siti Aminah", "Siti A."),
        ("Budi S.", "Budi S."),
        ("Siti Nur-Aisyah", "Siti N."),
        ("Ani (Titi)", "Ani T."),
        ("Abdul Ma'ruf", "Abdul M."),
        ("Dr. H.", "Dr."),
        ("Budi 2", "Budi"),
    ] {
        assert_eq!(
            PersonName::parse(raw).unwrap().shortened(),
            short,
            "{raw:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_panic(raw in ".*") {
        let _ = PersonName::parse(&raw);
        let _ = Profession::parse(&raw);
        let _ = City::parse(&raw).map(|city| city.key());
    }

    #[test]
    fn an_accepted_name_is_safe_and_stable(raw in "[A-Za-zé0-9 .,'’()/&:+=@<>*_~`\u{200B}\u{301}😀-]{0,40}") {
        if let Ok(name) = PersonName::parse(&raw) {
            let text = name.as_str();
            let harmful = ['<', '>', '*', '_', '~', '`', '{', '}', '"', '\n'];
            prop_assert!(!text.contains(harmful));
            prop_assert!(!text.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(PersonName::parse(text).unwrap(), name.clone());
            let short = name.shortened();
            prop_assert!(!short.trim().is_empty());
            prop_assert!(short.chars().count() <= text.chars().count() + 1);
        }
    }

    #[test]
    fn no_number_is_kept_in_whatever_it_is_hidden(
        digits in proptest::collection::vec(0_u8..10, 9..16),
        between in proptest::collection::vec("[A-Za-z ,.:&'()/+-]{0,2}", 15),
    ) {
        let parts = digits.iter().zip(&between).map(|(digit, sign)| format!("{digit}{sign}"));
        let hidden = format!("Budi {}", parts.collect::<String>());
        prop_assert!(PersonName::parse(&hidden).is_err());
        prop_assert!(City::parse(&hidden).is_err());
        prop_assert!(Profession::parse(&hidden).is_err());
    }

    #[test]
    fn a_key_does_not_depend_on_the_kind_of_place(name in "[A-Za-z]{4,20}( [A-Za-z]{4,20})?") {
        let key = City::parse(&name).unwrap().key();
        for kind in ["Kota ", "KABUPATEN ", "Kab. "] {
            prop_assert_eq!(City::parse(&format!("{kind}{name}")).unwrap().key(), key.clone());
        }
    }
}
