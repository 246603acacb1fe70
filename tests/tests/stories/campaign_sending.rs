//! Sending the rows of a campaign: pausing, stages, failures, and what happens meanwhile.

use std::collections::BTreeMap;

use app::backlog::backlog;
use app::campaign::{
    cancel_campaign, open_campaign, pause_campaign, progress, release_staged, resume_campaign,
};
use app::settings::save_template;
use app::suppression::stop_by_admin;
use domain::campaign::{Hold, Phase};
use domain::template::TemplateName;
use jiff::SignedDuration;
use local::simulator::Mode;
use tests::{Person, Town};

fn people(from: u32, to: u32) -> Vec<Person> {
    (from..to).map(Person::nth).collect()
}

fn states(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let pairs = of.iter();
    pairs
        .map(|(state, count)| ((*state).to_owned(), *count))
        .collect()
}

/// How many of the campaign's rows were accepted.
async fn accepted(town: &Town, id: domain::ids::CampaignId) -> usize {
    let states = town.states_of(id).await;
    states.get("sent/accepted").copied().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_reaches_everybody_with_text_and_picture_and_is_done() {
    let town = Town::open_at("12:00").await;
    let all = people(0, 30);
    town.populate(&all, None).await;
    let app = &town.cloud.app;
    let name = "broadcast/kabar-baik";
    let first = "Halo {name}, ada {topic}. Balas STOP untuk berhenti.";
    save_template(app, name, vec![first.to_owned()])
        .await
        .unwrap();
    let mut new = town.broadcast(1);
    let media = "6f0d2f6455a44ad48f4c54a1c66e61f1.pdf";
    new.media = Some(media.parse().unwrap());
    open_campaign(app, &new).await.unwrap();
    // What was decided on is what is sent, whatever the text says by then.
    let second = "Halo, teks baru.";
    save_template(app, name, vec![second.to_owned()])
        .await
        .unwrap();
    town.advance(120).await;
    for person in &all {
        let chat = town.chat(person).await;
        assert_eq!(chat.len(), 1);
        assert_eq!(
            chat[0].text,
            "Halo Budi Santoso, ada Modal usaha. Balas STOP untuk berhenti."
        );
    }
    let messages = town.get("/simulator/messages").await.json();
    let with_media = messages["items"].as_array().unwrap().iter();
    assert!(with_media.clone().count() == 30);
    for message in with_media {
        assert_eq!(
            message["media_url"].as_str(),
            Some("https://www.webdonasi.com/media/6f0d2f6455a44ad48f4c54a1c66e61f1.pdf")
        );
    }
    town.advance(400).await;
    let (campaign, progress) = progress(app, new.id).await.unwrap();
    assert_eq!(campaign.status.phase, Phase::Done);
    assert_eq!(progress.with_status("sent"), 30);
    assert_eq!(campaign.ended, Some(progress));
    assert!(app.store.open_lanes().await.unwrap().open.is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_for_later_begins_to_the_second_by_the_tick_alone() {
    let town = Town::open_on("2026-11-30 10:00").await;
    let all = people(0, 12);
    town.populate(&all, None).await;
    let app = &town.cloud.app;
    let mut new = town.broadcast(1);
    // Between two ticks, and days ahead.
    new.not_before = "2026-12-02T04:20:41Z".parse().unwrap();
    new.expires_at = new.not_before + SignedDuration::from_hours(24);
    open_campaign(app, &new).await.unwrap();
    town.advance(30).await;
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Open);
    // Queue messages are lost in the cloud too: the rows stand, and the tick is enough.
    town.cloud.queue.lose(&["campaigns"]);
    town.advance(50 * 3_600).await;
    let names: Vec<_> = town.all_messages().await;
    assert_eq!(names.len(), all.len());
    let first = names.iter().map(|message| message.at).min().unwrap();
    let last = names.iter().map(|message| message.at).max().unwrap();
    let begun = first.duration_since(new.not_before);
    assert!(
        !begun.is_negative() && begun < SignedDuration::from_secs(3),
        "begun {begun} after its time"
    );
    assert!(last.duration_since(first) < SignedDuration::from_secs(60));
    let none = domain::schedule::ScheduleName::parse("broadcast").unwrap();
    assert_eq!(app.schedule.list(&none).await.unwrap(), []);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_stops_it_at_once_a_stop_counts_and_it_goes_on_where_it_was() {
    let town = Town::open_at("12:00").await;
    let all = people(0, 60);
    town.populate(&all, None).await;
    let app = &town.cloud.app;
    let new = town.broadcast(1);
    open_campaign(app, &new).await.unwrap();
    town.advance(30).await;
    pause_campaign(app, new.id, "admin").await.unwrap();
    town.advance(10).await;
    let before = accepted(&town, new.id).await;
    assert!((5..55).contains(&before), "in the middle: {before}");
    town.advance(3_600).await;
    assert_eq!(accepted(&town, new.id).await, before);
    let campaign = town.campaign(new.id).await;
    assert_eq!(campaign.status.hold, Some(Hold::Paused));

    let unsent = town.rows_of(new.id).await;
    let unsent = unsent
        .iter()
        .find(|row| tests::word(row, "status") == Some("queued"));
    let index = tests::word(unsent.unwrap(), "target_index").unwrap();
    let stopped = stop_by_admin(app, index, "admin", "asked by phone").await;
    stopped.unwrap();
    resume_campaign(app, new.id, "admin").await.unwrap();
    town.advance(300).await;
    let expected = states(&[("failed/suppressed", 1), ("sent/accepted", 59)]);
    assert_eq!(town.states_of(new.id).await, expected);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_foretold_and_comes_true() {
    let town = Town::open_at("10:00").await;
    town.populate(&people(0, 120), None).await;
    let app = &town.cloud.app;
    let new = town.broadcast(1);
    let held = town.broadcast(2);
    town.open_whole(&new).await;
    town.open_whole(&held).await;
    pause_campaign(app, held.id, "admin").await.unwrap();
    // Nothing of this one goes without a word either.
    let mut staged = town.broadcast(3);
    staged.staged = Some(0);
    town.open_whole(&staged).await;
    town.advance(20).await;
    let waiting = backlog(app).await.unwrap();
    let foretold: Vec<_> = waiting.foretold().collect();
    // What is held is not foretold: nobody knows when it goes on.
    assert_eq!(foretold.len(), 1);
    let (waits, seen) = foretold[0];
    assert_eq!(waits.campaign, Some(new.id));
    let gone = accepted(&town, new.id).await;
    let counted = usize::try_from(waits.load.messages).unwrap();
    assert!(counted.abs_diff(120 - gone) <= 3, "{counted} and {gone}");
    assert_eq!((seen.sent, seen.unsent), (waits.load.messages, 0));
    assert_eq!(seen.by_number.len(), 3);
    assert_eq!(waiting.done_at, seen.done_at);
    let done_at = seen.done_at.unwrap();
    town.advance(900).await;
    assert_eq!(accepted(&town, new.id).await, 120);
    let last = town.all_messages().await.iter().map(|one| one.at).max();
    let off = last.unwrap().duration_since(done_at).abs();
    // A minute is the forecast's step.
    assert!(off <= SignedDuration::from_secs(90), "off by {off}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staged_one_sends_the_first_and_waits_for_the_word() {
    let town = Town::open_at("12:00").await;
    town.populate(&people(0, 50), None).await;
    let app = &town.cloud.app;
    let mut new = town.broadcast(1);
    new.staged = Some(20);
    open_campaign(app, &new).await.unwrap();
    town.advance(1_800).await;
    assert_eq!(accepted(&town, new.id).await, 20);
    assert_eq!(town.campaign(new.id).await.status.word(), "staged");
    release_staged(app, new.id, "admin").await.unwrap();
    town.advance(200).await;
    assert_eq!(accepted(&town, new.id).await, 50);
    town.advance(400).await;
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_while_sending_nothing_more_leaves_and_no_row_waits() {
    let town = Town::open_at("12:00").await;
    town.populate(&people(0, 60), None).await;
    let app = &town.cloud.app;
    let new = town.broadcast(1);
    open_campaign(app, &new).await.unwrap();
    town.advance(30).await;
    cancel_campaign(app, new.id, "admin").await.unwrap();
    let before = town.all_messages().await.len();
    assert!((5..55).contains(&before), "in the middle: {before}");
    town.advance(400).await;
    let sent = town.all_messages().await.len();
    // What was on its way when it was cancelled may still arrive.
    assert!(sent - before <= 3, "{before} {sent}");
    let expected = states(&[("failed/cancelled", 60 - sent), ("sent/accepted", sent)]);
    assert_eq!(town.states_of(new.id).await, expected);
    assert_eq!(town.campaign(new.id).await.status.phase, Phase::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_pause_it_and_it_goes_on_when_told_to() {
    let town = Town::open_at("12:00").await;
    town.populate(&people(0, 60), None).await;
    let app = &town.cloud.app;
    for number in 1..=3 {
        town.set_mode(number, Mode::BadRecipient).await;
    }
    let new = town.broadcast(1);
    open_campaign(app, &new).await.unwrap();
    town.advance(300).await;
    let campaign = town.campaign(new.id).await;
    assert_eq!(campaign.status.hold, Some(Hold::Failures));
    let now = town.states_of(new.id).await;
    let failed = now["failed/bad_recipient"];
    assert!((11..=13).contains(&failed), "{now:?}");
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
    }
    resume_campaign(app, new.id, "admin").await.unwrap();
    town.advance(400).await;
    let expected = states(&[
        ("failed/bad_recipient", failed),
        ("sent/accepted", 60 - failed),
    ]);
    assert_eq!(town.states_of(new.id).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_begin_for_long_asks_and_what_is_of_no_use_any_more_ends() {
    let town = Town::open_at("12:00").await;
    town.populate(&people(0, 10), None).await;
    let app = &town.cloud.app;
    let mut new = town.broadcast(1);
    let hours = SignedDuration::from_hours;
    new.not_before += hours(1);
    let mut second = new.clone();
    second.id = domain::ids::CampaignId(uuid::Uuid::from_u128(2));
    second.not_before += hours(2);
    second.expires_at = second.not_before + hours(1);
    open_campaign(app, &new).await.unwrap();
    open_campaign(app, &second).await.unwrap();
    town.advance(60).await;
    town.each_once(new.id, 10).await;
    assert_eq!(town.campaign(new.id).await.status.word(), "scheduled");
    assert!(app.store.open_lanes().await.unwrap().open.is_empty());

    // Nothing runs for five hours: that is what time means to whoever was away.
    for id in [new.id, second.id] {
        let hour = SignedDuration::from_hours(5);
        town.backdate(id, hour).await;
    }
    assert_eq!(town.get("/api/landing").await.status, 200);
    town.advance(120).await;
    assert_eq!(town.campaign(new.id).await.status.hold, Some(Hold::Overdue));
    assert_eq!(town.all_messages().await.len(), 0);
    town.advance(300).await;
    let states_now = town.states_of(second.id).await;
    assert_eq!(states_now, states(&[("failed/expired", 10)]));
    resume_campaign(app, new.id, "admin").await.unwrap();
    town.advance(60).await;
    assert_eq!(accepted(&town, new.id).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_does_not_exist_is_refused() {
    let town = Town::open_at("12:00").await;
    let mut new = town.broadcast(1);
    new.template = Some(TemplateName::parse("broadcast/lain").unwrap());
    let refused = open_campaign(&town.cloud.app, &new).await;
    assert!(matches!(refused, Err(app::campaign::CampaignError::NoText)));
    assert!(
        town.cloud
            .app
            .store
            .campaign(new.id)
            .await
            .unwrap()
            .is_none()
    );
}
