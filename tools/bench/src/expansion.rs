//! How fast a campaign's rows are written, next to the same items as bare transactions, and what is
//! left when the process that writes them is killed.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use app::campaign::{Expanded, expand, open_campaign};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use domain::audience::Audience;
use domain::campaign::{CampaignKind, NewCampaign};
use domain::ids::CampaignId;
use domain::template::TemplateName;
use jiff::{SignedDuration, Timestamp};
use local::{Cloud, Options, bind};

use crate::Failed;
use crate::crowd::{self, Item};
use crate::figure::{Figure, Section};
use crate::town::EVENING;

const HOW: &str = "A broadcast to 100 000 participants in a database in memory, in the \
evening, so that nothing is sent meanwhile. *Bare transactions*: the same rows with the same \
condition and an item that is updated, 100 to a transaction, on the same engine, by one caller that \
reads nothing. *Killed*: the same with a database in a file, written by a process that gets `kill -9` \
twice on its way.";

/// The audience.
const PEOPLE: u32 = 100_000;
/// As many as one page has.
const ROWS_IN_PAGE: usize = 99;
/// The word with which this program is the process that is killed.
pub(crate) const WORKER: &str = "--expand";
/// It is killed when it has written so many rows, and again at twice as many.
const KILLED_AT: u32 = 30_000;
const KILLS: u32 = 2;

/// What something took: on the clock, and of the processor, which does not depend on what else the
/// machine does.
#[derive(Debug, Clone, Copy)]
struct Spent {
    clock: Duration,
    processor: Duration,
}

impl Spent {
    /// Since the machine and this process began.
    fn now() -> Result<Self, Failed> {
        /// Linux counts processor time in hundredths of a second.
        const TICK: Duration = Duration::from_millis(10);
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let (_, fields) = stat.rsplit_once(") ").ok_or("unknown form of stat")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let [user, system] = [11, 12].map(|at| fields.get(at).and_then(|f| f.parse::<u32>().ok()));
        let ticks = user.zip(system).ok_or("unknown form of stat")?;
        let up = std::fs::read_to_string("/proc/uptime")?;
        let up = up.split(' ').next().ok_or("unknown form of uptime")?;
        Ok(Self {
            clock: Duration::from_secs_f64(up.parse()?),
            processor: TICK * (ticks.0 + ticks.1),
        })
    }

    fn until_now(self) -> Result<Self, Failed> {
        let now = Self::now()?;
        Ok(Self {
            clock: now.clock.saturating_sub(self.clock),
            processor: now.processor.saturating_sub(self.processor),
        })
    }
}

fn campaign(now: Timestamp) -> Result<NewCampaign, Failed> {
    Ok(NewCampaign {
        id: CampaignId("6f0d2f64-55a4-4ad4-8f4c-54a1c66e61f1".parse()?),
        kind: CampaignKind::Broadcast,
        event: None,
        audience: Audience::Everybody,
        template: Some(TemplateName::parse("broadcast/kabar-baik")?),
        vars: std::collections::BTreeMap::new(),
        media: None,
        not_before: now + SignedDuration::from_hours(24),
        expires_at: now + SignedDuration::from_hours(48),
        staged: None,
        created_by: "bench".to_owned(),
        created_at: now,
    })
}

async fn cloud(folder: Option<&Path>) -> Result<Cloud, Failed> {
    let options = Options {
        data_dir: folder.map(Path::to_path_buf),
        starts_at: folder.is_none().then(|| EVENING.parse()).transpose()?,
        ..Options::default()
    };
    let cloud = Cloud::start(bind(0).await?, options).await?;
    // Nobody but this program works on campaigns.
    cloud.queue.lose(&["campaigns"]);
    Ok(cloud)
}

pub(crate) async fn measure() -> Result<Section, Failed> {
    let ours = cloud(None).await?;
    crowd::load(&ours, PEOPLE).await?;
    let new = campaign(ours.app.now())?;
    open_campaign(&ours.app, &new).await?;
    ours.faults.reset();
    let began = Spent::now()?;
    let done = expand(&ours.app, new.id, Timestamp::MAX).await?;
    let took = began.until_now()?;
    if done != Expanded::Done {
        return Err("the expansion did not come to its end".into());
    }
    let calls = ours.faults.calls();
    let transactions = calls.get("TransactWriteItems").copied().unwrap_or_default();
    let rows = crowd::rows(&ours.dynamodb).await?;
    ours.shutdown().await;
    let written = rows.len();
    let recipients = recipients(&rows);
    let bare = bare(rows).await?;
    let (kills, left, once) = killed().await?;

    let per_second = |took: Spent| written as f64 / took.clock.as_secs_f64();
    let per_25 = transactions as f64 / (written as f64 / 25.0);
    let share = 100.0 * bare.processor.as_secs_f64() / took.processor.as_secs_f64();
    let figures = vec![
        Figure::new("rows written, each for somebody else", recipients).goal(
            "100 000",
            recipients == PEOPLE as usize && written == recipients,
        ),
        Figure::new("rows a second", format!("{:.0}", per_second(took))),
        Figure::new(
            "the same as bare transactions, rows a second",
            format!("{:.0}", per_second(bare)),
        ),
        Figure::new(
            "share of their speed, by processor time",
            format!("{share:.0} %"),
        )
        .goal("at least 70 %", share >= 70.0),
        Figure::new("transactions for 25 rows", format!("{per_25:.3}"))
            .goal("at most 0.3", per_25 <= 0.3),
        Figure::new("calls to the database for 1 000 rows", {
            let all: u64 = calls.values().sum();
            format!("{:.1}", all as f64 / (written as f64 / 1_000.0))
        }),
        Figure::new(
            format!("killed {kills} times: rows, each for somebody else"),
            left,
        )
        .goal("100 000", left == PEOPLE as usize && once),
    ];
    Ok(Section {
        title: "Writing the rows of a campaign",
        how: HOW.to_owned(),
        figures,
    })
}

