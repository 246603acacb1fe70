//! What could not be acted on: sealed, listed, decided once.

use app::inbox::{InboxItem, Resolution, Resolved, inbox, resolve_inbox};
use app::receive::keep_for_admin;
use domain::inbound::{Lid, Request, Sender};
use domain::inbox::InboxKind;
use domain::suppression::Standing;
use tests::inbound::message;
use tests::{Person, Town, figure, word};

const ADMIN: &str = "admin@example.org";

async fn waiting(town: &Town) -> Vec<InboxItem> {
    let page = inbox(&town.cloud.app, None, 100).await;
    page.expect("a page").items
}

fn hidden(n: u32) -> Sender {
    Sender::Hidden(Lid::parse(&format!("99887766554{n}")).expect("a hidden id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_an_unknown_sender_waits_for_the_admin_who_says_whose_it_is() {
    let town = Town::open_at("10:00").await;
    let (app, person) = (&town.cloud.app, Person::nth(1));
    town.all_register(std::slice::from_ref(&person)).await;
    let stop = message(hidden(1), town.now());
    assert_eq!(town.receives(1, &stop, Request::Stop).await, None);
    assert_eq!(town.receives(1, &stop, Request::Stop).await, None);
    for request in [Request::Link, Request::Schedule, Request::Other] {
        let other = message(hidden(1), town.now());
        assert_eq!(town.receives(1, &other, request).await, None);
    }
    let items = waiting(&town).await;
    assert_eq!(items.len(), 1, "the same message once");
    assert_eq!(items[0].kind, InboxKind::StopUnresolved);
    assert_eq!(items[0].via, town.number_id(1).await);
    let content = items[0].content.as_ref().expect("opened");
    assert!(content.reveal().contains("998877665541"));
    assert!(content.reveal().contains("tidak boleh tersimpan"));
    assert!(!format!("{items:?}").contains("998877665541"));
    for item in town.items("inbox").await {
        let raw = item["raw"].as_b().expect("sealed").as_ref();
        let clear = String::from_utf8_lossy(raw).into_owned();
        assert!(!clear.contains("99887") && !clear.contains("kata-kata"));
    }
    assert!(!town.logs().contains("998877665541"));
    assert!(town.logs().contains("stop_unresolved"), "somebody is told");

    let stop = Resolution::Stop {
        phone: person.phone(),
    };
    let done = resolve_inbox(app, &items[0].id, stop, ADMIN).await;
    assert_eq!(done.expect("done"), Resolved::Done);
    let again = resolve_inbox(app, &items[0].id, stop, ADMIN).await;
    assert_eq!(again.expect("done"), Resolved::NotOpen);
    assert!(waiting(&town).await.is_empty());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    let kept = &town.items("inbox").await[0];
    assert_eq!(word(kept, "state"), Some("resolved"));
    assert_eq!(word(kept, "resolved_by"), Some(ADMIN));
    let ttl = figure(kept, "ttl").expect("it goes") - town.now().as_second();
    assert!((89 * 86_400..=90 * 86_400).contains(&ttl), "{ttl}");
    // The hidden id is known from now on.
    let link = message(hidden(1), town.now());
    assert!(town.receives(1, &link, Request::Link).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_is_resolved_by_erasing_and_anything_is_dismissed() {
    let town = Town::open_at("10:00").await;
    let (app, person) = (&town.cloud.app, Person::nth(1));
    town.all_register(std::slice::from_ref(&person)).await;
    for n in [1, 2] {
        let wrong = message(hidden(n), town.now());
        town.receives(1, &wrong, Request::WrongNumber).await;
        town.advance(1).await;
    }
    let items = waiting(&town).await;
    assert_eq!(items.len(), 2);
    let wrong = Resolution::WrongNumber {
        phone: person.phone(),
        may_erase: true,
    };
    let done = resolve_inbox(app, &items[0].id, wrong, ADMIN).await;
    assert_eq!(done.expect("done"), Resolved::Done);
    assert!(town.id_of(&person).await.is_none());
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    for expected in [Resolved::Done, Resolved::NotOpen] {
        let done = resolve_inbox(app, &items[1].id, Resolution::Dismiss, ADMIN).await;
        assert_eq!(done.expect("done"), expected);
    }
    assert!(waiting(&town).await.is_empty());
    // What came is gone, and not only what would open it.
    let settled = town.items("inbox").await;
    assert_eq!(settled.len(), 2);
    for item in settled {
        assert!(!item.contains_key("raw") && !item.contains_key("salt"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_payloads_are_kept_once_cut_short_and_at_most_fifty_a_day() {
    let town = Town::open_at("10:00").await;
    let (app, via) = (&town.cloud.app, town.number_id(1).await);
    let keep = async |raw: &[u8]| {
        let kept = keep_for_admin(app, via, InboxKind::Unreadable, raw, app.now()).await;
        kept.expect("kept");
    };
    let long = [b'x'; 70_000];
    keep(&long).await;
    keep(&long).await;
    keep(b"\xff\xfe{").await;
    let items = waiting(&town).await;
    assert_eq!(items.len(), 2, "the same once");
    let lengths: Vec<_> = items
        .iter()
        .map(|item| item.content.as_ref().expect("opened").reveal().len())
        .collect();
    assert!(lengths.contains(&8_192), "{lengths:?}");
    for n in 0..60 {
        keep(format!("{{\"n\":{n}}}").as_bytes()).await;
        town.advance(1).await;
    }
    assert_eq!(waiting(&town).await.len(), 49, "the repeated one counted");
    // A stop is kept however many came.
    let raw = b"{\"text\":\"STOP\"}";
    for _ in 0..2 {
        let stop = keep_for_admin(app, via, InboxKind::StopUnresolved, raw, app.now()).await;
        stop.expect("kept");
    }
    assert_eq!(waiting(&town).await.len(), 50);
    // By pages of seven, in order, each once.
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = inbox(app, cursor.as_deref(), 7).await.expect("a page");
        seen.extend(page.items.iter().map(|item| item.received_at));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 50);
    assert!(seen.is_sorted());
    town.advance_to("00:00").await;
    keep(b"tomorrow").await;
    assert_eq!(waiting(&town).await.len(), 51);
}
