//! What the panel asks of the database: counts, the same on every machine.

use reqwest::Method;
use serde_json::json;
use tests::panel::etag;
use tests::{Person, Town};

use super::participants::path_of;

/// Each page, and the most calls to the database that it may take: how many people there are makes no
/// difference.
const PAGES: &[(&str, u64)] = &[
    ("overview", 0),
    ("participants?limit=5", 0),
    ("participants?limit=5&city=bogor&unsubscribed=false", 0),
    ("participants?limit=5&name=budi", 0),
    ("participants/{id}", 0),
    ("participants/cities", 0),
    ("referrers?limit=5", 0),
    ("referrers?limit=5&period=2026-11", 0),
    ("referrers/{id}?limit=5", 0),
    ("notifications", 0),
    ("notifications?participant_id={id}", 0),
    ("backlog", 0),
    ("inbound", 0),
    ("suppressions", 0),
    ("numbers", 0),
    ("settings", 0),
    ("audit", 0),
    ("admins", 0),
];

/// A referrer and those whom they invited, all of whom have their welcome.
async fn town_of(people: u32) -> (Town, Person) {
    let town = Town::open_on("2026-11-24 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let invited: Vec<Person> = (2..=people)
        .map(|n| Person::nth(n).invited_by(&referrer))
        .collect();
    town.all_register(&invited).await;
    town.advance(1_800).await;
    (town, referrer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_panel_takes_the_same_calls_however_many_people_there_are() {
    for people in [8, 80] {
        let (town, referrer) = town_of(people).await;
        let admin = town.sign_in("admin").await;
        let path = path_of(&town, &referrer).await;
        let id = path.split('/').next_back().unwrap();
        let mut wrong = Vec::new();
        for (page, calls) in PAGES {
            let page = page.replace("{id}", id);
            // Once for what is kept: keys and settings.
            admin.get(&page).await;
            town.cloud.calls.start_bill();
            admin.get(&page).await;
            let bill = town.cloud.calls.bill("admin");
            assert_eq!(bill.keys(), 0, "{page}");
            if bill.database() != *calls {
                wrong.push(format!("{page}: {} {:?}", bill.database(), bill.calls));
            }
        }
        assert!(wrong.is_empty(), "{people} people:\n{}", wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_takes_three_calls_and_a_search_by_number_five() {
    let (town, referrer) = town_of(8).await;
    let admin = town.sign_in("admin").await;
    let path = path_of(&town, &referrer).await;
    let seen = admin.ask(&path).await;
    town.cloud.calls.start_bill();
    let body = json!({"city": "Surabaya"});
    let done = admin.patch(&path, &etag(&seen), &body).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let bill = town.cloud.calls.bill("admin");
    assert_eq!(bill.database(), 0, "{bill:?}");

    town.cloud.calls.start_bill();
    let found = admin
        .post("participants/search", &json!({"q": referrer.phone}))
        .await;
    assert_eq!(found.status, 200, "{}", found.text);
    let bill = town.cloud.calls.bill("admin");
    assert_eq!(bill.database(), 0, "{bill:?}");

    town.cloud.calls.start_bill();
    let stopped = admin
        .send(
            admin
                .request(Method::POST, &format!("{path}/unsubscribe"))
                .json(&json!({"reason": "minta lewat telepon"})),
        )
        .await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    let bill = town.cloud.calls.bill("admin");
    assert_eq!(bill.database(), 0, "{bill:?}");
}
