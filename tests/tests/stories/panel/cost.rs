//! What the panel asks of the database and of the user pool: counts, the same on every machine.

use serde_json::json;
use tests::panel::etag;
use tests::{Person, Town};

use super::participants::path_of;

/// Each page, and the calls to the database that it takes at most. A log goes through days, a part each, until
/// a page is full or the calls are used up: here there are messages on one day, and nobody has changed
/// anything.
const PAGES: &[(&str, u64)] = &[
    ("overview", 16),
    ("participants?limit=5", 2),
    ("participants?limit=5&city=bogor&unsubscribed=false", 2),
    ("participants?limit=5&name=budi", 3),
    ("participants/{id}", 4),
    ("participants/cities", 1),
    ("referrers?limit=5", 3),
    ("referrers?limit=5&period=2026-11", 3),
    ("referrers/{id}?limit=5", 4),
    ("notifications", 7),
    ("notifications?participant_id={id}", 3),
    ("backlog", 12),
    ("inbound", 1),
    ("suppressions", 1),
    ("numbers", 2),
    ("settings", 3),
    ("audit", 31),
    ("admins", 2),
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
async fn a_page_of_the_panel_takes_no_more_calls_when_there_are_more_people() {
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
            if bill.database() > *calls {
                wrong.push(format!("{page}: {} {:?}", bill.database(), bill.calls));
            }
        }
        assert!(wrong.is_empty(), "{people} people:\n{}", wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_does_to_one_person_takes_so_many_calls() {
    let (town, referrer) = town_of(8).await;
    let admin = town.sign_in("admin").await;
    let path = path_of(&town, &referrer).await;
    let seen = admin.ask(&path).await;
    let calls = |what: &str| {
        let bill = town.cloud.calls.bill("admin");
        town.cloud.calls.start_bill();
        assert_eq!(bill.keys(), 0, "{what}");
        (bill.database(), what.to_owned())
    };
    town.cloud.calls.start_bill();
    let mut taken = Vec::new();

    let search = json!({"q": referrer.phone});
    let answer = admin.post("participants/search", &search).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    taken.push(calls("a search by number"));

    let answer = admin
        .patch(&path, &etag(&seen), &json!({"city": "Surabaya"}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    taken.push(calls("a correction"));

    let reason = json!({"reason": "minta lewat telepon"});
    let stop = admin.post(&format!("{path}/unsubscribe"), &reason).await;
    assert_eq!(stop.status, 200, "{}", stop.text);
    taken.push(calls("a stop"));
    let expected = [
        (2, "a search by number"),
        (7, "a correction"),
        (8, "a stop"),
    ];
    let expected = expected.map(|(calls, what)| (calls, what.to_owned()));
    assert_eq!(taken, expected);
}
