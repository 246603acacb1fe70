//! Lists of participants (requirement A1): whatever is asked, the pages together are what a plain
//! filter over all of them gives, and no page costs more than eight calls, however many there are.

use std::collections::BTreeSet;

use app::people::{ListPage, find_by_number, list_participants};
use domain::event::{Event, EventForm};
use domain::ids::ParticipantId;
use domain::name_words::{words_of_name, words_of_search};
use domain::participant::JoinStatus;
use domain::people::{Filter, FilterInput, ListQuery, Mark};
use domain::person::City;
use domain::zone::wib_day;
use jiff::SignedDuration;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tests::people::{CITIES, REFERRERS, Register, Resident, event_id, moment, residents};

const NOW: &str = "2026-11-24 10:00";
const MOST_CALLS: u64 = 8;
async fn register_of(people: &[Resident]) -> Register {
    let register = Register::open(NOW).await;
    register.load(people).await;
    register
}

/// An event to which those belong who registered in June for none.
async fn adopting_event(register: &Register) -> Event {
    register.set_now(moment("2026-07-01 00:00"));
    let form = EventForm {
        title: Some("Sosialisasi".to_owned()),
        start_time: Some("2026-11-29 19:30".to_owned()),
        zoom_link: Some("https://zoom.example/j/1".to_owned()),
        ..EventForm::default()
    };
    let details = form.check(None, register.app.now()).unwrap();
    let before = moment("2026-06-01 00:00");
    let event = Event::new(event_id(0), details, register.app.now(), before);
    // The first event comes before it.
    let earlier = Event::new(event_id(1), event.details(), before, Timestamp::UNIX_EPOCH);
    for (n, event) in [(1, &earlier), (0, &event)] {
        let last = register.app.store.last_event_created().await.unwrap();
        let event = Event {
            adopts_from: last,
            ..event.clone()
        };
        assert!(
            register.app.store.create_event(&event).await.unwrap(),
            "event {n}"
        );
    }
    register.set_now(moment(NOW));
    register
        .app
        .store
        .event(event_id(0))
        .await
        .unwrap()
        .unwrap()
}

fn ids(page: &ListPage) -> Vec<ParticipantId> {
    let people = page.people.iter();
    people.map(|one| one.profile.participant.id).collect()
}

async fn page(register: &Register, filter: &Filter, limit: usize, after: Option<Mark>) -> ListPage {
    register.faults.reset();
    let query = ListQuery {
        filter: filter.clone(),
        limit,
        after,
    };
    let page = list_participants(&register.app, &query).await.unwrap();
    assert!(page.people.len() <= limit, "more than asked for");
    let calls = register.calls();
    assert!(calls <= MOST_CALLS, "{calls} calls for {query:?}");
    page
}

