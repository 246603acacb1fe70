//! What is about an event: one reminder for each start, whatever campaigns there were, and none once
//! the event is moved or cancelled.

use app::campaign::{close_campaign, open_campaign};
use domain::audience::Audience;
use domain::campaign::{CampaignKind, Closing, EventRef, NewCampaign, Phase, event_campaign_id};
use domain::event::{Event, EventStatus};
use domain::join::JoinToken;
use domain::template::Placeholder;
use jiff::{SignedDuration, Timestamp};
use tests::{Person, Town};

const PEOPLE: usize = 30;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// A town at noon with thirty people and an event at three.
async fn town_with_event() -> (Town, Event) {
    let town = Town::open_at("12:00").await;
    let people: Vec<Person> = (0..30).map(Person::nth).collect();
    town.populate(&people, None).await;
    let app = &town.cloud.app;
    let now = app.now();
    let event = Event {
        id: app.dice.event_id(),
        title: "Sosialisasi".to_owned(),
        start_time: now + hours(3),
        zoom_link: "https://zoom.us/j/1".to_owned(),
        duration_min: 90,
        description: None,
        image: None,
        audience: None,
        status: EventStatus::Planned,
        revision: 1,
        created_at: now,
        changed_at: now,
        adopts_from: Timestamp::UNIX_EPOCH,
        plan: None,
        reminder: None,
        superseded: Vec::new(),
        version: 0,
    };
    assert!(app.store.create_event(&event).await.unwrap());
    let event = app.store.event(event.id).await.unwrap().unwrap();
    (town, event)
}

async fn store(town: &Town, event: Event) -> Event {
    assert!(town.cloud.app.store.save_event(&event).await.unwrap());
    let stored = town.cloud.app.store.event(event.id).await;
    stored.unwrap().unwrap()
}

async fn moved_to(town: &Town, event: &Event, start_time: Timestamp) -> Event {
    let moved = Event {
        start_time,
        revision: event.revision + 1,
        ..event.clone()
    };
    store(town, moved).await
}

fn about(town: &Town, kind: CampaignKind, event: &Event) -> NewCampaign {
    let now = town.cloud.app.now();
    let start = EventRef {
        id: event.id,
        start_time: event.start_time,
    };
    NewCampaign {
        id: event_campaign_id(kind, start, event.revision),
        kind,
        event: Some(start),
        audience: Audience::EventDefault { event: event.id },
        template: None,
        not_before: now,
        expires_at: event.start_time,
        created_at: now,
        vars: Default::default(),
        ..town.broadcast(0)
    }
}

/// Reminders that begin two hours before.
fn reminders(town: &Town, event: &Event) -> NewCampaign {
    let mut new = about(town, CampaignKind::Reminder, event);
    new.not_before = event.start_time - hours(2);
    new
}

