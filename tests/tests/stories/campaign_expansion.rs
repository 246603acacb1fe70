//! Writing and ending the rows of a campaign: each recipient once, whoever works on it, wherever it
//! is interrupted.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::Failpoint;
use app::campaign::{
    CampaignError, Expanded, Opened, cancel_campaign, close_campaign, expand, open_campaign,
    pause_campaign, preview,
};
use domain::audience::{Audience, LeftOut, Segment};
use domain::campaign::{Closing, Phase};
use domain::ids::CampaignId;
use domain::participant::JoinStatus;
use jiff::Timestamp;
use tests::{Person, Town, state, word};

fn people(from: u32, to: u32) -> Vec<Person> {
    (from..to).map(Person::nth).collect()
}

/// A town at noon in which nobody but the story works on campaigns.
async fn town_with(people: &[Person]) -> Town {
    let town = Town::open_at("12:00").await;
    town.populate(people, None).await;
    town.cloud.queue.lose(&["campaigns", "wake"]);
    town
}

/// Queues carry again, and something happens, so that a tick looks around.
async fn found_again(town: &Town) {
    town.cloud.queue.lose(&[]);
    assert_eq!(town.get("/api/landing").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_at_once_write_each_of_a_thousand_recipients_one_row() {
    let town = Arc::new(town_with(&people(0, 1_000)).await);
    let new = town.broadcast(1);
    let opened = open_campaign(&town.cloud.app, &new).await.unwrap();
    assert_eq!(opened, Opened::New);
    let again = open_campaign(&town.cloud.app, &new).await.unwrap();
    assert_eq!(again, Opened::Before);
    let worker = || {
        let (town, id) = (Arc::clone(&town), new.id);
        tokio::spawn(async move { expand(&town.cloud.app, id, Timestamp::MAX).await })
    };
    let (first, second) = (worker(), worker());
    assert_eq!(first.await.unwrap().unwrap(), Expanded::Done);
    assert_eq!(second.await.unwrap().unwrap(), Expanded::Done);
    town.each_once(new.id, 1_000).await;
    let campaign = town.campaign(new.id).await;
    assert_eq!(campaign.counts.queued, 1_000);
    assert_eq!(campaign.status.phase, Phase::Open);
    assert!(campaign.status.sends() && campaign.position.is_none());
    let lanes = town.cloud.app.store.open_lanes().await.unwrap();
    assert_eq!(lanes.open.len(), 1);
    assert_eq!((lanes.open[0].campaign, lanes.open[0].shards), (new.id, 4));
}

/// Runs a worker until it ends at a failpoint, as a process does that is killed there; `false` if it
/// got to its end.
async fn dies_at(town: &Arc<Town>, point: Failpoint, after: u32, id: CampaignId) -> bool {
    fail::cfg(point.name(), &format!("{after}*off->1*panic->off")).unwrap();
    let town = Arc::clone(town);
    let worker =
        tokio::spawn(async move { expand(&town.cloud.app, id, Timestamp::MAX).await.unwrap() });
    let died = worker.await.is_err();
    fail::remove(point.name());
    died
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_worker_dies_the_next_goes_on_behind_the_last_page() {
    let town = Arc::new(town_with(&people(0, 250)).await);
    for (n, (point, after, written)) in [
        (Failpoint::ExpandBeforePage, 0, 0),
        (Failpoint::ExpandBeforePage, 1, 99),
        (Failpoint::ExpandPageCommitted, 0, 99),
        (Failpoint::ExpandPageCommitted, 1, 198),
        (Failpoint::ExpandBeforeDone, 0, 198),
        (Failpoint::ExpandPageCommitted, 2, 250),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = town.broadcast(1 + n as u128);
        // No more than the cap for each: they are of different weeks.
        new.not_before += jiff::SignedDuration::from_hours(24 * 8 * n as i64);
        new.expires_at = new.not_before + jiff::SignedDuration::from_hours(24);
        open_campaign(&town.cloud.app, &new).await.unwrap();
        assert!(
            dies_at(&town, point, after, new.id).await,
            "{}",
            point.name()
        );
        town.each_once(new.id, written).await;
        assert_eq!(town.expand(new.id).await, Expanded::Done);
        town.each_once(new.id, 250).await;
        assert_eq!(town.campaign(new.id).await.counts.queued, 250);
        assert_eq!(town.campaign(new.id).await.status.phase, Phase::Open);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tick_brings_back_a_campaign_whose_queue_message_was_lost() {
    let town = town_with(&people(0, 120)).await;
    let new = town.broadcast(1);
    open_campaign(&town.cloud.app, &new).await.unwrap();
    town.each_once(new.id, 0).await;
    found_again(&town).await;
    town.advance(180).await;
    town.each_once(new.id, 120).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_there_already_are_left_as_they_are() {
    let town = town_with(&people(0, 150)).await;
    let (first, mut second) = (town.broadcast(1), town.broadcast(2));
    second.kind = domain::campaign::CampaignKind::FollowUp;
    // Two campaigns of one event's follow-ups: one row a person.
    let event = domain::campaign::EventRef {
        id: town.cloud.app.dice.event_id(),
        start_time: town.now(),
    };
    let mut follow_up = first.clone();
    follow_up.kind = domain::campaign::CampaignKind::FollowUp;
    follow_up.event = Some(event);
    follow_up.audience = Audience::Segment(Segment {
        cities: ["depok".to_owned()].into(),
        ..Segment::default()
    });
    let depok: Vec<Person> = (200..260)
        .map(|n| Person {
            city: "Depok".to_owned(),
            ..Person::nth(n)
        })
        .collect();
    town.populate(&depok, None).await;
    follow_up.created_at = town.now();
    town.open_whole(&follow_up).await;
    town.each_once(first.id, 60).await;
    // They are sent, or on their way, and must not be written anew: the whole page is refused.
    let sent = town.rows_of(first.id).await;
    for row in &sent {
        town.cloud
            .dynamodb
            .update_item()
            .table_name("local-notifications_log")
            .key("id", row["id"].clone())
            .update_expression("SET #s = :sent, reason = :accepted REMOVE lane, due_key")
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":sent", tests::attribute("sent"))
            .expression_attribute_values(":accepted", tests::attribute("accepted"))
            .send()
            .await
            .unwrap();
    }
    second.event = Some(event);
    second.created_at = town.now();
    let campaign = town.open_whole(&second).await;
    town.each_once(second.id, 150).await;
    town.each_once(first.id, 60).await;
    assert_eq!(campaign.counts.queued, 150);
    assert_eq!(campaign.counts.left_out[&LeftOut::Duplicate], 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_while_rows_are_written_stops_for_good_and_ends_what_is_there() {
    for after in 0..3 {
        let town = Arc::new(town_with(&people(0, 250)).await);
        let new = town.broadcast(1);
        open_campaign(&town.cloud.app, &new).await.unwrap();
        assert!(dies_at(&town, Failpoint::ExpandPageCommitted, after, new.id).await);
        let written = [99, 198, 250][after as usize];
        close_campaign(&town.cloud.app, new.id, Closing::Cancelled)
            .await
            .unwrap();
        // It dies while it ends them, and the next goes on.
        assert!(dies_at(&town, Failpoint::ClosePageCommitted, 0, new.id).await);
        assert_eq!(town.expand(new.id).await, Expanded::Stopped);
        let states = BTreeMap::from([("failed/cancelled".to_owned(), written)]);
        assert_eq!(town.states_of(new.id).await, states);
        assert_eq!(town.campaign(new.id).await.status.phase, Phase::Closing);
        found_again(&town).await;
        town.advance(300).await;
        let campaign = town.campaign(new.id).await;
        assert_eq!(campaign.status.phase, Phase::Closed);
        assert_eq!(
            campaign.ended.unwrap().with_status("failed") as usize,
            written
        );
        assert_eq!(town.expand(new.id).await, Expanded::Done);
        assert_eq!(town.states_of(new.id).await, states);
        assert!(
            town.cloud
                .app
                .store
                .open_lanes()
                .await
                .unwrap()
                .open
                .is_empty()
        );
        let error = pause_campaign(&town.cloud.app, new.id, "admin").await;
        assert!(matches!(error, Err(CampaignError::Over(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_at_the_same_time_as_two_workers_write_leaves_no_row_waiting() {
    let town = Arc::new(town_with(&people(0, 600)).await);
    let new = town.broadcast(1);
    open_campaign(&town.cloud.app, &new).await.unwrap();
    // Threads of their own: who stands still must not keep anybody else's work.
    let worker = || {
        let (town, id) = (Arc::clone(&town), new.id);
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            runtime.block_on(expand(&town.cloud.app, id, Timestamp::MAX))
        })
    };
    // From the second page on each stands still behind what it wrote until somebody came in between.
    let point = Failpoint::ExpandPageCommitted.name();
    fail::cfg(point, "1*off->pause").unwrap();
    let workers = [worker(), worker()];
    while town.campaign(new.id).await.counts.queued < 198 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    cancel_campaign(&town.cloud.app, new.id, "admin")
        .await
        .unwrap();
    // Again and again: one that was just about to stand still would not hear it once.
    while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        fail::cfg(point, "off").unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    found_again(&town).await;
    town.advance(300).await;
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Closed);
    let rows = town.rows_of(new.id).await;
    assert!((198..600).contains(&rows.len()), "{}", rows.len());
    assert!(rows.iter().all(|row| state(row) == "failed/cancelled"));
    assert!(rows.iter().all(|row| word(row, "lane").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audience_is_frozen_and_who_is_left_out_is_counted_as_the_preview_said() {
    let town = town_with(&people(0, 40)).await;
    let app = &town.cloud.app;
    for person in people(0, 5) {
        town.stop(&person).await;
    }
    let depok = Person {
        city: "Kota Depok".to_owned(),
        ..Person::nth(90)
    };
    town.populate(&[depok], None).await;
    let mut new = town.broadcast(1);
    new.audience = Audience::Segment(Segment {
        cities: ["bogor".to_owned(), "depok".to_owned()].into(),
        status: Some(JoinStatus::BelumJoin),
        ..Segment::default()
    });
    let seen = preview(app, &new).await.unwrap();
    assert_eq!(seen.recipients, 36);
    assert_eq!(seen.left_out, BTreeMap::from([(LeftOut::Unsubscribed, 5)]));
    assert_eq!(seen.unsent, 0);
    let by_number: u32 = seen.by_number.iter().map(|(_, count)| count).sum();
    assert_eq!(by_number, 36, "{:?}", seen.by_number);
    assert!(seen.done_at.unwrap() > town.now());
    assert!(town.rows_of(new.id).await.is_empty());

    // Who comes later is not among them.
    town.advance(60).await;
    town.populate(&people(100, 110), None).await;
    let campaign = town.open_whole(&new).await;
    assert_eq!(campaign.counts.queued, 36);
    assert_eq!(campaign.counts.left_out, seen.left_out);
    town.each_once(new.id, 36).await;

    // One city is looked for in its own index.
    let mut one = town.broadcast(2);
    one.audience = Audience::Segment(Segment {
        cities: ["depok".to_owned()].into(),
        ..Segment::default()
    });
    assert_eq!(town.open_whole(&one).await.counts.queued, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_more_broadcasts_than_the_cap_allows_also_of_those_that_are_written_at_once() {
    let town = Arc::new(town_with(&people(0, 120)).await);
    let week = jiff::SignedDuration::from_hours(7 * 24);
    let broadcasts: Vec<_> = (1..=4).map(|n| town.broadcast(n)).collect();
    for new in &broadcasts {
        open_campaign(&town.cloud.app, new).await.unwrap();
    }
    // All at once, again and again, until all are written.
    for _ in 0..4 {
        let workers = broadcasts.iter().map(|new| {
            let (town, id) = (Arc::clone(&town), new.id);
            tokio::spawn(async move { expand(&town.cloud.app, id, Timestamp::MAX).await.unwrap() })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
    }
    let mut queued = Vec::new();
    for new in &broadcasts {
        queued.push(town.campaign(new.id).await.counts.queued);
    }
    assert_eq!(queued, [120, 120, 120, 0]);
    let last = town.campaign(broadcasts[3].id).await;
    assert_eq!(last.counts.left_out[&LeftOut::BroadcastCap], 120);
    assert_eq!(last.status.phase, Phase::Open);
    // A cancelled one reached nobody, and a week later it is another week.
    cancel_campaign(&town.cloud.app, broadcasts[0].id, "admin")
        .await
        .unwrap();
    town.expand(broadcasts[0].id).await;
    let fifth = town.broadcast(5);
    assert_eq!(
        preview(&town.cloud.app, &fifth).await.unwrap().recipients,
        120
    );
    let mut sixth = town.broadcast(6);
    sixth.not_before += week;
    sixth.expires_at += week;
    assert_eq!(
        preview(&town.cloud.app, &sixth).await.unwrap().recipients,
        120
    );
}