/// All pages, one after the other, with these limits in turn.
async fn all_pages(register: &Register, filter: &Filter, limits: &[usize]) -> Vec<ParticipantId> {
    let mut all = Vec::new();
    let mut after = None;
    let mut pages = 0;
    loop {
        let limit = limits[pages % limits.len()];
        let page = page(register, filter, limit, after).await;
        all.extend(ids(&page));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// What the list must be, by the plainest reading of the question.
fn expected(people: &[Resident], filter: &Filter, event: Option<&Event>) -> Vec<ParticipantId> {
    let mut wanted: Vec<&Resident> = people
        .iter()
        .filter(|one| {
            let city = City::parse(&one.city).unwrap().key();
            let day = wib_day(one.registered_at);
            let invited_by = one.invited.map(|(referrer, _)| Resident::id_of(referrer));
            filter.city.as_ref().is_none_or(|wanted| *wanted == city)
                && filter.registered_from.is_none_or(|from| from <= day)
                && filter.registered_to.is_none_or(|to| day <= to)
                && filter.referrer.is_none_or(|who| invited_by == Some(who))
                && filter.status.is_none_or(|status| status == one.status)
                && filter.unsubscribed.is_none_or(|is| is == one.unsubscribed)
                && event.is_none_or(|event| event.has_registrant(one.event, one.registered_at))
                && filter
                    .words
                    .iter()
                    .all(|word| words_of_name(&one.name).contains(word))
        })
        .collect();
    if filter.referrer.is_some() && filter.words.is_empty() {
        wanted.sort_by_key(|one| std::cmp::Reverse(one.invited.unwrap().1));
    } else {
        wanted.sort_by_key(|one| std::cmp::Reverse((one.registered_at, one.id().to_string())));
    }
    wanted.into_iter().map(Resident::id).collect()
}

fn questions() -> impl Strategy<Value = FilterInput> {
    let days = || {
        prop_oneof![
            2 => Just(None),
            1 => (0..300_i64).prop_map(|day| {
                let at = moment("2026-02-01 00:00") + SignedDuration::from_hours(24 * day);
                Some(wib_day(at).to_string())
            }),
        ]
    };
    let maybe = |values: &'static [&'static str]| prop_oneof![2 => Just(String::new()), 1 => proptest::sample::select(values).prop_map(str::to_owned)];
    let referrer = prop_oneof![
        3 => Just(String::new()),
        1 => (0..REFERRERS).prop_map(|n| Resident::id_of(n).to_string()),
    ];
    let event = prop_oneof![4 => Just(String::new()), 1 => Just(event_id(0).to_string())];
    let names = maybe(&[
        "Budi",
        "nur",
        "SANTOSO Budi",
        "Muhammad Nur",
        "Bapak Ahmad Hidayat",
        "Nobody",
    ]);
    (
        maybe(&CITIES),
        days(),
        days(),
        referrer,
        maybe(&["belum_join", "sudah_join"]),
        maybe(&["true", "false"]),
        event,
        names,
    )
        .prop_map(
            |(city, a, b, referrer_id, status, unsubscribed, event_id, name)| {
                let (from, to) = match (a, b) {
                    (Some(a), Some(b)) if a > b => (Some(b), Some(a)),
                    both => both,
                };
                FilterInput {
                    city,
                    registered_from: from.unwrap_or_default(),
                    registered_to: to.unwrap_or_default(),
                    referrer_id,
                    status,
                    unsubscribed,
                    event_id,
                    name,
                }
            },
        )
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_the_pages_together_are_what_a_plain_filter_gives() {
    let people = residents(3_000);
    let register = register_of(&people).await;
    let event = adopting_event(&register).await;
    let config = Config::default();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let limits = proptest::collection::vec(1..=100_usize, 1..4);
    let cases = (questions(), limits);
    let mut found = 0;
    for _ in 0..60 {
        let (input, limits) = cases.new_tree(&mut runner).unwrap().current();
        let filter = Filter::parse(&input).unwrap();
        let event = filter.event.map(|_| &event);
        let expected = expected(&people, &filter, event);
        // Very small pages of very many people would only take long.
        let least = expected.len().div_ceil(15).max(1);
        let limits: Vec<usize> = limits
            .into_iter()
            .map(|limit| limit.max(least).min(100))
            .collect();
        let all = all_pages(&register, &filter, &limits).await;
        assert_eq!(all, expected, "{input:?} {limits:?}");
        found += all.len();
    }
    assert!(found > 5_000, "the questions find nobody: {found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_between_two_pages_repeats_nobody_and_hides_nobody() {
    let mut people = residents(600);
    let register = register_of(&people).await;
    let inputs = [
        FilterInput::default(),
        FilterInput {
            city: "Kota Bogor".to_owned(),
            ..FilterInput::default()
        },
        FilterInput {
            referrer_id: Resident::id_of(3).to_string(),
            ..FilterInput::default()
        },
        FilterInput {
            name: "nur".to_owned(),
            ..FilterInput::default()
        },
        FilterInput {
            status: "sudah_join".to_owned(),
            ..FilterInput::default()
        },
    ];
    let mut next = 10_000;
    for input in inputs {
        let filter = Filter::parse(&input).unwrap();
        let there_before = expected(&people, &filter, None);
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = page(&register, &filter, 20, after).await;
            all.extend(ids(&page));
            after = page.next;
            if after.is_none() {
                break;
            }
            // Some register now, and some of an hour ago are stored only now.
            let newest = register.app.now() + SignedDuration::from_secs(1);
            register.set_now(newest);
            let place = people
                .iter()
                .filter_map(|one| one.invited.filter(|(by, _)| *by == 3))
                .map(|(_, place)| place)
                .max();
            let new: Vec<Resident> = (0..4)
                .map(|n| Resident {
                    n: next + n,
                    registered_at: newest - SignedDuration::from_secs(i64::from(n) * 1_200),
                    name: "Nur Aini".to_owned(),
                    city: "Bogor".to_owned(),
                    invited: Some((3, place.unwrap() + 1 + u64::from(n))),
                    status: JoinStatus::SudahJoin,
                    unsubscribed: false,
                    event: None,
                })
                .collect();
            next += 4;
            register.load(&new).await;
            people.extend(new);
        }
        let distinct: BTreeSet<&ParticipantId> = all.iter().collect();
        assert_eq!(
            distinct.len(),
            all.len(),
            "somebody stands twice: {input:?}"
        );
        let known: BTreeSet<ParticipantId> = there_before.iter().copied().collect();
        let seen: Vec<ParticipantId> = all.into_iter().filter(|id| known.contains(id)).collect();
        assert_eq!(seen, there_before, "{input:?}");
    }
}

/// Questions of every kind; some of them find few of very many.
fn costly() -> Vec<FilterInput> {
    let base = FilterInput::default;
    vec![
        base(),
        FilterInput {
            city: "Surabaya".into(),
            ..base()
        },
        FilterInput {
            city: "Bandung".into(),
            ..base()
        },
        FilterInput {
            unsubscribed: "true".into(),
            status: "sudah_join".into(),
            ..base()
        },
        FilterInput {
            referrer_id: Resident::id_of(1).to_string(),
            unsubscribed: "true".into(),
            ..base()
        },
        FilterInput {
            registered_from: "2026-06-10".into(),
            registered_to: "2026-06-11".into(),
            ..base()
        },
        FilterInput {
            name: "nur".into(),
            ..base()
        },
        FilterInput {
            name: "muhammad nur hidayat santoso".into(),
            ..base()
        },
        FilterInput {
            event_id: event_id(0).to_string(),
            city: "Bogor".into(),
            ..base()
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_takes_eight_calls_at_most_among_a_hundred_and_among_ten_thousand() {
    for count in [100, 10_000] {
        let people = residents(count);
        let register = register_of(&people).await;
        let event = adopting_event(&register).await;
        for input in costly() {
            let filter = Filter::parse(&input).unwrap();
            let all = all_pages(&register, &filter, &[100]).await;
            let event = filter.event.map(|_| &event);
            assert_eq!(all, expected(&people, &filter, event), "{input:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_by_all_its_words_and_a_number_in_any_writing() {
    let people = residents(300);
    let register = register_of(&people).await;
    let wanted = words_of_search("Bpk. SANTOSO, Budi");
    let filter = Filter {
        words: wanted.clone(),
        ..Filter::default()
    };
    let found = page(&register, &filter, 100, None).await;
    assert!(!found.people.is_empty());
    for one in &found.people {
        assert_eq!(one.profile.participant.name.as_str(), "Budi Santoso");
    }
    let phone = Resident::phone_of(42);
    for writing in [phone.link_form(), phone.e164(), phone.digits()] {
        let phone = domain::phone::Phone::parse(&writing).unwrap();
        let one = find_by_number(&register.app, &phone)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(one.profile.participant.id, Resident::id_of(42));
        assert_eq!(one.profile.participant.phone, phone);
        let invited = people.iter().find(|one| one.n == 42).unwrap().invited;
        let referrer = one.referrer.map(|one| one.participant.id);
        assert_eq!(referrer, invited.map(|(by, _)| Resident::id_of(by)));
    }
    let nobody = Resident::phone_of(9_999);
    assert!(
        find_by_number(&register.app, &nobody)
            .await
            .unwrap()
            .is_none()
    );
}