async fn each_was_reminded(town: &Town, text: &str) {
    let mut tokens = std::collections::BTreeSet::new();
    for n in 0..30 {
        let chat = town.chat(&Person::nth(n)).await;
        assert_eq!(chat.len(), 1, "person {n}");
        assert!(chat[0].text.contains(text), "{}", chat[0].text);
        let (_, link) = chat[0]
            .text
            .split_once("https://www.webdonasi.com/j/")
            .unwrap();
        let token = JoinToken::decode(link.split_whitespace().next().unwrap()).unwrap();
        let proved = town
            .cloud
            .app
            .store
            .join_token(token.event, token.participant);
        assert_eq!(proved.unwrap(), token);
        tokens.insert(token.encode());
    }
    assert_eq!(tokens.len(), PEOPLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_moved_away_and_back_is_announced_once() {
    let (town, event) = town_with_event().await;
    let app = &town.cloud.app;
    let first = reminders(&town, &event);
    open_campaign(app, &first).await.unwrap();
    town.advance(30).await;
    town.each_once(first.id, PEOPLE).await;

    let start = event.start_time;
    let event = moved_to(&town, &event, start + hours(1)).await;
    let second = reminders(&town, &event);
    close_campaign(app, first.id, Closing::Replaced)
        .await
        .unwrap();
    open_campaign(app, &second).await.unwrap();
    town.advance(30).await;
    assert_eq!(town.states_of(first.id).await["failed/cancelled"], PEOPLE);
    town.each_once(second.id, PEOPLE).await;

    let event = moved_to(&town, &event, start).await;
    let third = reminders(&town, &event);
    close_campaign(app, second.id, Closing::Replaced)
        .await
        .unwrap();
    open_campaign(app, &third).await.unwrap();
    town.advance(30).await;
    // The rows of the first are those of the third now.
    town.each_once(first.id, 0).await;
    town.each_once(third.id, PEOPLE).await;
    town.advance(3_480).await;
    assert_eq!(town.all_messages().await.len(), 0);
    town.advance(600).await;
    each_was_reminded(&town, "akan dimulai 2 jam lagi").await;
    assert_eq!(town.campaign(second.id).await.status.phase, Phase::Closed);
    assert_eq!(town.campaign(third.id).await.status.phase, Phase::Done);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn moved_twice_before_anything_was_ended_each_still_has_one_reminder() {
    let (town, event) = town_with_event().await;
    let app = &town.cloud.app;
    town.cloud.queue.lose(&["campaigns"]);
    let first = reminders(&town, &event);
    town.open_whole(&first).await;
    let start = event.start_time;
    let away = moved_to(&town, &event, start + hours(1)).await;
    let second = reminders(&town, &away);
    close_campaign(app, first.id, Closing::Replaced)
        .await
        .unwrap();
    town.open_whole(&second).await;
    let back = moved_to(&town, &away, start).await;
    let third = reminders(&town, &back);
    close_campaign(app, second.id, Closing::Replaced)
        .await
        .unwrap();
    town.open_whole(&third).await;
    town.each_once(first.id, 0).await;
    town.each_once(second.id, PEOPLE).await;
    town.each_once(third.id, PEOPLE).await;
    // Only now the closed ones are looked at.
    town.expand(first.id).await;
    town.expand(second.id).await;
    town.cloud.queue.lose(&[]);
    assert_eq!(town.get("/api/landing").await.status, 200);
    town.advance(3_600 + 300).await;
    each_was_reminded(&town, "2 jam lagi").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sender_asks_the_event_whoever_has_not_closed_the_campaign_yet() {
    for cancelled in [true, false] {
        let (town, event) = town_with_event().await;
        let mut new = reminders(&town, &event);
        new.not_before = town.cloud.app.now();
        open_campaign(&town.cloud.app, &new).await.unwrap();
        town.advance(20).await;
        let before = town.all_messages().await.len();
        assert!((1..PEOPLE).contains(&before), "in the middle: {before}");
        if cancelled {
            store(&town, event.cancelled(town.now())).await;
        } else {
            moved_to(&town, &event, event.start_time + hours(1)).await;
        }
        town.advance(600).await;
        let sent = town.all_messages().await.len();
        assert!(sent - before <= 3, "{before} {sent}");
        let states = town.states_of(new.id).await;
        assert_eq!(states["failed/cancelled"], PEOPLE - sent, "{states:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_says_both_times_and_a_follow_up_names_the_next_event_if_there_is_one() {
    let (town, event) = town_with_event().await;
    let mut notice = about(&town, CampaignKind::EventChanged, &event);
    let before = "Senin, 30 November 2026, 09.00 WIB";
    notice
        .vars
        .insert(Placeholder::EventOldDateTime, before.to_owned());
    open_campaign(&town.cloud.app, &notice).await.unwrap();
    town.advance(180).await;
    let chat = town.chat(&Person::nth(3)).await;
    assert!(
        chat[0].text.contains(&format!("Semula: {before}")),
        "{}",
        chat[0].text
    );
    assert!(chat[0].text.contains("15.00 WIB"), "{}", chat[0].text);

    let mut follow_up = about(&town, CampaignKind::FollowUp, &event);
    follow_up.expires_at = town.now() + hours(24);
    open_campaign(&town.cloud.app, &follow_up).await.unwrap();
    town.advance(180).await;
    let chat = town.chat(&Person::nth(3)).await;
    assert_eq!(chat.len(), 2);
    assert!(
        chat[1].text.contains("Event berikutnya: Sosialisasi"),
        "{}",
        chat[1].text
    );
}
