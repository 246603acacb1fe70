//! A function as it is deployed: its own process, which asks Lambda's Runtime API for work.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::moto::REGION;
use crate::runtime_api::{Invocation, Report, RuntimeApi};

/// Nothing here takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
const NAP: Duration = Duration::from_millis(5);
/// Lambda gives a process 2 s at most.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Variables of a function's environment.
pub type Variables = Vec<(&'static str, String)>;

/// A running function; killed when dropped.
pub struct Function {
    child: Child,
    log: Arc<Mutex<String>>,
    readers: Vec<std::thread::JoinHandle<()>>,
    api: RuntimeApi,
    invoked: usize,
}

/// How a function's process ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// All that it printed.
    pub log: String,
    /// How long it took to end.
    pub took: Duration,
    /// What it told the Runtime API and nobody asked for.
    pub told: Vec<Value>,
    /// How often it had asked for work.
    pub polls: usize,
}

impl Function {
    /// Starts the program `executable` with these variables, and what Lambda itself sets.
    pub async fn start(executable: &str, variables: &Variables) -> Self {
        let api = RuntimeApi::serve().await;
        let mut child = Command::new(executable)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "sample")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Whatever has no address of its own is refused: nothing leaves this machine.
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .env("RUST_LOG", "info")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{executable}: {error}"));
        let log = Arc::default();
        let readers = vec![
            collect(child.stdout.take().expect("a pipe"), &log),
            collect(child.stderr.take().expect("a pipe"), &log),
        ];
        Self {
            child,
            log,
            readers,
            api,
            invoked: 0,
        }
    }

    /// Waits until the function asks for its next event.
    pub async fn ready(&mut self) {
        let began = Instant::now();
        while *self.api.polls.borrow() <= self.invoked {
            let ended = self.child.try_wait().expect("a state");
            assert!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "it asks for no event ({ended:?}):\n{}",
                self.log()
            );
            tokio::time::sleep(NAP).await;
        }
    }

    /// Hands the event to the function: what it answers, or the error that it reports.
    ///
    /// # Errors
    /// The function's own error, as Lambda gets it.
    pub async fn invoke(&mut self, event: &str) -> Result<Value, Value> {
        let id = self.hand(event).await;
        let report = tokio::time::timeout(PATIENCE, self.api.reports.recv()).await;
        let Ok(Some(report)) = report else {
            panic!("no answer to {event}:\n{}", self.log());
        };
        let Report { id: of, kind, body } = report;
        assert_eq!(of, Some(id), "{kind}: {body}");
        // Still there, and asking for more.
        self.ready().await;
        match kind.as_str() {
            "response" => Ok(body),
            "error" => Err(body),
            other => panic!("{other} is no way to answer: {body}"),
        }
    }

    /// Hands the event to the function, without waiting for what comes of it; answers the
    /// request's id.
    pub async fn hand(&mut self, event: &str) -> String {
        self.ready().await;
        self.invoked += 1;
        let id = format!("request-{}", self.invoked);
        let invocation = Invocation {
            id: id.clone(),
            event: event.to_owned(),
        };
        self.api.events.send(invocation).expect("the API serves");
        id
    }

    /// All that the function has printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// Sends SIGTERM.
    pub fn ask_to_end(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("a shell").success());
    }

    /// Waits for the end.
    pub async fn end(mut self) -> Ended {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a state") {
                break status;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.log()
            );
            tokio::time::sleep(NAP).await;
        };
        let took = began.elapsed();
        for reader in self.readers.drain(..) {
            reader.join().expect("the output is read");
        }
        let mut told = Vec::new();
        while let Ok(report) = self.api.reports.try_recv() {
            told.push(report.body);
        }
        Ended {
            status,
            log: self.log(),
            took,
            told,
            polls: *self.api.polls.borrow(),
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended already, which is no fault here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(
    from: impl Read + Send + 'static,
    log: &Arc<Mutex<String>>,
) -> std::thread::JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// Starts the program without each of its variables in turn, and with each left empty: it ends
/// at once, names the variable, and asks for no work.
///
/// It tells the Runtime API nothing: Lambda reports a process that ends with a code as a failed
/// start, and its log has the reason.
pub async fn refuses_to_start_without(executable: &str, variables: &Variables) {
    for (missing, _) in variables {
        for empty in [false, true] {
            let mut variables = variables.clone();
            if empty {
                let variable = variables.iter_mut().find(|(name, _)| name == missing);
                variable.expect("it is one of them").1.clear();
            } else {
                variables.retain(|(name, _)| name != missing);
            }
            refuses_to_start(executable, &variables, missing).await;
        }
    }
}

/// Starts the program with variables that it cannot work with: it ends at once, its log has the
/// words `because`, and it asks for no work.
pub async fn refuses_to_start(executable: &str, variables: &Variables, because: &str) {
    let ended = Function::start(executable, variables).await.end().await;
    assert_eq!(ended.status.code(), Some(1), "{because}: {}", ended.log);
    assert!(ended.log.contains(because), "{because}: {}", ended.log);
    assert_eq!(ended.polls, 0, "{because}");
    assert_eq!(ended.told, [Value::Null; 0], "{because}");
}

/// Asks an idle function to end with SIGTERM, which Lambda sends where a function has extensions,
/// and SIGKILL otherwise: it ends at once, with exit status 0, and its log is complete.
///
/// In all its life it has logged nothing of `secrets`.
pub async fn ends_on_sigterm(mut function: Function, secrets: &[&str]) {
    function.ready().await;
    function.ask_to_end();
    let ended = function.end().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(ended.log.contains("ended as asked"), "{}", ended.log);
    assert!(ended.took < AT_ONCE, "{:?}", ended.took);
    assert!(ended.told.is_empty(), "{:?}", ended.told);
    assert!(!ended.log.contains("panicked"), "{}", ended.log);
    for secret in secrets {
        assert!(!ended.log.contains(secret), "{secret} in {}", ended.log);
    }
}

/// A file of `events/`.
#[must_use]
pub fn sample(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let text = std::fs::read_to_string(folder.join(name)).expect("a sample");
    serde_json::from_str(&text).expect("JSON")
}

/// The sample of a queue's event, with these bodies instead of its own. Message ids are `id-0`,
/// `id-1` …
#[must_use]
pub fn batch(sample_name: &str, bodies: &[&str]) -> Value {
    let mut event = sample(sample_name);
    let record = event["Records"][0].clone();
    let records = bodies.iter().enumerate().map(|(n, body)| {
        let mut record = record.clone();
        record["messageId"] = format!("id-{n}").into();
        record["body"] = (*body).into();
        record
    });
    event["Records"] = records.collect();
    event
}

/// The answer to a batch of which these records failed.
#[must_use]
pub fn failed(ids: &[&str]) -> Value {
    let failures: Vec<_> = ids
        .iter()
        .map(|id| json!({ "itemIdentifier": id }))
        .collect();
    json!({ "batchItemFailures": failures })
}
