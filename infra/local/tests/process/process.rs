//! A running program, spoken to over HTTP and by signals.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::time;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Nothing here takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
const NAP: Duration = Duration::from_millis(10);

/// Somebody who fills in the form. Number and name are invented.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// As typed, `0812…`.
    pub(crate) phone: String,
    /// The number in the link they came through.
    pub(crate) invited_by: Option<String>,
}

impl Person {
    pub(crate) fn new(name: &str, phone: &str) -> Self {
        Self {
            name: name.to_owned(),
            phone: phone.to_owned(),
            invited_by: None,
        }
    }

    pub(crate) fn invited_by(self, referrer: &Self) -> Self {
        Self {
            invited_by: Some(referrer.phone.clone()),
            ..self
        }
    }

    /// As the simulator shows it.
    pub(crate) fn e164(&self) -> String {
        format!("+62{}", &self.phone[1..])
    }

    fn json(&self) -> Value {
        let mut body = json!({
            "sapaan": "Ibu",
            "name": self.name,
            "city": "Bogor",
            "profession": "Guru",
            "phone": self.phone,
            "consent_wa": true,
            "consent_share": true,
        });
        if let Some(code) = &self.invited_by {
            body["ref"] = code.as_str().into();
        }
        body
    }
}

/// A message on a simulated phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
}

/// What the program has printed so far.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<String>>);

impl Printed {
    /// Collects whole lines until the program ends.
    fn collect(from: impl Read + Send + 'static) -> Self {
        let printed = Self::default();
        let all = printed.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let mut text = all.0.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&line);
                text.push('\n');
            }
        });
        printed
    }

    fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The program with nothing in its environment but these variables.
