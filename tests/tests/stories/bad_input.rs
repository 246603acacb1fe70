//! Whatever is sent: a 4xx that says in Indonesian what is wrong, and nothing stored.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{Answer, Person, Town};

const UNREADABLE: &str = "Data yang dikirim tidak dapat dibaca.";
const NO_TYPE: &str = "Kirim data sebagai formulir atau JSON.";
const TOO_LONG: &str = "Data yang dikirim terlalu besar.";
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

fn with_type(request: RequestBuilder, kind: &str, body: impl Into<Vec<u8>>) -> RequestBuilder {
    request.header(CONTENT_TYPE, kind).body(body.into())
}

/// `[[[…]]]`, so many deep.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_form_is_refused_in_indonesian() {
    const JSON: &str = "application/json";
    let town = Town::open().await;
    let valid = Person::nth(1).json().to_string();
    let post = || town.registration();
    let doubled = valid.replacen('{', r#"{"phone":"0812-1000-0001","#, 1);
    let doubled = doubled.replace(r#""phone":"081210000001""#, r#""phone":"x""#);
    let cases: Vec<(&str, RequestBuilder, u16, &str, &str)> = vec![
        ("no type", post().body(valid.clone()), 415, "form", NO_TYPE),
        ("nothing at all", post(), 415, "form", NO_TYPE),
        (
            "plain text",
            with_type(post(), "text/plain", valid.clone()),
            415,
            "form",
            NO_TYPE,
        ),
        (
            "a type that only begins alike",
            with_type(post(), "application/jsonp", valid.clone()),
            415,
            "form",
            NO_TYPE,
        ),
        (
            "several parts",
            with_type(post(), "multipart/form-data; boundary=x", valid.clone()),
            415,
            "form",
            NO_TYPE,
        ),
        (
            "no body",
            with_type(post(), JSON, ""),
            422,
            "phone",
            "Isi nomor WhatsApp Anda.",
        ),
        (
            "a list",
            with_type(post(), JSON, "[]"),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a list of forms",
            with_type(post(), JSON, format!("[{valid}]")),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "null",
            with_type(post(), JSON, "null"),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a text",
            with_type(post(), JSON, "\"x\""),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "half a form",
            with_type(post(), JSON, &valid[..valid.len() / 2]),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "two forms",
            with_type(post(), JSON, format!("{valid}{valid}")),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "not UTF-8",
            with_type(post(), JSON, b"{\"name\":\"Bud\xff\"}".to_vec()),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a NUL between fields",
            with_type(post(), JSON, valid.replacen('{', "{\0", 1)),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "half a surrogate pair",
            with_type(post(), JSON, r#"{"name":"\ud800"}"#),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "packed",
            with_type(post(), JSON, b"\x1f\x8b\x08\0".to_vec()).header("content-encoding", "gzip"),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "deep lists",
            with_type(post(), JSON, nested(8_000)),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a deep list in a field",
            with_type(post(), JSON, format!("{{\"name\":{}}}", nested(8_000))),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a number that no float holds",
            with_type(post(), JSON, r#"{"name":1e999999}"#),
            400,
            "form",
            UNREADABLE,
        ),
        (
            "a field twice: the last counts",
            with_type(post(), JSON, doubled),
            422,
            "phone",
            "Tulis nomor dengan angka saja. Ada huruf di dalamnya.",
        ),
        (
            "1 MB",
            with_type(
                post(),
                JSON,
                json!({ "name": "x".repeat(1 << 20) }).to_string(),
            ),
            413,
            "form",
            TOO_LONG,
        ),
        (
            "10 000 bytes of headers",
            with_type(post(), JSON, "{}").header("x-filler", "x".repeat(10_000)),
            422,
            "phone",
            "Isi nomor WhatsApp Anda.",
        ),
        (
            "10 000 bytes of cookies",
            with_type(post(), JSON, "{}").header("cookie", "ref=%ff; ".repeat(1_111)),
            422,
            "phone",
            "Isi nomor WhatsApp Anda.",
        ),
    ];
    for (what, request, status, field, text) in cases {
        let answer = town.send(request).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        assert_eq!(answer.errors()[field], text, "{what}");
    }
    town.assert_nothing_stored().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_edge_itself_refuses_is_refused_as_4xx_too() {
    let town = Town::open().await;
    let huge = with_type(
        town.registration(),
        "application/json",
        vec![b' '; 11 << 20],
    );
    assert_eq!(town.send(huge).await.status, 413);
    for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"] {
        let request = town
            .request(Method::try_from(method).unwrap(), "/api/registrations")
            .json(&Person::nth(1).json());
        let answer = town.send(request).await;
        assert!((400..500).contains(&answer.status), "{method}");
    }
    town.assert_nothing_stored().await;
}

/// Whether the page shows this text beside this field.
fn beside(page: &Answer, field: &str, text: &str) -> bool {
    let marker = format!("id=\"error-{field}\"");
    let place = page.text.split(&marker).nth(1).unwrap_or_default();
    let tag_and_text = place.split("</p>").next().unwrap_or_default();
    !tag_and_text.contains("hidden") && tag_and_text.contains(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_form_post_comes_back_as_the_page() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let town = Town::open().await;
    let rest = "&sapaan=Ibu&city=Bogor&profession=Guru&phone=081210000001&consent_wa=true";
    for (what, name, text) in [
        ("nothing after the percent sign", "name=Budi%", PLAIN),
        ("no hexadecimal digits", "name=Budi%ZZ", PLAIN),
        ("not UTF-8", "name=Budi%FF%FE", PLAIN),
        ("NUL", "name=Budi%00", PLAIN),
        ("a formula", "name=%3DHYPERLINK(1)", FORMULA),
        ("only separators", "&&name=&=&", "Isi nama Anda."),
        ("twice: the last counts", "name=Budi&name=%3Cb%3E", PLAIN),
    ] {
        let body = format!("{name}{rest}");
        let answer = town.send(with_type(town.registration(), FORM, body)).await;
        assert_eq!(answer.status, 422, "{what}");
        let kind = answer.headers[CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("text/html"), "{what}: {kind}");
        assert!(beside(&answer, "name", text), "{what}: {}", answer.text);
        assert!(!beside(&answer, "city", ""), "{what}");
    }
    let empty = town.send(with_type(town.registration(), FORM, "")).await;
    assert_eq!(empty.status, 422);
    assert!(beside(&empty, "phone", "Isi nomor WhatsApp Anda."));
    for (body, status, text) in [
        (b"name=Bud\xff".to_vec(), 400, UNREADABLE),
        (vec![b'x'; 1 << 20], 413, TOO_LONG),
    ] {
        let answer = town.send(with_type(town.registration(), FORM, body)).await;
        assert_eq!(answer.status, status);
        assert!(answer.text.contains(text) && answer.text.contains("<form"));
    }
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
