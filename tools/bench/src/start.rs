//! Section `functions`: size of the deployed programs, and how long each takes from the start of
//! its process to its first poll for work, beside a function in Node.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failed;
use crate::figure::{Figure, Section};
use crate::size::{self, Function};
use crate::start_cloud::{Cloud, Seen};
use crate::start_peer;

/// Starts of each program that count; one more goes before them, so that files are in memory.
const STARTS: usize = 31;
const PATIENCE: Duration = Duration::from_secs(20);
const ZIP_GOAL: usize = 4_000_000;
const START_GOAL: Duration = Duration::from_millis(20);
const RATIO_GOAL: f64 = 12.0;

/// A program whose starts are timed.
struct Contestant {
    name: String,
    command: Command,
    starts: Vec<Duration>,
    calls: usize,
}

/// Measures the section.
pub(crate) async fn functions() -> Result<Section, Failed> {
    let functions = size::build_all()?;
    let mut figures: Vec<Figure> = functions.iter().map(size_figure).collect();
    let peer = start_peer::prepare()?;

    let mut cloud = Cloud::serve().await?;
    let mut contestants = Vec::new();
    for function in &functions {
        let mut command = Command::new(&function.program);
        environment(&mut command, &cloud);
        command.envs(variables(&function.name)?);
        contestants.push(Contestant::new(&function.name, command));
    }
    if let Some(peer) = &peer {
        let mut command = Command::new(&peer.node);
        command.arg(&peer.bundle);
        environment(&mut command, &cloud);
        // That the SDK will leave Node 20 behind is printed at every start otherwise.
        command.env("NODE_NO_WARNINGS", "1");
        contestants.push(Contestant::new("Node", command));
    }
    // In turn, so that whatever else the machine does hits all alike.
    for round in 0..=STARTS {
        for contestant in &mut contestants {
            let start = contestant.start(&mut cloud).await?;
            if round > 0 {
                contestant.starts.push(start);
            }
        }
    }

    let peer_start = peer
        .as_ref()
        .and_then(|_| contestants.pop())
        .map(|peer| middle(peer.starts));
    let mut slowest = Duration::ZERO;
    for contestant in contestants {
        let start = middle(contestant.starts);
        slowest = slowest.max(start);
        let what = format!(
            "`{}`: start to first poll, ms ({} calls of AWS in it)",
            contestant.name, contestant.calls
        );
        figures.push(Figure::new(what, millis(start)).goal("≤ 20", start <= START_GOAL));
    }
    let (Some(peer), Some(start)) = (peer, peer_start) else {
        figures.push(Figure::new("a function in Node", "not measured: no npm"));
        return Ok(section(figures));
    };
    let what = format!("Node {}: start to first poll, ms", peer.version);
    figures.push(Figure::new(what, millis(start)));
    let ratio = start.as_secs_f64() / slowest.as_secs_f64();
    figures.push(
        Figure::new("Node's start, times our slowest", format!("{ratio:.1}"))
            .goal("≥ 12", ratio >= RATIO_GOAL),
    );
    Ok(section(figures))
}

fn section(figures: Vec<Figure>) -> Section {
    Section {
        title: "Functions",
        how: format!(
            "Built with the profile that is deployed, for this machine; zipped at deflate's level 9. A start is the median of \
             {STARTS}, the programs in turn, from the start of the process until its first request for an event arrives. Ours have the \
             environment of `infra/*.yaml`, and read their keys before they ask: DynamoDB and KMS answer at once from this machine and \
             without TLS, so the network's time is not in it. The function in Node (`tests/peers/node-clients`, AWS SDK v3 bundled and \
             minified by esbuild) makes four clients and calls nothing."
        ),
        figures,
    }
}

fn size_figure(function: &Function) -> Figure {
    let what = format!("`{}`: program / zipped, MB", function.name);
    let value = format!(
        "{} / {}",
        megabytes(function.size),
        megabytes(function.zipped)
    );
    Figure::new(what, value).goal("zipped ≤ 4", function.zipped <= ZIP_GOAL)
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn megabytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

fn middle(mut starts: Vec<Duration>) -> Duration {
    starts.sort();
    starts.get(starts.len() / 2).copied().unwrap_or_default()
}

impl Contestant {
    fn new(name: &str, mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        Self {
            name: name.to_owned(),
            command,
            starts: Vec::new(),
            calls: 0,
        }
    }

    /// Starts the program, waits for its first poll and ends it.
    async fn start(&mut self, cloud: &mut Cloud) -> Result<Duration, Failed> {
        let began = Instant::now();
        let mut child = self.command.spawn()?;
        self.calls = 0;
        let arrived = loop {
            match tokio::time::timeout(PATIENCE, cloud.seen.recv()).await {
                Ok(Some(Seen::Poll(at))) => break Some(at),
                Ok(Some(Seen::Call)) => self.calls += 1,
                Ok(None) | Err(_) => break None,
            }
        };
        child.kill()?;
        child.wait()?;
        let arrived = arrived.ok_or_else(|| format!("{} asks for no event", self.name))?;
        Ok(arrived - began)
    }
}

/// What Lambda itself sets, and where this machine's cloud is.
fn environment(command: &mut Command, cloud: &Cloud) {
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", cloud.address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "sample")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_REGION", "ap-southeast-3")
        .env("AWS_ACCESS_KEY_ID", "sample")
        .env("AWS_SECRET_ACCESS_KEY", "sample")
        .env("AWS_SESSION_TOKEN", "sample")
        .env("AWS_ENDPOINT_URL", format!("http://{}", cloud.address));
}

/// The variables that the template gives this function, with values to start with.
fn variables(function: &str) -> Result<BTreeMap<String, String>, Failed> {
    let code = format!("../target/lambda/{function}/");
    let names = std::fs::read_dir(size::root().join("infra"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| Ok(serde_saphyr::from_str(&std::fs::read_to_string(path)?)?))
        .collect::<Result<Vec<Value>, Failed>>()?
        .iter()
        .filter_map(|template| template["Resources"].as_object())
        .flat_map(|resources| resources.values())
        .map(|resource| &resource["Properties"])
        .find(|properties| properties["CodeUri"] == code.as_str())
        .and_then(|properties| properties["Environment"]["Variables"].as_object())
        .map(|variables| variables.keys().cloned().collect::<Vec<_>>())
        .ok_or_else(|| format!("no template deploys {function}"))?;
    names
        .into_iter()
        .map(|name| {
            let value = value(&name).ok_or_else(|| format!("no value to start with: {name}"))?;
            Ok((name, value.to_owned()))
        })
        .collect()
}

/// As in production, but for addresses that lead nowhere.
fn value(variable: &str) -> Option<&'static str> {
    Some(match variable {
        "TABLE_PREFIX" => "sample",
        "FIELD_KEY_ARN" => "arn:aws:kms:ap-southeast-3:000000000000:key/sample",
        "ORIGIN_CHECK" => "required",
        "GATEWAY_MODE" => "live",
        "GATEWAY_URL" => "https://gateway.invalid",
        "GATEWAY_TIMEOUT_S" => "15",
        "POOL_ID" => "ap-southeast-3_sample",
        "SCHEDULE_GROUP" => "sample-jobs",
        "SCHEDULE_TARGET_ARN" | "SCHEDULE_DLQ_ARN" => {
            "arn:aws:sqs:ap-southeast-3:000000000000:sample"
        }
        "SCHEDULE_ROLE_ARN" => "arn:aws:iam::000000000000:role/sample",
        name if name.ends_with("_QUEUE_URL") => "http://127.0.0.1:9/queue",
        _ => return None,
    })
}
