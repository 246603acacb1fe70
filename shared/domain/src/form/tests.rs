#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{FieldErrors, FieldValue, RegistrationForm};
use crate::person::Sapaan;
use crate::phone::Phone;
use crate::referral_code::ReferralCode;

type Fields = BTreeMap<String, FieldValue>;

fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.to_owned())
}

fn valid() -> Fields {
    [
        ("sapaan", text("Bapak")),
        ("name", text("Budi Santoso")),
        ("city", text("Kota Bogor")),
        ("profession", text("Guru/Dosen")),
        ("phone", text("0812-3456-7890")),
        ("consent_wa", FieldValue::Bool(true)),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect()
}

fn valid_with(field: &str, value: FieldValue) -> Fields {
    let mut fields = valid();
    fields.insert(field.to_owned(), value);
    fields
}

fn errors(fields: &Fields) -> FieldErrors {
    RegistrationForm::parse(fields).unwrap_err()
}

fn names(errors: &FieldErrors) -> Vec<&str> {
    errors.iter().map(|(field, _)| field).collect()
}

#[test]
fn a_whole_form_becomes_typed_values() {
    let mut fields = valid_with("ref", text("+62 815-6272-6272"));
    fields.insert("consent_share".into(), text("on"));
    fields.insert("website".into(), text(""));
    let form = RegistrationForm::parse(&fields).unwrap();
    assert_eq!(form.sapaan, Sapaan::Bapak);
    assert_eq!(form.name.as_str(), "Budi Santoso");
    assert_eq!(form.city.as_str(), "Kota Bogor");
    assert_eq!(form.profession.as_str(), "Guru/Dosen");
    assert_eq!(form.phone, Phone::parse("081234567890").unwrap());
    assert!(form.consent_share);
    let referrer = Phone::parse("081562726272").unwrap();
    assert_eq!(form.referral, Some(ReferralCode::Phone(referrer)));
    assert!(!form.honeypot_filled);
}

#[test]
fn what_is_optional_may_be_missing() {
    let form = RegistrationForm::parse(&valid()).unwrap();
    assert!(!form.consent_share);
    assert_eq!(form.referral, None);
    assert!(!form.honeypot_filled);
}

#[test]
fn an_empty_form_lists_every_required_field_in_order() {
    let errors = errors(&Fields::new());
    assert_eq!(
        errors.iter().collect::<Vec<_>>(),
        [
            ("sapaan", "Pilih Bapak atau Ibu."),
            ("name", "Isi nama Anda."),
            ("city", "Isi kota Anda."),
            ("profession", "Isi profesi Anda."),
            ("phone", "Isi nomor WhatsApp Anda."),
            (
                "consent_wa",
                "Centang persetujuan menerima pesan WA untuk mendaftar."
            ),
        ]
    );
}

#[test]
fn all_errors_come_at_once() {
    let mut fields = valid_with("name", text(&"a".repeat(300)));
    fields.insert("city".into(), text("<b>Bogor</b>"));
    fields.insert("phone".into(), text("021 555 1234"));
    fields.insert("admin".into(), FieldValue::Bool(true));
    let errors = errors(&fields);
    assert_eq!(names(&errors), ["name", "city", "phone", "admin"]);
    assert!(errors.get("phone").unwrap().contains("rumah"));
    assert_eq!(errors.get("admin"), Some("Isian ini tidak dikenal."));
}

#[test]
fn wrong_types_are_errors_of_their_field() {
    for field in ["sapaan", "name", "city", "profession", "phone", "website"] {
        for value in [FieldValue::Bool(true), FieldValue::Other] {
            let errors = errors(&valid_with(field, value));
            assert_eq!(
                errors.iter().collect::<Vec<_>>(),
                [(field, "Isian ini harus berupa teks.")]
            );
        }
    }
    for field in ["consent_wa", "consent_share"] {
        assert_eq!(
            names(&errors(&valid_with(field, FieldValue::Other))),
            [field]
        );
        assert_eq!(names(&errors(&valid_with(field, text("mungkin")))), [field]);
    }
}

#[test]
fn consent_is_given_only_by_a_tick() {
    for value in ["true", "on", "1", "ya", " Ya ", "ON"] {
        let fields = valid_with("consent_wa", text(value));
        assert!(RegistrationForm::parse(&fields).is_ok(), "{value}");
    }
    for value in [
        text(""),
        text("false"),
        text("tidak"),
        FieldValue::Bool(false),
    ] {
        assert_eq!(
            names(&errors(&valid_with("consent_wa", value))),
            ["consent_wa"]
        );
    }
    for (value, share) in [
        ("on", true),
        ("1", true),
        ("", false),
        ("off", false),
        ("tidak", false),
    ] {
        let fields = valid_with("consent_share", text(value));
        assert_eq!(
            RegistrationForm::parse(&fields).unwrap().consent_share,
            share
        );
    }
}

#[test]
fn a_broken_referral_code_never_stops_a_registration() {
    for value in [
        text("<script>"),
        text(""),
        text("021555"),
        FieldValue::Other,
        FieldValue::Bool(true),
    ] {
        let form = RegistrationForm::parse(&valid_with("ref", value)).unwrap();
        assert_eq!(form.referral, None);
    }
}

#[test]
fn the_hidden_field_gives_a_robot_away() {
    let fields = valid_with("website", text("https://contoh.com"));
    assert!(RegistrationForm::parse(&fields).unwrap().honeypot_filled);
}

#[test]
fn unknown_fields_are_reported_few_and_harmless() {
    let mut fields = valid();
    for i in 0..50 {
        fields.insert(format!("x{i:02}"), FieldValue::Other);
    }
    assert_eq!(names(&errors(&fields)), ["x00", "x01", "x02", "x03", "x04"]);

    for (name, shown) in [
        ("", "?".to_owned()),
        ("Name", "Name".to_owned()),
        (" name", "?name".to_owned()),
        ("<b>\u{0}é", "?b???".to_owned()),
        (&"y".repeat(10_000), "y".repeat(40)),
    ] {
        assert_eq!(names(&errors(&valid_with(name, text("x")))), [shown]);
    }
}

fn any_value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        ".*".prop_map(FieldValue::Text),
        any::<bool>().prop_map(FieldValue::Bool),
        Just(FieldValue::Other),
    ]
}

proptest! {
    #[test]
    fn any_submission_is_a_registration_or_has_errors(
        fields in prop::collection::btree_map(
            prop_oneof![prop::sample::select(super::KNOWN.to_vec()).prop_map(String::from), ".{0,60}"],
            any_value(),
            0..12,
        )
    ) {
        match RegistrationForm::parse(&fields) {
            Ok(_) => prop_assert!(fields.keys().all(|name| super::KNOWN.contains(&name.as_str()))),
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }

    #[test]
    fn one_bad_field_gives_one_error(field in prop::sample::select(vec!["name", "city", "profession", "phone"])) {
        let errors = errors(&valid_with(field, text("😀")));
        prop_assert_eq!(names(&errors), [field]);
    }
}
