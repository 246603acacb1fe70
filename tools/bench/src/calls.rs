//! What registrations, messages and ticks cost: calls and DynamoDB's units, counted.

use app::dispatch::{Call, dispatch};
use app::ports::QueueMessage;
use domain::lane::Lane;
use domain::message::{MessageType, Waiting};
use jiff::Timestamp;
use local::Bill;

use crate::Failed;
use crate::figure::{Figure, Section};
use crate::town::{DAY, EVENING, Town};

const HOW: &str = "A cloud in memory; what the functions ask of it is recorded, and the engine \
says what each request to DynamoDB costs by DynamoDB's rules (1 KB a write, 4 KB a read, half for \
a read that may be stale, double for the tables of a transaction, single for indexes, two where an \
index entry moves; a refused condition is not counted). Counts, not times: the same on every machine. \
W and R are write and read units, each a mean.";

/// Registrations that are counted.
const REGISTRATIONS: u32 = 50;
/// Messages that are counted, about.
const MESSAGES: usize = 30;
/// Rows in the outbox.
const ROWS: [usize; 3] = [10, 1_000, 10_000];
/// Messages that wait while one is sent.
const PENDING: [usize; 3] = [10, 1_000, 100_000];
/// Whose place among the people it is to be named by others.
const REFERRER: u32 = 0;
/// Lanes that a turn looks into, one after the other, down to the class of the rows here.
const LANES_TO_LINKS: f64 = 2.0;

pub(crate) async fn measure() -> Result<Section, Failed> {
    let mut figures = registration().await?;
    for rows in PENDING {
        figures.extend(message(rows).await?);
    }
    for rows in ROWS {
        figures.push(tick(rows).await?);
    }
    Ok(Section {
        title: "Calls and capacity units",
        how: HOW.to_owned(),
        figures,
    })
}

fn per(count: u64, of: f64) -> f64 {
    count as f64 / of
}

/// Calls by operation, most frequent first.
fn by_operation(bill: &Bill, of: f64) -> String {
    let operations = [
        "UpdateItem",
        "PutItem",
        "GetItem",
        "Query",
        "BatchGetItem",
        "TransactWriteItems",
    ];
    let counts = operations.iter().map(|name| (name, bill.count(&[name])));
    let counts = counts.filter(|(_, count)| *count > 0);
    let texts: Vec<String> = counts
        .map(|(name, count)| format!("{:.1} {name}", per(count, of)))
        .collect();
    texts.join(", ")
}

fn units(bill: &Bill, of: f64) -> String {
    let units = bill.units;
    format!(
        "{:.1} W + {:.1} R, indexes {:.1} W + {:.1} R",
        units.base_write / of,
        units.base_read / of,
        units.index_write / of,
        units.index_read / of,
    )
}

/// Somebody with a known referrer registers in a warm system, and gets a place.
async fn registration() -> Result<Vec<Figure>, Failed> {
    let town = Town::open(DAY, true).await?;
    town.register(REFERRER, None).await?;
    town.register(1, Some(REFERRER)).await?;
    town.referrals_done().await?;
    town.cloud.calls.start_bill();
    for n in 2..2 + REGISTRATIONS {
        town.register(n, Some(REFERRER)).await?;
    }
    town.referrals_done().await?;
    let count = f64::from(REGISTRATIONS);
    let bill = town.bill("registration");
    let calls = per(bill.database(), count);
    let keys = per(bill.keys(), count);
    let sequence = town.bill("referral");
    let what = "registration with a known referrer";
    let figures = vec![
        Figure::new(
            format!("{what}: calls to DynamoDB ({})", by_operation(&bill, count)),
            format!("{calls:.2}"),
        )
        .goal("≤ 3", calls <= 3.0),
        Figure::new(format!("{what}: calls to KMS"), format!("{keys:.2}"))
            .goal("0", bill.keys() == 0),
        Figure::new(
            format!("{what}: messages to SQS"),
            format!("{:.2}", per(bill.queues(), count)),
        ),
        Figure::new(format!("{what}: units"), units(&bill, count)),
        Figure::new(
            format!("{what}: bytes sent to DynamoDB"),
            format!("{:.0}", per(bill.bytes, count)),
        ),
        Figure::new(
            format!(
                "its place among the invited: calls to DynamoDB ({})",
                by_operation(&sequence, count)
            ),
            format!("{:.2}", per(sequence.database(), count)),
        ),
        Figure::new(
            "its place among the invited: units",
            units(&sequence, count),
        ),
    ];
    town.close().await;
    Ok(figures)
}

