//! From a link to WhatsApp in a browser without script: everything comes from the server.

use std::time::{Duration, Instant};

use tests::{Answer, Browser, Person, Town};

const ATTACK: &str = r#""><script>alert(1)</script><img src=x onerror='alert(2)'>"#;
/// The same as an attribute's value is written.
const INERT: &str = "&quot;&gt;&lt;script&gt;";

/// The opening tag that contains this, as written.
fn tag<'a>(page: &'a str, part: &str) -> &'a str {
    let at = page.find(part).unwrap_or_else(|| panic!("no {part}"));
    let start = page[..at].rfind('<').expect("a tag");
    let mut quoted = false;
    let end = page[start..]
        .find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        })
        .expect("its end");
    &page[start..=start + end]
}

/// What stands in a text field, entities resolved.
fn value(page: &str, field: &str) -> String {
    let tag = tag(page, &format!("name=\"{field}\""));
    let value = tag.split("value=\"").nth(1).expect("a value");
    let value = value.split('"').next().expect("its end");
    value
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The error beside a field; `None` if that place is hidden.
fn error(page: &str, field: &str) -> Option<String> {
    let place = tag(page, &format!("id=\"error-{field}\""));
    let text = page.split(place).nth(1)?.split("</p>").next()?;
    (!place.contains("hidden")).then(|| text.to_owned())
}

fn is_ticked(page: &str, part: &str) -> bool {
    tag(page, part).contains("checked")
}

fn assert_is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/html; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_link_over_two_corrections_to_whatsapp() {
    let town = Town::open_at("12:00").await;
    let referrer = Person::nth(0);
    town.register(&referrer).await;

    let mut browser = Browser::default();
    let landing = browser.open(&town, "/ref=081210000000").await;
    assert_is_page(&landing, 200);
    assert!(
        landing
            .text
            .contains(r#"method="post" action="/api/registrations""#)
    );
    assert!(error(&landing.text, "phone").is_none());

    // First try: nothing is right, and the name is an attack.
    let mut typed = Person::nth(1);
    ATTACK.clone_into(&mut typed.name);
    "Kota Bogor &amp; &lt;sekitar&gt; & = ?".clone_into(&mut typed.city);
    typed.profession = "x".repeat(100);
    "021-555 1234".clone_into(&mut typed.phone);
    "Ibu".clone_into(&mut typed.sapaan);
    let mut fields = typed.form();
    fields.retain(|(name, _)| *name != "consent_wa");
    let page = browser.post(&town, &fields).await;
    assert_is_page(&page, 422);
    let html = &page.text;
    assert_eq!(value(html, "name"), ATTACK);
    assert_eq!(
        value(html, "city"),
        "Kota Bogor &amp; &lt;sekitar&gt; & = ?"
    );
    assert_eq!(value(html, "profession"), "x".repeat(100));
    assert_eq!(value(html, "phone"), "021-555 1234");
    assert!(is_ticked(html, r#"value="Ibu""#) && !is_ticked(html, r#"value="Bapak""#));
    assert!(is_ticked(html, r#"name="consent_share""#));
    assert!(!is_ticked(html, r#"name="consent_wa""#));
    assert_eq!(value(html, "website"), "");
    assert!(html.contains(INERT));
    // Only the page's own, which the browser of this visitor does not run.
    assert_eq!(html.matches("<script").count(), 1);
    assert!(!html.contains("<img"));
    let expected = [
        ("sapaan", None),
        ("name", Some("Nama")),
        ("city", Some("Kota hanya boleh berisi")),
        ("profession", Some("Profesi paling panjang 80 huruf.")),
        ("phone", Some("Ini nomor telepon rumah atau kantor.")),
        ("consent_wa", Some("Centang persetujuan")),
        ("consent_share", None),
    ];
    for (field, text) in expected {
        let shown = error(html, field);
        match text {
            None => assert_eq!(shown, None, "{field}"),
            Some(text) => assert!(
                shown.is_some_and(|shown| shown.starts_with(text)),
                "{field}"
            ),
        }
        // The summary above the form leads to each field.
        let listed = html.contains(&format!("<li><a href=\"#{field}\">"));
        assert_eq!(listed, text.is_some(), "{field}");
    }
    assert_eq!(town.participants().await.len(), 1, "only the referrer");

    // Second try: what the page now holds, with the number still wrong.
    let mut typed = Person::nth(1).named("Siti Aminah");
    "Ibu".clone_into(&mut typed.sapaan);
    "0812 1000 0001 (Siti)".clone_into(&mut typed.phone);
    let page = browser.post(&town, &typed.form()).await;
    assert_is_page(&page, 422);
    assert_eq!(value(&page.text, "name"), "Siti Aminah");
    assert!(is_ticked(&page.text, r#"name="consent_wa""#));
    assert!(error(&page.text, "phone").is_some() && error(&page.text, "name").is_none());

    // Third try: right.
    "0812 1000 0001".clone_into(&mut typed.phone);
    let answer = browser.post(&town, &typed.form()).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let location = answer.headers["location"].to_str().unwrap();
    assert!(location.starts_with("https://wa.me/6281100000000?text=Halo%20Admin,%20"));
    assert!(answer.text.is_empty());

    assert!(town.is_invited_by(&typed, &referrer).await);
    let began = Instant::now();
    while town.chat(&referrer).await.len() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "no alert");
        town.advance(10).await;
    }
    let chat = town.chat(&referrer).await;
    let is_alert = |text: &str| text.contains("Siti Aminah") && text.contains("Peserta ke-1");
    assert!(chat.iter().any(|message| is_alert(&message.text)));
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_in_the_page_survives_a_correction() {
    let town = Town::open().await;
    let (referrer, cookie_owner) = (Person::nth(0), Person::nth(9).named("Siti Aminah"));
    town.register(&referrer).await;
    town.register(&cookie_owner).await;
    let mut browser = Browser::default();
    browser
        .open(&town, &format!("/ref={}", cookie_owner.phone))
        .await;
    let mut typed = Person::nth(1).invited_by(&referrer);
    typed.phone.clear();
    let page = browser.post(&town, &typed.form()).await;
    assert_is_page(&page, 422);
    typed.code = Some(value(&page.text, "ref"));
    typed.phone = Person::nth(1).phone;
    assert_eq!(browser.post(&town, &typed.form()).await.status, 303);
    assert!(town.is_invited_by(&typed, &referrer).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_registered_leads_to_whatsapp_just_the_same() {
    let town = Town::open().await;
    let person = Person::nth(1);
    let browser = Browser::default();
    let first = browser.post(&town, &person.form()).await;
    let again = browser
        .post(&town, &person.clone().named("Orang Lain").form())
        .await;
    assert_eq!((first.status, again.status), (303, 303));
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert_eq!(first.text, again.text);
    assert_eq!(town.participants().await.len(), 1);
}
