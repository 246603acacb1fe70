//! Referrers and the overview, over the API of the panel.

use app::erase::erase;
use serde_json::{Value, json};
use tests::{Person, Town};

async fn with_referrals() -> Town {
    let town = Town::open_on("2026-11-30 10:00").await;
    for (first, invited) in [(100, 3), (200, 5), (300, 1)] {
        let referrer = Person::nth(first).named(&format!("Siti Nomor {}", first / 100));
        town.all_register(std::slice::from_ref(&referrer)).await;
        let people: Vec<Person> = (1..=invited)
            .map(|n| Person::nth(first + n).invited_by(&referrer))
            .collect();
        town.all_register(&people).await;
    }
    town.comes_to_rest().await;
    town
}

fn each<'a>(list: &'a Value, name: &str) -> Vec<&'a Value> {
    let items = list["items"].as_array().expect("items").iter();
    items.map(|item| &item[name]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn referrers_stand_highest_first_with_whom_they_invited() {
    let town = with_referrals().await;
    let panel = town.sign_in("viewer").await;
    let list = panel.get("referrers").await;
    assert_eq!(each(&list, "total"), [5, 3, 1]);
    assert_eq!(each(&list, "name")[0], "Siti Nomor 2");
    assert_eq!(each(&list, "phone")[0], "0812••••0200");
    assert!(list["as_of"].is_string() && list["next_cursor"].is_null());
    let operator = town.sign_in("operator").await;
    let in_full = operator.get("referrers?limit=1").await;
    assert_eq!(each(&in_full, "phone"), ["+6281210000200"]);

    let mut paged = Vec::new();
    let mut path = "referrers?period=2026-11&limit=2".to_owned();
    loop {
        let page = panel.get(&path).await;
        paged.extend(each(&page, "total").into_iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("referrers?period=2026-11&limit=2&cursor={cursor}");
    }
    assert_eq!(paged, [5, 3, 1]);
    assert_eq!(panel.get("referrers?period=2025").await["items"], json!([]));
    let odd = panel.ask("referrers?period=november").await;
    assert_eq!(odd.status, 422, "{}", odd.text);
    assert!(odd.text.contains("2026-11"), "{}", odd.text);

    // One of them is erased: place and total stay, and nobody is named.
    let gone = town.id_of(&Person::nth(202)).await.unwrap();
    erase(&town.cloud.app, gone, "admin").await.unwrap();
    town.advance(10).await;
    let id = town.id_of(&Person::nth(200)).await.unwrap();
    let file = panel.get(&format!("referrers/{id}")).await;
    let totals = ["total", "total_year", "total_month"].map(|name| file[name].clone());
    assert_eq!(totals, [5, 5, 5]);
    assert_eq!(each(&file, "sequence"), [1, 2, 3, 4, 5]);
    let nameless = each(&file, "name")
        .iter()
        .filter(|name| name.is_null())
        .count();
    assert_eq!(nameless, 1);
    let first = panel.get(&format!("referrers/{id}?limit=3")).await;
    assert_eq!(each(&first, "sequence"), [1, 2, 3]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = panel
        .get(&format!("referrers/{id}?limit=3&cursor={cursor}"))
        .await;
    assert_eq!(each(&rest, "sequence"), [4, 5]);
    assert!(rest["next_cursor"].is_null());
    let nobody = "referrers/00000000-0000-4000-8000-000000000000";
    assert_eq!(panel.ask(nobody).await.status, 404);
    assert_eq!(panel.ask("referrers/x").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_shows_the_totals_of_the_rows() {
    let town = with_referrals().await;
    let step = json!({"step": "visit", "source": "direct"});
    for _ in 0..3 {
        let visit = town
            .request(reqwest::Method::POST, "/api/visits")
            .json(&step);
        assert_eq!(town.send(visit).await.status, 204);
    }
    let panel = town.sign_in("viewer").await;
    let shown = panel.get("overview?days=7").await;
    let rows = town.recounted().await;
    let total = |name: &str| rows.get(name).copied().unwrap_or(0);
    assert_eq!(shown["people"]["total"], 12);
    assert_eq!(shown["people"]["subscribed"], total("subscribed"));
    let days = shown["days"].as_array().unwrap();
    assert_eq!(days.len(), 7);
    let today = &days[6];
    assert_eq!(today["day"], "2026-11-30");
    assert_eq!(today["registered"], 12);
    for state in ["queued", "sent", "failed"] {
        assert_eq!(
            today[state],
            total(&format!("{state} 2026-11-30")),
            "{state}"
        );
    }
    assert_eq!(days[0]["registered"], 0);
    assert_eq!(
        (&shown["funnel"]["visits"], &shown["funnel"]["registered"]),
        (&json!(3), &json!(12))
    );
    assert_eq!(shown["cities"], json!([{"city_key": "bogor", "total": 12}]));
    assert_eq!(shown["referrers"][0]["total"], 5);
    assert_eq!(shown["referrers"][0]["name"], "Siti Nomor 2");
    assert_eq!(shown["problems"]["numbers_out"], 0);
    assert!(shown["as_of"].is_string());
    for odd in ["days=0", "days=93", "days=x", "weeks=1"] {
        let answer = panel.ask(&format!("overview?{odd}")).await;
        assert_eq!(answer.status, 400, "{odd}: {}", answer.text);
    }
}