/// Messages leave while the outbox holds so many: one is added for each that goes.
async fn message(rows: usize) -> Result<Vec<Figure>, Failed> {
    let town = Town::open(DAY, true).await?;
    town.leave_one_number().await?;
    town.register(REFERRER, None).await?;
    town.advance(10).await?;
    let to = town.somebody(REFERRER).await?;
    let add = |n: usize| town.add_message(MessageType::Link, Waiting::Number, &to, n);
    for n in 0..rows {
        add(n).await?;
    }
    town.cloud.app.queue.send(QueueMessage::Wake).await?;
    town.advance(5).await?;
    town.cloud.calls.start_bill();
    let before = town.accepted();
    for n in 0..MESSAGES {
        add(rows + n).await?;
        town.advance(2).await?;
    }
    let bill = town.bill("sender");
    let sent = town.accepted() - before;
    if sent < MESSAGES / 2 {
        return Err(format!("{sent} messages were sent instead of {MESSAGES}").into());
    }
    let count = sent as f64;
    let named = |name: &str| bill.calls.get(name).copied().unwrap_or_default();
    let picks = named("Query notifications_log/index/due");
    let shared: u64 = bill
        .calls
        .iter()
        .filter(|(name, _)| SHARED.contains(&name.as_str()))
        .map(|(_, count)| count)
        .sum();
    let own = bill.database() - picks - shared;
    let what = format!("message, queued to accepted, {rows} rows pending");
    let figures = vec![
        Figure::new(
            format!("{what}: fence, claim, check, record"),
            format!("{:.2}", per(own, count)),
        )
        .goal("4", per(own, count) <= 4.0),
        Figure::new(
            format!("{what}: queries that pick"),
            format!("{:.2}", per(picks, count)),
        )
        .goal(
            "≤ 2 for each lane looked into, here 2",
            per(picks, count) <= 2.0 * LANES_TO_LINKS,
        ),
        Figure::new(
            format!("{what}: reads shared by the messages of ten seconds"),
            format!("{:.2}", per(shared, count)),
        ),
        Figure::new(
            format!("{what}: messages to SQS"),
            format!("{:.2}", per(bill.queues(), count)),
        ),
        Figure::new(format!("{what}: units"), units(&bill, count)),
    ];
    town.close().await;
    Ok(figures)
}

/// What a warm sender reads once in ten seconds, whatever it sends.
const SHARED: [&str; 3] = [
    "BatchGetItem settings",
    "Query broadcast_numbers/index/roster",
    "Query events/index/by_start",
];

/// A tick with nothing to do: so many alerts wait for the morning, and as many rows are done with.
async fn tick(rows: usize) -> Result<Figure, Failed> {
    let town = Town::open(EVENING, true).await?;
    town.register(REFERRER, None).await?;
    town.advance(60).await?;
    let to = town.somebody(REFERRER).await?;
    let app = &town.cloud.app;
    let lane = Lane::Class(MessageType::ReferrerAlert.class());
    let add = |n: usize| town.add_message(MessageType::ReferrerAlert, Waiting::Window, &to, n);
    for n in 0..rows {
        add(n).await?;
    }
    let ended = app
        .store
        .due(&lane, Timestamp::MIN, Timestamp::MAX, rows)
        .await?;
    for row in &ended {
        app.store.expire_waiting(row, town.now()).await?;
    }
    for n in 0..rows {
        add(rows + n).await?;
    }
    town.cloud.calls.start_bill();
    let done = dispatch(app, Call::Tick).await?;
    if done.armed > 0 || ended.len() != rows {
        return Err("the tick was not idle".into());
    }
    let bill = town.bill("tools");
    let figure = Figure::new(
        format!(
            "idle tick, {rows} rows waiting and {rows} done with: calls to DynamoDB ({})",
            units(&bill, 1.0)
        ),
        bill.database(),
    )
    .goal("≤ 15", bill.database() <= 15);
    town.close().await;
    Ok(figure)
}
