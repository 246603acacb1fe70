//! Bodies that are no form: a 4xx that says so in Indonesian, and nothing stored.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tests::{Answer, Person, Town};

const UNREADABLE: &str = "Data yang dikirim tidak dapat dibaca.";
const NO_TYPE: &str = "Kirim data sebagai formulir atau JSON.";
const TOO_LONG: &str = "Data yang dikirim terlalu besar.";
const FORMULA: &str = "tidak boleh diawali tanda =, +, - atau @.";
const PLAIN: &str = "hanya boleh berisi huruf, angka, dan tanda baca biasa.";

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
