//! Totals as lists: the highest first, months and years as the calendar in WIB has them.

use domain::counting::Period;
use tests::{Person, Town};

/// So many people who are invited by the first of them.
async fn group(town: &Town, first: u32, invited: u32) {
    let referrer = Person::nth(first);
    town.all_register(std::slice::from_ref(&referrer)).await;
    let people: Vec<Person> = (1..=invited)
        .map(|n| Person::nth(first + n).invited_by(&referrer))
        .collect();
    town.all_register(&people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_ends_at_midnight_in_wib_also_for_those_who_invite() {
    // 16.50 UTC; in WIB ten minutes are left of the year.
    let town = Town::open_on("2026-12-31 23:50").await;
    group(&town, 100, 2).await;
    town.advance(900).await;
    let late: Vec<Person> = (110..113)
        .map(|n| Person::nth(n).invited_by(&Person::nth(100)))
        .collect();
    town.all_register(&late).await;
    town.advance(60).await;
    let counted = town.counted().await;
    assert_eq!(
        (counted["day 2026-12-31"], counted["day 2027-01-01"]),
        (3, 3)
    );
    let id = town.id_of(&Person::nth(100)).await.unwrap();
    let store = &town.cloud.app.store;
    let periods = ["all", "2026", "2027", "2026-12", "2027-01", "2027-02"];
    let periods = periods.map(|code| code.parse::<Period>().unwrap());
    let invited = store.invited_by(id, &periods).await.unwrap();
    assert_eq!(invited, [5, 2, 3, 2, 3, 0]);
    let (first, last) = (
        jiff::civil::date(2026, 12, 1),
        jiff::civil::date(2027, 1, 31),
    );
    let days = store.registrations_by_day(first, last).await.unwrap();
    assert_eq!(days.values().copied().collect::<Vec<_>>(), [3, 3]);
    town.comes_to_rest().await;
    town.check_totals().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_stand_first_and_equals_keep_their_order_over_pages() {
    let town = Town::open_on("2026-11-30 10:00").await;
    for (first, invited) in [(100, 1), (200, 3), (300, 2), (400, 3), (500, 1), (600, 3)] {
        group(&town, first, invited).await;
    }
    town.advance(60).await;
    let store = &town.cloud.app.store;
    let all = store.top_referrers(Period::All, None, 100).await.unwrap();
    let all = all.items;
    let totals: Vec<u64> = all.iter().map(|line| line.total).collect();
    assert_eq!(totals, [3, 3, 3, 2, 1, 1]);
    for size in 1..=7 {
        let mut paged = Vec::new();
        let mut below = None;
        loop {
            let page = store.top_referrers(Period::All, below, size).await.unwrap();
            paged.extend(page.items);
            below = page.next;
            if below.is_none() {
                break;
            }
        }
        assert_eq!(paged, all, "pages of {size}");
    }
    let month: Period = "2026-11".parse().unwrap();
    let of_month = store.top_referrers(month, None, 2).await.unwrap();
    assert_eq!(
        of_month
            .items
            .iter()
            .map(|line| line.total)
            .collect::<Vec<_>>(),
        [3, 3]
    );
    let none: Period = "2026-10".parse().unwrap();
    let of_none = store.top_referrers(none, None, 2).await.unwrap();
    assert!(of_none.items.is_empty() && of_none.next.is_none());
    let cities = store.top_cities(None, 10).await.unwrap().items;
    assert_eq!((cities[0].of.as_str(), cities[0].total), ("bogor", 19));
    let people = store.people_totals().await.unwrap();
    assert_eq!(
        (people.subscribed, people.not_joined, people.joined),
        (19, 19, 0)
    );
}