fn recipients(rows: &[Item]) -> usize {
    let who: HashSet<_> = rows
        .iter()
        .filter_map(|row| row.get("participant_id").and_then(|id| id.as_s().ok()))
        .collect();
    who.len()
}

/// The same rows as bare transactions.
async fn bare(rows: Vec<Item>) -> Result<Spent, Failed> {
    let cloud = cloud(None).await?;
    let mut pages = Vec::new();
    let mut rows = rows.into_iter();
    loop {
        let page: Vec<Item> = rows.by_ref().take(ROWS_IN_PAGE).collect();
        if page.is_empty() {
            break;
        }
        pages.push(page);
    }
    let began = Spent::now()?;
    for (n, page) in pages.into_iter().enumerate() {
        transact(&cloud.dynamodb, n, page).await?;
    }
    let took = began.until_now()?;
    cloud.shutdown().await;
    Ok(took)
}

async fn transact(client: &Client, n: usize, page: Vec<Item>) -> Result<(), Failed> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let update = Update::builder()
        .table_name("local-campaigns")
        .key("pk", text("C#bare"))
        .key("sk", text("META"))
        .update_expression("SET #cursor = :n")
        .expression_attribute_names("#cursor", "cursor")
        .expression_attribute_values(":n", AttributeValue::N(n.to_string()))
        .build()?;
    let mut parts = vec![TransactWriteItem::builder().update(update).build()];
    for row in page {
        let put = Put::builder()
            .table_name("local-notifications_log")
            .set_item(Some(row))
            .condition_expression("attribute_not_exists(id)")
            .build()?;
        parts.push(TransactWriteItem::builder().put(put).build());
    }
    client
        .transact_write_items()
        .set_transact_items(Some(parts))
        .send()
        .await?;
    Ok(())
}

/// Lets processes write the rows into a file and kills them; how many it took, how many rows there
/// are in the end, and whether each is for somebody else.
async fn killed() -> Result<(u32, usize, bool), Failed> {
    let folder = std::env::temp_dir().join(format!("bench-expansion-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let loaded = cloud(Some(&folder)).await?;
    crowd::load(&loaded, PEOPLE).await?;
    let new = campaign(loaded.app.now())?;
    open_campaign(&loaded.app, &new).await?;
    loaded.shutdown().await;
    let mut kills = 0;
    loop {
        let mut worker = Command::new(std::env::current_exe()?)
            .arg(WORKER)
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = worker.stdout.take().ok_or("no output")?;
        for line in BufReader::new(output).lines() {
            let written: u32 = line?.parse()?;
            if kills < KILLS && written >= KILLED_AT * (kills + 1) {
                worker.kill()?;
                kills += 1;
                break;
            }
        }
        if worker.wait()?.success() {
            break;
        }
    }
    let cloud = cloud(Some(&folder)).await?;
    let rows = crowd::rows(&cloud.dynamodb).await?;
    cloud.shutdown().await;
    std::fs::remove_dir_all(&folder)?;
    Ok((kills, rows.len(), recipients(&rows) == rows.len()))
}

/// What the process does that is killed: writes rows, and says after each hundredth of a second of
/// work how many there are.
pub(crate) async fn work(folder: &Path) -> Result<(), Failed> {
    let cloud = cloud(Some(folder)).await?;
    let id = campaign(cloud.app.now())?.id;
    let slice = SignedDuration::from_millis(10);
    loop {
        let done = expand(&cloud.app, id, cloud.app.now() + slice).await?;
        let campaign = cloud.app.store.campaign(id).await?;
        println!("{}", campaign.ok_or("no campaign")?.counts.queued);
        if done == Expanded::Done {
            break;
        }
    }
    cloud.shutdown().await;
    Ok(())
}
