//! Whatever stands in a field: a 422 that says in Indonesian what is wrong, and nothing stored.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tests::{Person, Town};

const NOT_TEXT: &str = "Isian ini harus berupa teks.";
const UNKNOWN: &str = "Isian ini tidak dikenal.";
const FORMULA: &str = "tidak boleh diawali tanda =, +, - atau @.";
const PLAIN: &str = "hanya boleh berisi huruf, angka, dan tanda baca biasa.";
const TICK: &str = "Centang persetujuan menerima pesan WA untuk mendaftar.";
const NO_TICK: &str = "Isian ini harus dicentang atau dikosongkan.";
const CHOICE: &str = "Pilih Bapak atau Ibu.";

/// What is put into which field, and what then stands beside it.
fn wrong_fields() -> Vec<(&'static str, Value, &'static str)> {
    let mut all = vec![
        ("name", json!(null), "Isi nama Anda."),
        ("name", json!(""), "Isi nama Anda."),
        ("name", json!(" \u{200b}\u{a0}"), "Isi nama Anda."),
        ("name", json!("a".repeat(300)), "paling panjang 100 huruf."),
        ("name", json!("😀".repeat(300)), "paling panjang 100 huruf."),
        ("name", json!("😀😀"), "harus berisi huruf."),
        ("name", json!("12345"), "harus berisi huruf."),
        ("name", json!("Budi 😀"), PLAIN),
        ("name", json!("<b>Budi</b>"), PLAIN),
        ("name", json!("<script>alert(1)</script>"), PLAIN),
        ("name", json!("*Budi* _Santoso_"), PLAIN),
        ("name", json!("{name}"), PLAIN),
        ("name", json!("Budi\u{0}"), PLAIN),
        ("name", json!("Budi\u{7}\u{1b}[31m"), PLAIN),
        ("name", json!("Budi\u{fffd}"), PLAIN),
        (
            "name",
            json!("Budi bit.ly/abc"),
            "tidak boleh berisi alamat web.",
        ),
        (
            "name",
            json!("Budi 0812-1000-0001"),
            "tidak boleh berisi nomor telepon.",
        ),
        ("city", json!("x".repeat(300)), "paling panjang 60 huruf."),
        (
            "profession",
            json!("x".repeat(300)),
            "paling panjang 80 huruf.",
        ),
        ("sapaan", json!("Tuan"), CHOICE),
        ("sapaan", json!(""), CHOICE),
        ("sapaan", json!(null), CHOICE),
        ("phone", json!(null), "Isi nomor WhatsApp Anda."),
        ("phone", json!(81_210_000_001_u64), NOT_TEXT),
        ("consent_wa", json!(false), TICK),
        ("consent_wa", json!(null), TICK),
        ("consent_wa", json!("mungkin"), TICK),
        ("consent_wa", json!(1), TICK),
        ("consent_wa", json!([true]), TICK),
        ("consent_share", json!("mungkin"), NO_TICK),
        ("consent_share", json!(1), NO_TICK),
        ("consent_share", json!({}), NO_TICK),
        ("website", json!(7), NOT_TEXT),
        ("referrer_sequence", json!(1), UNKNOWN),
        ("unsubscribed", json!(true), UNKNOWN),
        ("status", json!("sudah_join"), UNKNOWN),
        ("__proto__", json!({}), UNKNOWN),
        ("Name", json!("Budi"), UNKNOWN),
    ];
    for field in ["name", "city", "profession"] {
        for formula in ["=1+A1", "+cmd", "-2+A3", "@SUM(A1)", " =A1", "\u{200b}=A1"] {
            all.push((field, json!(formula), FORMULA));
        }
    }
    for field in ["sapaan", "name", "city", "profession", "phone"] {
        for value in [json!(7), json!(true), json!(["x"]), json!({ "x": "y" })] {
            all.push((field, value, NOT_TEXT));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_field_is_refused_beside_that_field_and_nothing_is_stored() {
    let town = Town::open().await;
    for (field, value, text) in wrong_fields() {
        let mut body = Person::nth(1).json();
        body[field] = value;
        let answer = town.post_json(&body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        let errors = answer.errors();
        let texts: Vec<_> = errors.iter().collect();
        assert_eq!(texts.len(), 1, "{body}: {errors:?}");
        assert_eq!(texts[0].0, field, "{body}");
        assert!(texts[0].1.ends_with(text), "{body}: {errors:?}");
    }
    town.assert_nothing_stored().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_field_is_named_at_once() {
    let town = Town::open().await;
    let required = [
        "city",
        "consent_wa",
        "name",
        "phone",
        "profession",
        "sapaan",
    ];
    let nothing = town.post_json(&json!({})).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.errors().keys().eq(required));
    for field in required {
        let mut body = Person::nth(1).json();
        body.as_object_mut().unwrap().remove(field);
        let answer = town.post_json(&body).await;
        assert_eq!(answer.status, 422);
        assert!(answer.errors().keys().eq([field]), "{}", answer.text);
    }
    town.assert_nothing_stored().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_unknown_fields_are_not_echoed_as_they_came() {
    let town = Town::open().await;
    let mut body = Person::nth(1).json();
    body["<img src=x onerror=alert(1)>"] = json!(1);
    body[""] = json!(1);
    body["x".repeat(5_000)] = json!(1);
    let answer = town.post_json(&body).await;
    assert_eq!(answer.status, 422);
    assert!(!answer.text.contains('<') && answer.text.len() < 1_000);
    assert_eq!(answer.errors().len(), 3, "{}", answer.text);
    town.assert_nothing_stored().await;
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[=+@<>0-9a-zA-Z .,'-]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A form with anything in up to three of its fields, or in fields that it has not.
fn any_form() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        "sapaan",
        "name",
        "city",
        "profession",
        "phone",
        "consent_wa",
        "consent_share",
        "ref",
        "website",
    ]);
    let field = prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()];
    let changes = prop::collection::btree_map(field, any_json(), 0..4);
    (0_u32..1_000, changes).prop_map(|(n, changes): (u32, BTreeMap<String, Value>)| {
        let mut form = Person::nth(n).json();
        form.as_object_mut().unwrap().extend(changes);
        form
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn any_json_in_any_field_is_taken_whole_or_refused_whole() {
    let town = Town::open().await;
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let taken = std::cell::RefCell::new(BTreeSet::new());
    let outcome = runner.run(&any_form(), |form| {
        let answer = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(town.post_json(&form))
        });
        match answer.status {
            201 if form["website"]
                .as_str()
                .unwrap_or_default()
                .trim()
                .is_empty() =>
            {
                let phone = form["phone"].as_str().unwrap_or_default();
                let phone = domain::phone::Phone::parse(phone);
                prop_assert!(phone.is_ok(), "{:?}", form);
                taken.borrow_mut().insert(phone.unwrap());
            }
            201 => {}
            422 => {
                let errors = answer.errors();
                prop_assert!(!errors.is_empty() && errors.values().all(|text| text.ends_with('.')));
            }
            other => prop_assert!(false, "{}: {:?}", other, form),
        }
        Ok(())
    });
    outcome.unwrap();
    let taken = taken.into_inner().len();
    assert!(taken > 0, "no form was right");
    assert_eq!(town.participants().await.len(), taken);
    let welcomes = town.rows().await;
    let welcomes = welcomes.iter().filter(|row| row.message_type == "welcome");
    assert_eq!(welcomes.count(), taken);
}
