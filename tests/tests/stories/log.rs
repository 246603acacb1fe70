//! The log of messages as an admin looks through it: pages that repeat nothing and leave nothing
//! out, and what they cost.

use std::collections::{BTreeSet, HashMap};

use app::log::message_log;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::ids::{CampaignId, MessageId, NumberId, ParticipantId};
use domain::lane::Lane;
use domain::log::{Filter, Glimpse, Mark};
use domain::message::{Class, Failure, MessageType, SentAs, State, Waiting};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tests::{Item, Town, attribute};
use uuid::Uuid;

const STATES: [State; 9] = [
    State::Queued(Waiting::Scheduled),
    State::Queued(Waiting::Sending),
    State::Sent(SentAs::Accepted),
    State::Sent(SentAs::Grouped),
    State::Failed(Failure::Unconfirmed),
    State::Failed(Failure::Exhausted),
    State::Failed(Failure::Suppressed),
    State::Failed(Failure::Expired),
    State::Failed(Failure::Cancelled),
];

fn random_id(dice: &mut StdRng) -> Uuid {
    uuid::Builder::from_random_bytes(dice.random::<u128>().to_be_bytes()).into_uuid()
}

fn one_of<T: Copy>(dice: &mut StdRng, all: &[T]) -> T {
    all[dice.random_range(0..all.len())]
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A row as it would have been written, and what is true of it.
fn row(dice: &mut StdRng, cast: &Cast, now: Timestamp) -> (MessageId, Glimpse, Item) {
    let id = MessageId(random_id(dice));
    let state = one_of(dice, &STATES);
    let message_type = one_of(dice, &MessageType::ALL);
    let participant = one_of(dice, &cast.people);
    // Rows of campaigns are of broadcasts; many are written in one moment.
    let campaign = (message_type == MessageType::Broadcast).then(|| one_of(dice, &cast.campaigns));
    let number = (!matches!(state, State::Queued(_))).then(|| one_of(dice, &cast.numbers));
    let ago = SignedDuration::from_millis(dice.random_range(0..4 * 86_400) * 1_000);
    let created_at = now - ago;
    let at = iso(created_at);
    // Noon in ten days: nobody sends it, explains it or finds it expired while the test looks.
    let noon = now.to_zoned(domain::zone::wib()).date().at(12, 0, 0, 0);
    let noon = noon.to_zoned(domain::zone::wib()).unwrap().timestamp();
    let later = iso(noon + SignedDuration::from_hours(10 * 24));
    let mut item: Item = HashMap::from([
        ("id".to_owned(), attribute(&id.to_string())),
        (
            "participant_id".to_owned(),
            attribute(&participant.to_string()),
        ),
        ("target_index".to_owned(), attribute("1.x")),
        ("type".to_owned(), attribute(message_type.as_str())),
        ("class".to_owned(), attribute(message_type.class().as_str())),
        ("status".to_owned(), attribute(state.status())),
        ("reason".to_owned(), attribute(state.reason())),
        ("attempts".to_owned(), AttributeValue::N("0".to_owned())),
        ("created_at".to_owned(), attribute(&at)),
        ("cause_at".to_owned(), attribute(&at)),
        ("expires_at".to_owned(), attribute(&later)),
        ("created_key".to_owned(), attribute(&format!("{at}#{id}"))),
        ("day".to_owned(), attribute(&at[..10])),
    ]);
    let mut set = |name: &str, value: String| item.insert(name.to_owned(), attribute(&value));
    if let Some(campaign) = campaign {
        set("campaign_id", campaign.to_string());
    }
    if let Some(number) = number {
        set("number_id", number.to_string());
    }
    match state {
        State::Failed(Failure::Unconfirmed | Failure::Exhausted) => {
            set("problem", state.reason().to_owned());
        }
        State::Queued(Waiting::Sending) => {
            set("lane", Lane::Sending.partition());
            set("due_key", later.clone());
        }
        State::Queued(_) => {
            let class = match message_type.class() {
                Class::Broadcast => Class::FollowUp,
                class => class,
            };
            set("lane", Lane::Class(class).partition());
            set("due_key", later.clone());
        }
        _ => {}
    }
    let known = Glimpse {
        participant: Some(participant),
        message_type: Some(message_type),
        state: Some(state),
        number: Some(number),
        campaign: Some(campaign),
        created_at: Some(created_at),
    };
    (id, known, item)
}

/// Of whom and of what the rows are.
struct Cast {
    people: Vec<ParticipantId>,
    campaigns: Vec<CampaignId>,
    numbers: Vec<NumberId>,
}

impl Cast {
    fn drawn(dice: &mut StdRng) -> Self {
        Self {
            people: (0..30).map(|_| ParticipantId(random_id(dice))).collect(),
            campaigns: (0..2).map(|_| CampaignId(random_id(dice))).collect(),
            numbers: (0..3).map(|_| NumberId(random_id(dice))).collect(),
        }
    }
}

/// A log of so many rows, of the four days before now.
async fn filled(
    town: &Town,
    dice: &mut StdRng,
    cast: &Cast,
    rows: usize,
) -> Vec<(MessageId, Glimpse)> {
    let now = town.cloud.app.now();
    let mut known = Vec::with_capacity(rows);
    let mut writes = Vec::new();
    for _ in 0..rows {
        let (id, glimpse, item) = row(dice, cast, now);
        known.push((id, glimpse));
        let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
        writes.push(WriteRequest::builder().put_request(put).build());
    }
    for writes in writes.chunks(25) {
        let answer = town
            .cloud
            .dynamodb
            .batch_write_item()
            .request_items("local-notifications_log", writes.to_vec())
            .send()
            .await
            .unwrap();
        assert!(answer.unprocessed_items.is_none_or(|left| left.is_empty()));
    }
    known
}

/// Conditions drawn at random, mostly few at once.
fn filter(dice: &mut StdRng, cast: &Cast, now: Timestamp) -> Filter {
    let mut chosen = |share: u32| dice.random_range(0..100) < share;
    let [
        of_participant,
        of_campaign,
        with_state,
        with_reason,
        with_type,
        with_number,
        from,
        to,
    ] = [25, 15, 40, 30, 25, 20, 25, 25].map(&mut chosen);
    let state = one_of(dice, &STATES);
    let mut day = || {
        let back = SignedDuration::from_hours(dice.random_range(0..120));
        (now - back).to_zoned(domain::zone::wib()).date()
    };
    let (first, last) = (day(), day());
    let narrow = of_participant || of_campaign;
    Filter {
        participant: of_participant.then(|| one_of(dice, &cast.people)),
        campaign: of_campaign.then(|| one_of(dice, &cast.campaigns)),
        status: with_state.then(|| state.status()),
        reason: (with_state && with_reason).then(|| state.reason()),
        message_type: with_type.then(|| one_of(dice, &MessageType::ALL)),
        number: with_number.then(|| one_of(dice, &cast.numbers)),
        // How long it takes to the end of what is kept is the plan's own test.
        from: (from || !narrow).then_some(first.min(last)),
        to: to.then_some(first.max(last)),
    }
}

/// Calls of the database that the test's own application has made.
fn calls(town: &Town) -> u64 {
    town.cloud.calls.bill("tools").database()
}

/// All pages of a list, one after the other; none may cost more than eight calls.
async fn all_pages(town: &Town, filter: &Filter, limit: usize) -> Vec<MessageId> {
    town.cloud.calls.start_bill();
    let mut found = Vec::new();
    let mut after: Option<Mark> = None;
    loop {
        let before = calls(town);
        let page = message_log(&town.cloud.app, filter, after, limit)
            .await
            .unwrap();
        let cost = calls(town) - before;
        assert!(
            (1..=7).contains(&cost),
            "{cost} calls for a page of {filter:?}"
        );
        assert!(page.messages.len() <= limit);
        found.extend(page.messages.iter().map(|row| row.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

fn since_last_week(town: &Town) -> Filter {
    let last_week = town.now() - SignedDuration::from_hours(7 * 24);
    Filter {
        from: Some(last_week.to_zoned(domain::zone::wib()).date()),
        ..Filter::default()
    }
}

/// A town in which nothing goes on but what the test does.
async fn quiet_town() -> Town {
    let town = Town::open_at("12:00").await;
    for number in 1..=3 {
        let id = town.number_id(number).await;
        app::numbers::set_paused(&town.cloud.app, id, true)
            .await
            .unwrap();
    }
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_together_are_what_a_plain_filter_of_the_rows_gives() {
    let town = quiet_town().await;
    let mut dice = StdRng::seed_from_u64(7);
    let cast = Cast::drawn(&mut dice);
    let known = filled(&town, &mut dice, &cast, 500).await;
    let now = town.cloud.app.now();
    for _ in 0..40 {
        let filter = filter(&mut dice, &cast, now);
        let limit = one_of(&mut dice, &[3, 7, 25, 100]);
        let found = all_pages(&town, &filter, limit).await;
        let expected: BTreeSet<MessageId> = known
            .iter()
            .filter(|(_, row)| filter.may_hold_for(row))
            .map(|(id, _)| *id)
            .collect();
        let once: BTreeSet<MessageId> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "none twice: {filter:?}");
        assert_eq!(once, expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_meanwhile_neither_shifts_pages_nor_stands_on_them() {
    let town = quiet_town().await;
    let mut dice = StdRng::seed_from_u64(8);
    let cast = Cast::drawn(&mut dice);
    let known = filled(&town, &mut dice, &cast, 150).await;
    let filter = since_last_week(&town);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = message_log(&town.cloud.app, &filter, after, 20)
            .await
            .unwrap();
        found.extend(page.messages.iter().map(|row| (row.created_at, row.id)));
        let Some(next) = page.next else { break };
        after = Some(next);
        town.advance(1).await;
        let now = town.cloud.app.now();
        let (_, _, mut late) = row(&mut dice, &cast, now);
        let at = iso(now);
        let key = format!("{at}#{}", late["id"].as_s().unwrap());
        late.insert("created_at".to_owned(), attribute(&at));
        late.insert("created_key".to_owned(), attribute(&key));
        late.insert("day".to_owned(), attribute(&at[..10]));
        let put = town.cloud.dynamodb.put_item();
        let put = put
            .table_name("local-notifications_log")
            .set_item(Some(late));
        put.send().await.unwrap();
    }
    assert_eq!(found.len(), known.len());
    assert!(
        found.is_sorted_by(|newer, older| newer.0 >= older.0),
        "the newest first"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_nobody_can_read_is_an_error_in_the_log_and_the_others_are_shown() {
    let town = quiet_town().await;
    let mut dice = StdRng::seed_from_u64(9);
    let cast = Cast::drawn(&mut dice);
    let known = filled(&town, &mut dice, &cast, 5).await;
    let change = town.cloud.dynamodb.update_item();
    let change = change.table_name("local-notifications_log");
    let change = change.key("id", attribute(&known[2].0.to_string()));
    let change = change.update_expression("SET #t = :t");
    let change = change.expression_attribute_names("#t", "type");
    let change = change.expression_attribute_values(":t", attribute("pigeon"));
    change.send().await.unwrap();
    let found = all_pages(&town, &since_last_week(&town), 10).await;
    assert_eq!(found.len(), 4);
    assert!(town.logs().contains("unreadable item"));
}
