//! Links that hide the number (requirement L9).

use domain::referral_code::CodeStyle;
use domain::settings::Settings;
use serde_json::Value;
use tests::{Browser, Person, Town};

async fn choose(town: &Town, style: CodeStyle) {
    let settings = Settings {
        referral_code_style: style,
        ..Settings::default()
    };
    app::settings::save_settings(&town.cloud.app, &settings)
        .await
        .unwrap();
    // What the functions read is at most ten seconds old.
    town.advance(11).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_tells_no_link_and_whatsapp_tells_one_that_works_in_every_form() {
    let town = Town::open_on("2026-11-24 10:00").await;
    choose(&town, CodeStyle::Opaque).await;
    let host = Person::nth(1);
    let first = town.register(&host).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.json()["referral_link"], Value::Null);
    assert_eq!(town.register(&host).await.text, first.text);
    town.advance(60).await;
    let welcome = &town.chat(&host).await[0].text;
    let code = town.opaque_code_of(&host).await;
    assert!(
        welcome.contains(&format!("www.webdonasi.com/ref={code}")),
        "{welcome}"
    );
    assert!(!welcome.contains(&host.phone), "{welcome}");

    let links = [
        format!("/ref={code}"),
        format!("/ref/{}", code.to_uppercase()),
        format!("/?ref={code}"),
        format!("/ref%3D{code}"),
    ];
    for (n, link) in (2..).zip(links) {
        let mut browser = Browser::default();
        browser.open(&town, &link).await;
        let visitor = Person::nth(n);
        assert_eq!(browser.register(&town, &visitor).await.status, 201);
        assert!(town.is_invited_by(&visitor, &host).await, "{link}");
    }
    town.advance(300).await;
    assert_eq!(town.places_given_by(&host).await, [1, 2, 3, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_both_kinds_keep_working_whichever_is_chosen() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let early = Person::nth(1);
    town.register(&early).await;
    let code = town.opaque_code_of(&early).await;
    let by_code = Person {
        code: Some(code),
        ..Person::nth(2)
    };
    town.register(&by_code).await;
    assert!(town.is_invited_by(&by_code, &early).await);
    choose(&town, CodeStyle::Opaque).await;
    let by_number = Person::nth(3).invited_by(&early);
    town.register(&by_number).await;
    assert!(town.is_invited_by(&by_number, &early).await);
    choose(&town, CodeStyle::Phone).await;
    let answer = town.register(&Person::nth(4)).await;
    let link = answer.json()["referral_link"].as_str().unwrap().to_owned();
    assert!(
        link.ends_with(&format!("/ref={}", Person::nth(4).phone)),
        "{link}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_invites_themselves_by_code_and_a_code_of_nobody_costs_nothing() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let host = Person::nth(1);
    town.register(&host).await;
    let own = Person {
        code: Some(town.opaque_code_of(&host).await),
        ..host.clone()
    };
    assert_eq!(town.register(&own).await.status, 201);
    let stray = Person {
        code: Some("zzzzzzzzzz".to_owned()),
        ..Person::nth(2)
    };
    assert_eq!(town.register(&stray).await.status, 201);
    for person in [&host, &stray] {
        let stored = town.participant(person).await.unwrap();
        assert!(!stored.contains_key("referrer_id"));
    }
    let items = town.items("participants").await;
    let waits = |item: &tests::Item| item["sk"].as_s().unwrap().starts_with("PENDING");
    assert!(!items.iter().any(waits));
}