pub(crate) fn command(folder: &Path, vars: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command
        .env_clear()
        .env("PORT", "0")
        .env("DATA_DIR", folder)
        .envs(vars.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The same on a disk that takes no file of more than so many blocks of 512 bytes, and answers as
/// a full one does: with an error.
pub(crate) fn command_on_full_disk(folder: &Path, blocks: u32) -> Command {
    let inner = command(folder, &[]);
    let mut command = Command::new("/bin/sh");
    command
        .env_clear()
        .envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; exec \"$2\"", "sh"])
        .arg(blocks.to_string())
        .arg(inner.get_program())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running program; killed when dropped.
pub(crate) struct Process {
    child: Child,
    stderr: Printed,
    url: String,
    http: reqwest::Client,
}

impl Process {
    /// Starts the program and waits until it prints its address.
    pub(crate) async fn start(folder: &Path, vars: &[(&str, &str)]) -> Self {
        Self::of(command(folder, vars)).await
    }

    /// The same from a prepared command.
    pub(crate) async fn of(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stdout = Printed::collect(child.stdout.take().expect("a pipe"));
        let stderr = Printed::collect(child.stderr.take().expect("a pipe"));
        let began = Instant::now();
        let url = loop {
            let text = stdout.text();
            let landing = text
                .lines()
                .find_map(|line| line.strip_prefix("Landing page"));
            if let Some(address) = landing {
                break address.trim().trim_end_matches('/').to_owned();
            }
            let ended = child.try_wait().expect("a state");
            assert!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "no address ({ended:?}):\n{text}{}",
                stderr.text()
            );
            tokio::time::sleep(NAP).await;
        };
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            child,
            stderr,
            url,
            http,
        }
    }

    /// The same, with virtual time advanced to the next noon in WIB: inside sending hours.
    pub(crate) async fn start_at_noon(folder: &Path, vars: &[(&str, &str)]) -> Self {
        let process = Self::start(folder, vars).await;
        let local = process.now().await.to_zoned(domain::zone::wib());
        let mut wait = time(12, 0, 0, 0).duration_since(local.time());
        if wait.is_negative() {
            wait += SignedDuration::from_hours(24);
        }
        process.play(wait.as_secs().unsigned_abs() + 1).await;
        process
    }

    /// Sends the form; the body of a 201, or nothing if the program ended before it answered.
    pub(crate) async fn register(&self, person: &Person) -> Option<Value> {
        let request = self.http.post(format!("{}/api/registrations", self.url));
        self.answer(request.json(&person.json()), 201).await
    }

    /// Plans an event as the command line does; nothing if the program ended before it answered.
    pub(crate) async fn create_event(&self, start: &str) -> Option<Value> {
        let url = format!("{}/simulator/admin/events", self.url);
        let event = json!({
            "title": "Sosialisasi",
            "start_time": start,
            "zoom_link": "https://zoom.example/j/1",
        });
        let body = json!({ "event": event, "accept_shortfall": true });
        self.answer(self.http.post(url).json(&body), 201).await
    }

    /// All events.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let all = self.get("/simulator/admin/events").await;
        all["items"].as_array().expect("items").clone()
    }

    /// Sends the form and answers the status alone.
    pub(crate) async fn try_register(&self, person: &Person) -> u16 {
        let request = self.http.post(format!("{}/api/registrations", self.url));
        let response = request.json(&person.json()).send().await;
        response.expect("an answer").status().as_u16()
    }

    /// What it has printed as its log.
    pub(crate) fn log(&self) -> String {
        self.stderr.text()
    }

    /// Plays so much of virtual time; false if the program ended on the way.
    pub(crate) async fn advance(&self, seconds: u64) -> bool {
        let request = self.http.post(format!("{}/simulator/clock", self.url));
        let body = json!({ "advance_s": seconds });
        self.answer(request.json(&body), 200).await.is_some()
    }

    /// Plays so much of virtual time.
    pub(crate) async fn play(&self, seconds: u64) {
        assert!(
            self.advance(seconds).await,
            "the program ended:\n{}",
            self.stderr.text()
        );
    }

    /// Virtual time.
    pub(crate) async fn now(&self) -> Timestamp {
        let clock = self.get("/simulator/clock").await;
        clock["now"].as_str().unwrap().parse().unwrap()
    }

    /// Everything on all phones, oldest first.
    pub(crate) async fn messages(&self) -> Vec<Message> {
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        self.get("/simulator/messages").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| Message {
                from: text(item, "from"),
                to: text(item, "to"),
                text: text(item, "text"),
                at: text(item, "at").parse().unwrap(),
            })
            .collect()
    }

    /// What the simulator's page shows.
    pub(crate) async fn state(&self) -> Value {
        self.get("/simulator/state").await
    }

    /// The texts on this person's phone, oldest first.
    pub(crate) async fn chat(&self, person: &Person) -> Vec<String> {
        let phone = person.e164();
        let messages = self.messages().await.into_iter();
        messages
            .filter(|message| message.to == phone)
            .map(|message| message.text)
            .collect()
    }

    /// Changes how a sending number behaves.
    pub(crate) async fn set_mode(&self, number: &str, mode: &str) {
        let url = format!("{}/simulator/numbers/{number}", self.url);
        let request = self.http.post(url).json(&json!({ "mode": mode }));
        self.answer(request, 200).await.expect("an answer");
    }

    /// Answers one of the sending numbers.
    pub(crate) async fn reply(&self, person: &Person, number: &str, text: &str) {
        let url = format!("{}/simulator/reply", self.url);
        let body = json!({ "from": person.e164(), "to": number, "text": text });
        let answer = self.answer(self.http.post(url).json(&body), 202).await;
        answer.expect("an answer");
    }

    /// Ctrl-C, and how it ended.
    pub(crate) async fn interrupt(mut self) -> ExitStatus {
        let kill = format!("kill -INT {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.expect("a shell").success());
        self.ended(PATIENCE).await.expect("it ends on Ctrl-C")
    }

    /// `kill -9`: gone when this returns.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("it ends");
    }

    /// How it ended, if it does so by itself within this time.
    pub(crate) async fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let began = Instant::now();
        loop {
            let status = self.child.try_wait().expect("a state");
            if status.is_some() || began.elapsed() > within {
                return status;
            }
            tokio::time::sleep(NAP).await;
        }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url));
        self.answer(request, 200).await.expect("an answer")
    }

    async fn answer(&self, request: reqwest::RequestBuilder, wanted: u16) -> Option<Value> {
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let text = response.text().await.ok()?;
        assert_eq!(status, wanted, "{text}");
        Some(serde_json::from_str(&text).expect("a JSON body"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, which is no fault here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
